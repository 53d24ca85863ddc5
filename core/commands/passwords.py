"""Changing one's own password."""

import msgspec

from core.commands.newcomers import chosen_password_faults
from core.commands.password_sign_in import Password
from core.commands.people import ChosenPassword
from core.domain.access import Actor
from core.domain.errors import Conflict, Fault, Forbidden, Unauthenticated, refuse_if
from core.domain.letters import Letter, letter
from core.domain.password_policy import normal
from core.ports.attempts import Allowance, Attempts
from core.ports.audit import AuditAction, SignInRecord
from core.ports.clock import Clock
from core.ports.credentials import Credentials
from core.ports.identity import Account, Identity, IdentityStore, Passwords
from core.ports.mail import Mail, Mailbox


class ChangePassword(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The password until now, and the one from now on."""

    current_password: Password
    new_password: ChosenPassword

    def __repr__(self) -> str:
        return "ChangePassword()"


class OwnPassword:
    """What people do about their own password. `address` is where they reach Pirwa."""

    def __init__(
        self,
        identities: IdentityStore,
        passwords: Passwords,
        credentials: Credentials,
        attempts: Attempts,
        mailbox: Mailbox,
        record: SignInRecord,
        clock: Clock,
        address: str,
    ) -> None:
        self._identities = identities
        self._passwords = passwords
        self._credentials = credentials
        self._attempts = attempts
        self._mailbox = mailbox
        self._record = record
        self._clock = clock
        self._address = address

    async def change(self, actor: Actor, command: ChangePassword) -> None:
        """Puts another password in place and ends all sessions but this one. Raises `Unauthenticated` for a wrong present
        password, `TooManyAttempts`, `Invalid`, and `Conflict` where somebody else changed it at this moment."""
        actor.require("password:change")
        if actor.session_id is None:
            raise Forbidden("people_only", "only somebody who signed in changes a password")
        identity, account = await self._recognised(actor, command.current_password)
        faults = await chosen_password_faults(
            self._passwords, "/new_password", command.new_password, *facts_about(identity)
        )
        if normal(command.new_password) == normal(command.current_password):
            faults.append(Fault("/new_password", "same_password", "must differ from the present one"))
        refuse_if(faults)
        new_hash = await self._passwords.hash(command.new_password)
        now = self._clock.now()
        if not await self._credentials.change(actor.user_id, account.password_hash, new_hash, actor.session_id, now):
            raise Conflict("password_changed", "the password was changed a moment ago")
        self._record.personal(actor.user_id, AuditAction.PASSWORD_CHANGED, actor.origin)
        if mail := changed_letter(identity, self._address):
            await self._mailbox.post(mail)

    async def _recognised(self, actor: Actor, password: str) -> tuple[Identity, Account]:
        identity = await self._identities.identity(actor.user_id)
        account = await self._identities.account(identity.login) if identity else None
        if identity is None or account is None:
            raise Unauthenticated("access_ended", "the account is gone")
        allowances = [Allowance(f"account {identity.login}")]  # as in signing in: a guess is a guess
        await self._attempts.admit(allowances)
        if not await self._passwords.matches(password, account.password_hash):
            raise Unauthenticated("invalid_credentials", "the present password is wrong")
        await self._attempts.forgive(allowances)
        return identity, account


def facts_about(identity: Identity) -> tuple[str | None, ...]:
    """What a guesser may know of a person."""
    companies = (text for one in identity.memberships for text in (one.company.code, one.company.name))
    return (identity.login, identity.name, identity.email, *companies)


def changed_letter(identity: Identity, address: str) -> Mail | None:
    """Tells a person that their password is another now, so that they can do something about it if it was not them."""
    if identity.email is None:
        return None
    link = f"{address}/forgot-password"
    return letter(Letter.PASSWORD_CHANGED, identity.locale, identity.email, name=identity.name, link=link)
