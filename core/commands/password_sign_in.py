"""Signing in by a password, and proving by it once more who one is."""

from hashlib import sha256
from typing import Annotated

import msgspec
from msgspec import Meta

from core.commands.device_marks import is_known
from core.commands.membership import credentials_refused, may_sign_in
from core.commands.sign_in import CompanyReference, SessionDesk, SignedIn
from core.domain.access import Actor, Origin
from core.domain.errors import NotFound, Unauthenticated
from core.domain.throttling import network_of
from core.ports.attempts import Allowance, Attempts
from core.ports.audit import AuditAction, SignInRecord
from core.ports.clock import Clock
from core.ports.identity import Account, Identity, IdentityStore, Passwords
from core.ports.sealing import Sealing
from core.ports.second_factor import SecondFactor
from core.ports.sessions import Sessions

Password = Annotated[str, Meta(min_length=1, max_length=128)]
OneTimeCode = Annotated[str, Meta(min_length=1, max_length=32, description="of an authenticator, or a recovery code")]


class LogIn(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Login and password; `company` chooses among several, else it is the one joined first. With `cookie` the answer sets a
    session cookie for browsers instead of giving tokens."""

    login: Annotated[str, Meta(min_length=1, max_length=100)]
    password: Password
    company: CompanyReference | None = None
    totp: OneTimeCode | None = None
    cookie: bool = False

    def __repr__(self) -> str:
        return f"LogIn(login={self.login!r}, company={self.company!r})"


class Confirm(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The password once more, and a code where the account demands one."""

    password: Password
    totp: OneTimeCode | None = None

    def __repr__(self) -> str:
        return "Confirm()"


class PasswordSignIn:
    """Recognises people by their passwords. Wrong guesses are throttled by account and by peer, right ones are not counted; a
    device from which its account came in before has guesses of its own, so that nobody is locked out by what strangers try."""

    def __init__(
        self,
        desk: SessionDesk,
        identities: IdentityStore,
        passwords: Passwords,
        second_factor: SecondFactor,
        sessions: Sessions,
        attempts: Attempts,
        sealing: Sealing,
        record: SignInRecord,
        clock: Clock,
        *,
        on_loopback: bool,
    ) -> None:
        self._desk = desk
        self._identities = identities
        self._passwords = passwords
        self._second_factor = second_factor
        self._sessions = sessions
        self._attempts = attempts
        self._sealing = sealing
        self._record = record
        self._clock = clock
        self._on_loopback = on_loopback

    async def log_in(self, command: LogIn, origin: Origin, device_mark: str | None = None) -> SignedIn:
        """Raises `Unauthenticated`, the same for an unknown login and a wrong password, `TooManyAttempts`,
        and `NotFound` for a company that is not the caller's."""
        login = command.login.strip().lower()
        allowances = self._allowances(login, origin, device_mark)
        await self._attempts.admit(allowances)
        try:
            account = await self._identities.account(login)
            identity = await self._recognise(account, command.password)
            method = await self._second_method(identity, command.totp)
        except Unauthenticated as refusal:
            if refusal.code == "totp_required":
                await self._attempts.forgive(allowances)
            elif account:
                self._record.failed(account.user_id, command.company, origin)
            raise
        except Exception:
            await self._attempts.forgive(allowances)
            raise
        await self._attempts.forgive(allowances)
        methods = ("pwd", method, "mfa") if method else ("pwd",)
        seen = account.password_hash if account else None
        try:
            return await self._desk.open(
                identity.user_id, methods, command.company, origin, cookie=command.cookie, password_hash=seen
            )
        except (NotFound, Unauthenticated):
            self._record.failed(identity.user_id, command.company, origin)
            raise

    async def confirm(self, actor: Actor, command: Confirm) -> None:
        """Notes that the caller proved once more who they are. Raises `Unauthenticated` for a wrong password or code."""
        identity, session = await self._desk.present(actor)
        allowances = [Allowance(f"account {identity.login}")]
        await self._attempts.admit(allowances)
        account = await self._identities.account(identity.login)
        await self._recognise(account, command.password)
        method = await self._second_method(identity, command.totp)
        await self._attempts.forgive(allowances)
        methods = ("pwd", method) if method else ("pwd",)
        await self._sessions.prove(session.user_id, session.id, methods, self._clock.now())
        self._record.personal(session.user_id, AuditAction.IDENTITY_CONFIRMED, actor.origin)

    def _allowances(self, login: str, origin: Origin, device_mark: str | None) -> list[Allowance]:
        if device_mark and is_known(self._sealing, device_mark, login):
            return [Allowance(f"device {sha256(device_mark.encode()).hexdigest()}")]
        return [Allowance(f"account {login}"), Allowance(f"peer {network_of(origin.address)}")]

    async def _recognise(self, account: Account | None, password: str) -> Identity:
        right = await self._passwords.matches(password, account.password_hash if account else None)
        identity = await self._identities.identity(account.user_id) if account and right else None
        if identity is None or not may_sign_in(identity, on_loopback=self._on_loopback):
            raise credentials_refused()
        return identity

    async def _second_method(self, identity: Identity, code: str | None) -> str | None:
        if not await self._second_factor.demanded_of(identity.user_id):
            return None
        if code is None:
            raise Unauthenticated("totp_required", "this account demands a one-time code beside the password")
        if method := await self._second_factor.accepts(identity.user_id, code):
            return method
        raise credentials_refused()
