"""The ports to passkeys: key pairs in people's devices, which sign a challenge of ours (W3C Web Authentication)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Protocol
from uuid import UUID

import msgspec
from msgspec import Meta

from core.ports.identity import Identity

Base64Url = Annotated[str, Meta(max_length=20_000, description="base64url")]
CredentialId = Annotated[str, Meta(min_length=1, max_length=1_400, description="base64url")]
CredentialType = Annotated[str, Meta(max_length=20, examples=["public-key"])]


# Browsers add members as the standard grows, so what is unknown in these is not refused but left unread.
class Attestation(msgspec.Struct, frozen=True):
    """What a device says of a key pair that it made."""

    client_data: Base64Url = msgspec.field(name="clientDataJSON")
    attestation_object: Base64Url = msgspec.field(name="attestationObject")


class NewCredential(msgspec.Struct, frozen=True):
    """`toJSON()` of what `navigator.credentials.create` gives."""

    id: CredentialId
    raw_id: CredentialId = msgspec.field(name="rawId")
    type: CredentialType
    response: Attestation


class Assertion(msgspec.Struct, frozen=True):
    """What a device says when it signs a challenge."""

    client_data: Base64Url = msgspec.field(name="clientDataJSON")
    authenticator_data: Base64Url = msgspec.field(name="authenticatorData")
    signature: Base64Url
    user_handle: Annotated[str, Meta(max_length=100)] | None = msgspec.field(name="userHandle", default=None)


class SignedCredential(msgspec.Struct, frozen=True):
    """`toJSON()` of what `navigator.credentials.get` gives."""

    id: CredentialId
    raw_id: CredentialId = msgspec.field(name="rawId")
    type: CredentialType
    response: Assertion


class UnsoundCredential(Exception):
    """What a device is said to have answered is malformed, not meant for us, or not signed by the key in question."""


@dataclass(frozen=True, slots=True)
class KeyPair:
    """Our half of a key pair. `sign_count` is the device's own count of its uses; 0 where it does not count."""

    credential_id: bytes
    public_key: bytes = field(repr=False)
    sign_count: int = 0


@dataclass(frozen=True, slots=True)
class Claim:
    """Whose key a device says that it used. Nothing of this is proven yet."""

    user_id: UUID
    credential_id: bytes
    challenge: bytes


@dataclass(frozen=True, slots=True)
class Use:
    """A proven use of a key: the device's count, and whether the key can be on several devices."""

    sign_count: int
    is_synced: bool


class PasskeyCeremonies(Protocol):
    """What is said to devices, and the proof of what they answer. A device must have verified its user, by PIN or body."""

    def creation_options(self, person: Identity, challenge: bytes, known: Sequence[bytes]) -> Mapping[str, object]:
        """What `navigator.credentials.create` needs to make a key on a device that has none of the `known` ones."""
        ...

    def request_options(self, challenge: bytes) -> Mapping[str, object]:
        """What `navigator.credentials.get` needs, for whoever it will be."""
        ...

    def challenge_of(self, credential: NewCredential) -> bytes:
        """The challenge that it says it answers. Raises `UnsoundCredential`."""
        ...

    def created(self, credential: NewCredential, challenge: bytes) -> KeyPair:
        """The new key. Raises `UnsoundCredential`."""
        ...

    def claim_of(self, credential: SignedCredential) -> Claim:
        """What it says it is. Raises `UnsoundCredential`."""
        ...

    def used(self, credential: SignedCredential, challenge: bytes, key: KeyPair) -> Use:
        """The use of this key. Raises `UnsoundCredential`, also when the device's count did not grow."""
        ...


class PasskeyStore(Protocol):
    """Keeps people's passkeys, and the challenges that wait for their answer."""

    async def issue(self, digest: bytes, user_id: UUID | None, expires_at: datetime, now: datetime) -> None:
        """Keeps the digest of a challenge for this person, in place of an earlier one, or for whoever signs in."""
        ...

    async def redeem(self, digest: bytes, user_id: UUID | None, now: datetime) -> bool:
        """Uses a challenge up. False where it was not issued for this person, was used before, or is too old."""
        ...

    async def credential_ids(self, user_id: UUID) -> Sequence[bytes]:
        """The keys that a person has."""
        ...

    async def add(self, user_id: UUID, passkey_id: UUID, name: str, key: KeyPair, at: datetime) -> None:
        """Adds a key. Conflict `passkey_known` when the person has it already."""
        ...

    async def key(self, user_id: UUID, credential_id: bytes) -> KeyPair | None:
        """A person's key."""
        ...

    async def note_use(self, user_id: UUID, key: KeyPair, sign_count: int, at: datetime) -> bool:
        """Notes the device's count. False where the key is gone, or was used meanwhile with a count as high."""
        ...

    async def remove(self, user_id: UUID, passkey_id: UUID) -> bool:
        """Removes a person's key. False where they have none of this id."""
        ...
