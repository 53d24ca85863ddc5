"""`Sealing` by AES-256-GCM with a ring of keys: the first seals, every one opens."""

import base64
import binascii
import os
import secrets
from collections.abc import Mapping
from itertools import count
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from adapters.secrets.key_file import keep, replace_file
from core.ports.sealing import Unsealable

FILE_NAME = "secret.keys"
_VERSION = "v1"
_KEY_BYTES = 32
_NONCE_BYTES = 12


class KeyRing:
    """Keys by their ids. A sealed text is `v1.<key id>.<nonce and ciphertext>`; the place is authenticated, not contained."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self._first = next(iter(keys))

    def seal(self, plain: bytes, place: str) -> str:
        nonce = os.urandom(_NONCE_BYTES)
        content = nonce + self._ciphers[self._first].encrypt(nonce, plain, place.encode())
        return f"{_VERSION}.{self._first}.{base64.urlsafe_b64encode(content).decode().rstrip('=')}"

    def is_newest(self, sealed: str) -> bool:
        return sealed.startswith(f"{_VERSION}.{self._first}.")

    def open(self, sealed: str, place: str) -> bytes:
        version, _, rest = sealed.partition(".")
        key_id, _, content = rest.partition(".")
        cipher = self._ciphers.get(key_id)
        if version != _VERSION or cipher is None:
            raise Unsealable(f"there is no key {key_id!r}")
        try:
            raw = base64.b64decode(content + "=" * (-len(content) % 4), altchars=b"-_", validate=True)
            return cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], place.encode())
        except (InvalidTag, ValueError, binascii.Error) as error:
            raise Unsealable("this was not sealed for this place") from error


def add_key(data: Path) -> None:
    """Makes another key for the ring in the data folder, which seals from now on; the others still open. Raises ValueError and OSError
    as `key_ring`."""
    path = data / FILE_NAME
    key_ring(None, data)
    known = read_keys(path.read_text("ascii"))
    number = next(number for number in count(len(known) + 1) if str(number) not in known)
    new = f"{number}:{base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()}\n"
    replace_file(path, (new + path.read_text("ascii")).encode())


def key_ring(given: str | None, data: Path) -> KeyRing:
    """The ring that is `given`, else the one of the data folder, which is made once. Raises ValueError when it is unsound, and
    OSError when it cannot be read."""
    if given is not None:
        return KeyRing(read_keys(given))
    path = data / FILE_NAME
    if not path.exists():
        keep(path, f"1:{base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()}\n".encode())
    try:
        return KeyRing(read_keys(path.read_text("ascii")))
    except ValueError as problem:
        raise ValueError(f"the secret keys in the data folder: {problem}") from None


def read_keys(text: str) -> Mapping[str, bytes]:
    """Keys written as `id:base64`, separated by commas or white space; the first is the one that seals."""
    keys: dict[str, bytes] = {}
    for entry in text.replace(",", " ").split():
        key_id, _, encoded = entry.partition(":")
        keys[key_id] = _key(encoded) if key_id.isalnum() and key_id not in keys else b""
        if len(keys[key_id]) != _KEY_BYTES:
            raise ValueError(f"must be keys of {_KEY_BYTES} bytes in base64, each as id:key under an id of its own")
    if not keys:
        raise ValueError("must hold at least one key")
    return keys


def _key(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except ValueError:
        return b""
