"""The key that seals the audit trail: given by the operator, or made once and kept in the data folder."""

import base64
import secrets
from pathlib import Path

from adapters.secrets.key_file import keep

FILE_NAME = "audit.key"
_BYTES = 32


def audit_key(given: str | None, data: Path) -> bytes:
    """The key that is `given` in base64, else the one of the data folder. Raises ValueError when that is too short or no
    base64, and OSError when it cannot be read."""
    if given is not None:
        return _key_of(given, "PIRWA_AUDIT_KEY")
    path = data / FILE_NAME
    if not path.exists():
        keep(path, base64.b64encode(secrets.token_bytes(_BYTES)))
    return _key_of(path.read_text("ascii"), "the audit key in the data folder")


def _key_of(text: str, name: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except ValueError:
        key = b""
    if len(key) < _BYTES:
        raise ValueError(f"{name} is not at least {_BYTES} bytes in base64")
    return key
