"""The private key that signs tokens: given by the operator, or made once and kept in the data folder."""

import os
import tempfile
from pathlib import Path

from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

FILE_NAME = "signing_key.pem"


def signing_key(given: str | None, data: Path) -> OKPKey:
    """The Ed25519 key that is `given` (PEM text or the path of such a file), else the one of the data folder.

    Raises ValueError when what is there is no such key, and OSError when it cannot be read.
    """
    if given is None:
        return _key_of(_kept(data / FILE_NAME), "the signing key in the data folder")
    text = given if given.lstrip().startswith("-----BEGIN") else Path(given).read_text("ascii")
    return _key_of(text, "PIRWA_SIGNING_KEY")


def _key_of(pem: str, name: str) -> OKPKey:
    try:
        key = OKPKey.import_key(pem)
        sound = key.is_private and key.curve_name == "Ed25519"
    except (JoseError, ValueError, TypeError):
        sound = False
    if not sound:
        raise ValueError(f"{name} is not an unencrypted Ed25519 private key in PEM form")
    key.ensure_kid()
    return key


def _kept(path: Path) -> str:
    if not path.exists():
        keep(path, OKPKey.generate_key("Ed25519").as_pem(private=True))
    return path.read_text("ascii")


def keep(path: Path, pem: bytes) -> None:
    """Puts the key in place as a whole, for its owner's eyes only. Of several processes that try, the first wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        Path(draft).unlink()
