"""A device that holds passkeys, in software: what it says is made and signed as a real one does (W3C Web Authentication)."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from random import randbytes
from typing import Any, Literal

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, VERIFIED, BACKUP_ELIGIBLE, HAS_KEY = 0x01, 0x04, 0x08, 0x40


def encoded(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


def decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "==")


@dataclass
class Key:
    """A key pair of somebody at a site."""

    id: bytes
    rp_id: str
    user_handle: bytes
    private: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
    uses: int = 0

    def cose(self) -> bytes:
        """The public half (RFC 9052)."""
        if isinstance(self.private, ed25519.Ed25519PrivateKey):
            return cbor2.dumps({1: 1, 3: -8, -1: 6, -2: self.private.public_key().public_bytes_raw()})
        numbers = self.private.public_key().public_numbers()
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)})

    def sign(self, content: bytes) -> bytes:
        if isinstance(self.private, ed25519.Ed25519PrivateKey):
            return self.private.sign(content)
        return self.private.sign(content, ec.ECDSA(SHA256()))


@dataclass
class Authenticator:
    """Answers for a browser at `origin`. `flags` are what it says of its user; with `counts` it counts each key's uses."""

    origin: str
    algorithm: Literal["ES256", "Ed25519"] = "ES256"
    flags: int = PRESENT | VERIFIED
    counts: bool = True
    keys: list[Key] = field(default_factory=list)

    def create(self, options: dict[str, Any], **said: Any) -> dict[str, Any]:
        """`navigator.credentials.create`: a new key, attested by nobody. `said` are other members of the client data."""
        known = {decoded(one["id"]) for one in options["excludeCredentials"]}
        if known & {key.id for key in self.keys}:
            raise ValueError("InvalidStateError: this device has a key of this person already")
        ed = self.algorithm == "Ed25519"
        private = ed25519.Ed25519PrivateKey.generate() if ed else ec.generate_private_key(ec.SECP256R1())
        key = Key(randbytes(32), options["rp"]["id"], decoded(options["user"]["id"]), private)
        self.keys.append(key)
        attested = bytes(16) + len(key.id).to_bytes(2) + key.id + key.cose()
        statement = {"fmt": "none", "attStmt": {}, "authData": self._data(key, HAS_KEY) + attested}
        client_data = self._client_data("webauthn.create", options["challenge"], said)
        answer = {"clientDataJSON": encoded(client_data), "attestationObject": encoded(cbor2.dumps(statement))}
        return self._credential(key, {**answer, "transports": ["internal"]})

    def get(self, options: dict[str, Any], key: Key | None = None, **said: Any) -> dict[str, Any]:
        """`navigator.credentials.get`: the challenge signed with the newest key, or with this one."""
        key = key or self.keys[-1]
        key.uses += self.counts
        data, client_data = self._data(key), self._client_data("webauthn.get", options["challenge"], said)
        answer = {
            "clientDataJSON": encoded(client_data),
            "authenticatorData": encoded(data),
            "signature": encoded(key.sign(data + sha256(client_data).digest())),
            "userHandle": encoded(key.user_handle),
        }
        return self._credential(key, answer)

    def _data(self, key: Key, more: int = 0) -> bytes:
        return sha256(key.rp_id.encode()).digest() + bytes([self.flags | more]) + key.uses.to_bytes(4)

    def _client_data(self, kind: str, challenge: str, said: dict[str, Any]) -> bytes:
        known = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(known | said).encode()

    def _credential(self, key: Key, answer: dict[str, Any]) -> dict[str, Any]:
        shown = encoded(key.id)
        return {"id": shown, "rawId": shown, "type": "public-key", "response": answer, "clientExtensionResults": {}}
