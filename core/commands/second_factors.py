"""One-time codes of an app beside the password, and the recovery codes for when the app is lost."""

from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from core.commands.second_factor_changes import SecondFactorChanges
from core.domain.access import Actor
from core.domain.errors import Conflict, Fault, Invalid, NotFound, Unauthenticated
from core.domain.second_factor import new_recovery_codes, one_time_code, recovery_digest
from core.ports.attempts import Allowance, Attempts
from core.ports.audit import AuditAction
from core.ports.clock import Clock
from core.ports.identity import IdentityStore
from core.ports.sealing import Sealing
from core.ports.second_factor import OneTimeCodes, SecondFactorStore, SharedSecret


class ConfirmTotp(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A code that the app shows now."""

    code: Annotated[str, Meta(min_length=1, max_length=32, examples=["123456"])]

    def __repr__(self) -> str:
        return "ConfirmTotp()"


class TotpEnrolment(msgspec.Struct, frozen=True):
    """What goes into an app: the secret in base32, or a URI that holds it, for a QR code."""

    secret: str
    uri: str

    def __repr__(self) -> str:
        return "TotpEnrolment()"


class RecoveryCodes(msgspec.Struct, frozen=True):
    """Codes that each take the place of one of the app, once. They are never shown again."""

    recovery_codes: list[str]

    def __repr__(self) -> str:
        return "RecoveryCodes()"


class CodeCheck:
    """`SecondFactor`: codes of the app, one for each step of time, and recovery codes."""

    def __init__(self, store: SecondFactorStore, codes: OneTimeCodes, sealing: Sealing, clock: Clock) -> None:
        self._store, self._codes, self._sealing, self._clock = store, codes, sealing, clock

    async def demanded_of(self, user_id: UUID) -> bool:
        secret = await self._store.secret(user_id)
        return secret is not None and secret.in_force

    async def accepts(self, user_id: UUID, code: str) -> str | None:
        if digits := one_time_code(code):
            return "otp" if await self._is_of_app(user_id, digits) else None
        digest = recovery_digest(code)
        return "recovery" if digest and await self._store.use_recovery_code(user_id, digest) else None

    def step(self, user_id: UUID, secret: SharedSecret, digits: str) -> int | None:
        """The step of time whose code these digits are, by this secret."""
        return self._codes.step(
            self._sealing.open(secret.sealed, place_of(user_id)).decode(), digits, self._clock.now()
        )

    async def _is_of_app(self, user_id: UUID, digits: str) -> bool:
        secret = await self._store.secret(user_id)
        if secret is None or not secret.in_force:
            return False
        step = self.step(user_id, secret, digits)
        return step is not None and await self._store.use_step(user_id, secret.sealed, step)


class SecondFactors:
    """What people do about their own codes. Each change needs a recent proof of who they are and ends their other sessions."""

    def __init__(
        self,
        store: SecondFactorStore,
        codes: OneTimeCodes,
        check: CodeCheck,
        sealing: Sealing,
        identities: IdentityStore,
        attempts: Attempts,
        changes: SecondFactorChanges,
        clock: Clock,
    ) -> None:
        self._store = store
        self._codes = codes
        self._check = check
        self._sealing = sealing
        self._identities = identities
        self._attempts = attempts
        self._changes = changes
        self._clock = clock

    async def begin(self, actor: Actor) -> TotpEnrolment:
        """A new secret for an app, not in force before `confirm`. Raises `Conflict` where one is in force."""
        self._changes.require_proof(actor)
        identity = await self._identities.identity(actor.user_id)
        if identity is None:
            raise Unauthenticated("access_ended", "the account is gone")
        secret = self._codes.new_secret()
        sealed = self._sealing.seal(secret.encode(), place_of(actor.user_id))
        if not await self._store.begin(actor.user_id, sealed, self._clock.now()):
            raise _in_force()
        return TotpEnrolment(secret, self._codes.uri(secret, identity.login))

    async def confirm(self, actor: Actor, command: ConfirmTotp) -> RecoveryCodes:
        """Puts the secret in force that the code proves to be in an app. Raises `Conflict` where none was begun, `Invalid` for a
        wrong code, and `TooManyAttempts` after ten of them."""
        self._changes.require_proof(actor)
        secret = await self._store.secret(actor.user_id)
        if secret is None:
            raise Conflict("totp_not_begun", "begin with POST auth/mfa/totp")
        if secret.in_force:
            raise _in_force()
        step = await self._proven_step(actor.user_id, secret, command.code)
        codes, digests = _recovery_codes()
        if not await self._store.confirm(actor.user_id, secret.sealed, step, digests, self._clock.now()):
            raise Conflict("totp_not_begun", "this was confirmed or begun anew meanwhile")
        await self._changes.made(actor, AuditAction.TOTP_ENABLED)
        return codes

    async def renew_recovery_codes(self, actor: Actor) -> RecoveryCodes:
        """Fresh recovery codes; the earlier ones count no more. Raises `NotFound` where no codes are demanded."""
        self._changes.require_proof(actor)
        codes, digests = _recovery_codes()
        if not await self._store.renew_recovery_codes(actor.user_id, digests):
            raise _not_in_force()
        await self._changes.made(actor, AuditAction.RECOVERY_CODES_RENEWED)
        return codes

    async def end(self, actor: Actor) -> None:
        """From now on the password alone is enough. Raises `NotFound` where it is already."""
        self._changes.require_proof(actor)
        if not await self._store.end(actor.user_id):
            raise _not_in_force()
        await self._changes.made(actor, AuditAction.TOTP_DISABLED)

    async def _proven_step(self, user_id: UUID, secret: SharedSecret, code: str) -> int:
        allowances = [Allowance(f"mfa {user_id}")]
        await self._attempts.admit(allowances)
        digits = one_time_code(code)
        step = self._check.step(user_id, secret, digits) if digits else None
        if step is None:
            fault = Fault("/code", "wrong_code", "the app shows another code now")
            raise Invalid("wrong_code", fault.detail, [fault])
        await self._attempts.forgive(allowances)
        return step


def place_of(user_id: UUID) -> str:
    """Where the sealed secret of this person is kept."""
    return f"totp|sealed|{user_id}|{user_id}"


def _recovery_codes() -> tuple[RecoveryCodes, list[bytes]]:
    codes = new_recovery_codes()
    return RecoveryCodes(list(codes)), [digest for code in codes if (digest := recovery_digest(code))]


def _in_force() -> Conflict:
    return Conflict("totp_in_force", "codes of an app are demanded already; end that first")


def _not_in_force() -> NotFound:
    return NotFound("totp_not_in_force", "no codes of an app are demanded of this account")
