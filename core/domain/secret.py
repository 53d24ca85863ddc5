"""Secrets that are shown once and kept as a digest: whoever reads the storage cannot use them."""

import base64
import binascii
import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from uuid import UUID

BYTES = 32


@dataclass(frozen=True, slots=True)
class OwnedSecret:
    """256 random bits that belong to a person or a company, whose id is part of the text: by it the digest is found."""

    owner: UUID
    value: bytes = field(repr=False)

    @property
    def digest(self) -> bytes:
        """What is kept."""
        return sha256(self.value).digest()

    def text(self, prefix: str) -> str:
        """What is shown: the prefix says what it is good for."""
        return prefix + base64.urlsafe_b64encode(self.owner.bytes + self.value).decode().rstrip("=")


def new_secret(owner: UUID) -> OwnedSecret:
    return OwnedSecret(owner, secrets.token_bytes(BYTES))


def read_secret(prefix: str, text: str) -> OwnedSecret | None:
    """The secret in a text with this prefix, or None for any other text."""
    if not text.startswith(prefix) or len(text) != len(prefix) + 64 or not text.isascii():
        return None
    try:
        content = base64.b64decode(text[len(prefix) :], altchars=b"-_", validate=True)
    except binascii.Error:
        return None
    return OwnedSecret(UUID(bytes=content[:16]), content[16:])
