"""The ports to the second proof that an account may demand beside its password."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID


class SecondFactor(Protocol):
    """Checks one-time codes."""

    async def demanded_of(self, user_id: UUID) -> bool:
        """Whether a password alone is not enough for this account."""
        ...

    async def accepts(self, user_id: UUID, code: str) -> str | None:
        """The method (RFC 8176: `otp`, or `recovery`) by which the code is good, or None. A good code is used up."""
        ...


class OneTimeCodes(Protocol):
    """The arithmetic of time-based one-time codes (RFC 6238): six digits, a new code every thirty seconds."""

    def new_secret(self) -> str:
        """What an app and we are to share, in base32."""
        ...

    def uri(self, secret: str, login: str) -> str:
        """The `otpauth` URI that apps read, mostly as a QR code."""
        ...

    def step(self, secret: str, code: str, at: datetime) -> int | None:
        """The step of time whose code this is, of the one at hand and those right before and after it."""
        ...


@dataclass(frozen=True, slots=True)
class SharedSecret:
    """The sealed secret of one account, whether it was proven to be in an app, and the last step whose code was used."""

    sealed: str = field(repr=False)
    in_force: bool
    last_step: int


class SecondFactorStore(Protocol):
    """Keeps each person's shared secret and the digests of their recovery codes."""

    async def secret(self, user_id: UUID) -> SharedSecret | None:
        """The person's secret, in force or begun."""
        ...

    async def begin(self, user_id: UUID, sealed: str, at: datetime) -> bool:
        """Keeps a secret that is not yet in force, in place of an earlier such one. False where one is in force."""
        ...

    async def confirm(self, user_id: UUID, sealed: str, step: int, codes: Sequence[bytes], at: datetime) -> bool:
        """Puts this very secret in force, its step used, with these recovery codes. False where it is not there to confirm."""
        ...

    async def use_step(self, user_id: UUID, sealed: str, step: int) -> bool:
        """Uses up a step of this secret in force. False where it, or a later one, was used before."""
        ...

    async def use_recovery_code(self, user_id: UUID, digest: bytes) -> bool:
        """Uses up a recovery code. False where there is no such code."""
        ...

    async def renew_recovery_codes(self, user_id: UUID, codes: Sequence[bytes]) -> bool:
        """Puts these recovery codes in place of all earlier ones. False where no secret is in force."""
        ...

    async def end(self, user_id: UUID) -> bool:
        """Forgets the secret in force and its recovery codes. False where there is none."""
        ...
