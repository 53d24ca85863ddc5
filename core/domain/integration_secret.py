"""The credentials of programs: texts that show by themselves whether they are whole, and of which a digest is all that is kept.

`pirwa_<environment>_<public id>_<secret><checksum>` is an API key, `pirwa_cs_<secret><checksum>` the secret of an OAuth 2
client, `pirwa_client_<ids>` its name. The prefix lets scanners find what has leaked; the checksum tells a credential from a
text that only looks like one, and a slip of the pen from a wrong secret, before anybody asks the storage.
"""

import base64
import binascii
import re
import secrets
import string
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from hmac import compare_digest
from uuid import UUID
from zlib import crc32

API_KEY_PREFIX = "pirwa_"
CLIENT_SECRET_PREFIX = "pirwa_cs_"  # noqa: S105 what such a secret begins with
CLIENT_PREFIX = "pirwa_client_"

_ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
_PUBLIC_LENGTH = 8
_SECRET_LENGTH = 43  # of 62 characters: 256 bits
_CHECKSUM_LENGTH = 6  # of 62 characters hold 32 bits
_API_KEY = re.compile(r"pirwa_(live|test)_([0-9A-Za-z]{8})_[0-9A-Za-z]{49}")
_CLIENT_SECRET = re.compile(r"pirwa_cs_[0-9A-Za-z]{49}")
_NOBODYS = secrets.token_bytes(32)  # the digest of no text that anybody knows


class Environment(StrEnum):
    """Where a key was made: a test key is one that nobody outside its machine can use."""

    LIVE = "live"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class ApiKeyText:
    """An API key as its holder has it."""

    environment: Environment
    public_id: str
    text: str = field(repr=False)


def new_api_key(environment: Environment) -> ApiKeyText:
    public_id = _random(_PUBLIC_LENGTH)
    return ApiKeyText(environment, public_id, _with_checksum(f"pirwa_{environment}_{public_id}_{_random()}"))


def read_api_key(text: str) -> ApiKeyText | None:
    """The key that the text is, or None for what cannot be one."""
    found = _API_KEY.fullmatch(text)
    if found is None or not _has_checksum(text):
        return None
    return ApiKeyText(Environment(found[1]), found[2], text)


def new_client_secret() -> str:
    return _with_checksum(CLIENT_SECRET_PREFIX + _random())


def is_client_secret(text: str) -> bool:
    """Whether the text can be the secret of a client."""
    return _CLIENT_SECRET.fullmatch(text) is not None and _has_checksum(text)


def client_name(company_id: UUID, client_id: UUID) -> str:
    """What an OAuth 2 client calls itself; it leads to its company."""
    return CLIENT_PREFIX + base64.urlsafe_b64encode(company_id.bytes + client_id.bytes).decode().rstrip("=")


def read_client_name(text: str) -> tuple[UUID, UUID] | None:
    """The ids of company and client, or None for a text that names no client."""
    encoded = text.removeprefix(CLIENT_PREFIX)
    if not (text.startswith(CLIENT_PREFIX) and len(encoded) == 43 and encoded.isascii()):
        return None
    try:
        ids = base64.b64decode(encoded + "=", altchars=b"-_", validate=True)
    except binascii.Error:
        return None
    return UUID(bytes=ids[:16]), UUID(bytes=ids[16:])


def digest_of(text: str) -> bytes:
    """What is kept of a key or a secret: all of the text counts, so that nothing about it can be exchanged."""
    return sha256(text.encode()).digest()


def is_digest_of(text: str, kept: tuple[bytes, ...]) -> bool:
    """Whether one of the digests is that of the text. It takes as long where there is none."""
    digest = digest_of(text)
    return any(compare_digest(digest, one) for one in kept or (_NOBODYS,))


def _random(length: int = _SECRET_LENGTH) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def _with_checksum(text: str) -> str:
    value, characters = crc32(text.encode()), ""
    for _ in range(_CHECKSUM_LENGTH):
        value, place = divmod(value, len(_ALPHABET))
        characters = _ALPHABET[place] + characters
    return text + characters


def _has_checksum(text: str) -> bool:
    return _with_checksum(text[:-_CHECKSUM_LENGTH]) == text
