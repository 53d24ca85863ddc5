"""How far the audit trail of a company had come at some moment, signed: kept elsewhere, it shows whether the end of a trail was cut off.

The signature is Ed25519, by a key that follows from the key of the seals. Whoever has the public key can check it without that one.
"""

import base64
import hmac
from collections.abc import Iterable, Iterator

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from core.ports.audit import AuditHead

_PURPOSE = b"heads of the audit trail"


class UnsoundHead(ValueError):
    """A line is no head, or was not signed by this key."""


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The signature is of `head` as it is written here."""

    head: msgspec.Raw
    signature: bytes


class HeadSigner:
    """Signs heads, and reads what it has signed."""

    def __init__(self, audit_key: bytes) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(hmac.digest(audit_key, _PURPOSE, "sha256"))

    @property
    def public_key(self) -> str:
        """In base64."""
        return base64.b64encode(self._private.public_key().public_bytes_raw()).decode()

    def signed(self, head: AuditHead) -> str:
        """The head as a line of JSON."""
        content = msgspec.json.encode(head)
        return msgspec.json.encode(_Line(msgspec.Raw(content), self._private.sign(content))).decode()

    def read(self, lines: Iterable[str]) -> Iterator[AuditHead]:
        """The heads of these lines; empty ones are passed over. Raises `UnsoundHead`."""
        for number, text in enumerate(lines, start=1):
            if not text.strip():
                continue
            try:
                line = msgspec.json.decode(text, type=_Line)
                self._private.public_key().verify(line.signature, bytes(line.head))
                yield msgspec.json.decode(line.head, type=AuditHead)
            except InvalidSignature:
                raise UnsoundHead(f"line {number} was not signed by the audit key that is in use") from None
            except msgspec.MsgspecError:
                raise UnsoundHead(f"line {number} is no head of an audit trail") from None
