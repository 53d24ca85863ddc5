"""Coming in again without the password: by a link to the mail address of the account."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from core.commands.errands import Errands
from core.commands.membership import may_sign_in
from core.commands.newcomers import chosen_password_faults
from core.commands.passwords import changed_letter, facts_about
from core.commands.people import ChosenPassword, allow_reset
from core.domain.access import Actor, Origin
from core.domain.account import as_kept
from core.domain.errors import Conflict, Unauthenticated, refuse_if
from core.domain.letters import Letter, letter
from core.domain.secret import OwnedSecret, new_secret, read_secret
from core.domain.throttling import network_of
from core.ports.attempts import Allowance, Attempts
from core.ports.audit import AuditAction, SignInRecord
from core.ports.clock import Clock
from core.ports.credentials import Credentials
from core.ports.identity import Identity, IdentityStore, Passwords
from core.ports.mail import Mailbox
from core.ports.storage import Run

PREFIX = "pirwa_reset_"
GOOD_FOR = timedelta(minutes=30)
HOUR = timedelta(hours=1)
LETTERS_PER_NAME = 5
LETTERS_PER_PEER = 20


class ForgotPassword(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Whose password it is."""

    login: Annotated[str, Meta(min_length=1, max_length=254, description="a login or a mail address")]

    def __repr__(self) -> str:
        return "ForgotPassword()"


class ResetPassword(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The token of the link, and the password from now on."""

    token: Annotated[str, Meta(min_length=1, max_length=200)]
    new_password: ChosenPassword

    def __repr__(self) -> str:
        return "ResetPassword()"


class PasswordResets:
    """Sends links that reset a password, and honours them. `address` is what they begin with."""

    def __init__(
        self,
        run: Run,
        identities: IdentityStore,
        passwords: Passwords,
        credentials: Credentials,
        attempts: Attempts,
        mailbox: Mailbox,
        record: SignInRecord,
        errands: Errands,
        clock: Clock,
        address: str,
        *,
        on_loopback: bool,
    ) -> None:
        self._run = run
        self._identities = identities
        self._passwords = passwords
        self._credentials = credentials
        self._attempts = attempts
        self._mailbox = mailbox
        self._record = record
        self._errands = errands
        self._clock = clock
        self._address = address
        self._on_loopback = on_loopback

    async def ask(self, command: ForgotPassword, origin: Origin) -> None:
        """Sends a link to everybody with this login or mail address who can be reached. Whether there is anybody is not told,
        and nothing is waited for that could show it. Raises `TooManyAttempts`."""
        name = as_kept(command.login)
        await self._attempts.admit(
            [
                Allowance(f"forgotten {name}", LETTERS_PER_NAME, HOUR),
                Allowance(f"forgotten peer {network_of(origin.address)}", LETTERS_PER_PEER, HOUR),
            ]
        )
        self._errands.start(self._send_to(name, origin))

    async def send(self, actor: Actor, user_id: UUID) -> None:
        """Sends a link to a member of the actor's company, at the wish of whoever may change them. Raises `Conflict` for somebody
        who cannot be reached or may not sign in."""
        await self._run(allow_reset, actor, user_id)
        identity = await self._entitled(user_id)
        if identity is None:
            raise Conflict("may_not_sign_in", "this account may not sign in, with any password")
        await self._attempts.admit([Allowance(f"forgotten {user_id}", LETTERS_PER_NAME, HOUR)])
        await self._post_link(identity)

    async def reset(self, command: ResetPassword, origin: Origin) -> UUID:
        """Puts another password in place and ends all sessions of the person, whose id it returns. Second factors stay.

        Raises `Unauthenticated` for a token that is wrong, was used or is too old, `TooManyAttempts` and `Invalid`.
        """
        allowances = [Allowance(f"reset peer {network_of(origin.address)}")]
        await self._attempts.admit(allowances)
        shown, identity = await self._recognised(command.token)
        await self._attempts.forgive(allowances)
        refuse_if(
            await chosen_password_faults(self._passwords, "/new_password", command.new_password, *facts_about(identity))
        )
        new_hash = await self._passwords.hash(command.new_password)
        if not await self._credentials.reset(shown.owner, shown.digest, new_hash, self._clock.now()):
            raise _refused()
        self._record.personal(shown.owner, AuditAction.PASSWORD_RESET, origin)
        if mail := changed_letter(identity, self._address):
            await self._mailbox.post(mail)
        return shown.owner

    async def _send_to(self, name: str, origin: Origin) -> None:
        for user_id in await self._credentials.reachable_as(name):
            if identity := await self._entitled(user_id):
                await self._post_link(identity)
                self._record.personal(user_id, AuditAction.PASSWORD_RESET_REQUESTED, origin)

    async def _post_link(self, identity: Identity) -> None:
        if identity.email is None:
            return
        secret, now = new_secret(identity.user_id), self._clock.now()
        await self._credentials.issue_reset(identity.user_id, secret.digest, now + GOOD_FOR, now)
        mail = letter(
            Letter.PASSWORD_RESET,
            identity.locale,
            identity.email,
            name=identity.name,
            login=identity.login,
            link=f"{self._address}/reset-password#token={secret.text(PREFIX)}",
            minutes=int(GOOD_FOR.total_seconds() // 60),
        )
        await self._mailbox.post(mail)

    async def _recognised(self, token: str) -> tuple[OwnedSecret, Identity]:
        shown = read_secret(PREFIX, token)
        if shown is None or not await self._credentials.can_reset(shown.owner, shown.digest, self._clock.now()):
            raise _refused()
        identity = await self._entitled(shown.owner)
        if identity is None:
            raise _refused()
        return shown, identity

    async def _entitled(self, user_id: UUID) -> Identity | None:
        """The person, if a password is of use to them."""
        identity = await self._identities.identity(user_id)
        return identity if identity and may_sign_in(identity, on_loopback=self._on_loopback) else None


def _refused() -> Unauthenticated:
    return Unauthenticated("invalid_reset_token", "this link does not count any more; ask for another")
