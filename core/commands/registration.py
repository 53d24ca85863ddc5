"""A company that registers itself. Nothing is kept until its first administrator has shown that they read their mail."""

from datetime import datetime, timedelta
from typing import Annotated
from urllib.parse import quote

import msgspec
from msgspec import Meta

from core.commands.changes import refuse
from core.commands.companies import CreateCompany, create_company
from core.commands.newcomers import chosen_password_faults
from core.commands.people import Address, ChosenPassword, Login, Name, NewMember, create_user
from core.domain.access import ADMIN, PRESETS, Actor, Origin
from core.domain.account import as_kept
from core.domain.company import time_zone_fault
from core.domain.errors import Fault, NotFound, Unauthenticated
from core.domain.ids import new_id
from core.domain.letters import Letter, letter
from core.domain.mail import address_fault
from core.domain.text import text_fault, tidy
from core.domain.throttling import network_of
from core.ports.attempts import Allowance, Attempts
from core.ports.clock import Clock
from core.ports.identity import CompanyIdentity, IdentityStore, Passwords
from core.ports.mail import Mail, Mailbox
from core.ports.sealing import Sealing, Unsealable
from core.ports.storage import Run, UnitOfWork

PREFIX = "pirwa_register_"
GOOD_FOR = timedelta(hours=24)
HOUR = timedelta(hours=1)
LIMIT_OF_PEER = 5
LIMIT_OF_ALL = 60
GUESSES_OF_PEER = 20

_PLACE = "registration|pending"
_LONGEST_NAME = 120


class RegisterCompany(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A company, and who is to administer it."""

    company: CreateCompany
    name: Name
    login: Login
    email: Address
    password: ChosenPassword

    def __repr__(self) -> str:
        return f"RegisterCompany(login={self.login!r}, company={self.company.code!r})"


class ConfirmRegistration(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The token of the link in the mail."""

    token: Annotated[str, Meta(min_length=1, max_length=6_000)]

    def __repr__(self) -> str:
        return "ConfirmRegistration()"


class Registered(msgspec.Struct, frozen=True):
    """The company that is there now, and the login of its administrator, who signs in with the password that they chose."""

    company: CompanyIdentity
    login: str


class Pending(msgspec.Struct, frozen=True):
    """What is to be made once it is confirmed, sealed into the link itself."""

    company: CreateCompany
    name: str
    login: str
    email: str
    password_hash: str
    expires_at: datetime

    def __repr__(self) -> str:
        return f"Pending(login={self.login!r})"


async def found_company(uow: UnitOfWork, actor: Actor, command: tuple[Pending, Mail]) -> None:
    """Makes the company whose id the actor carries, with the actor as its first administrator, and sends the mail."""
    pending, welcome = command
    await create_company(uow, actor, pending.company)
    administrator = NewMember(
        pending.login,
        pending.name,
        pending.password_hash,
        ADMIN,
        email=pending.email,
        email_is_proven=True,
        locale=pending.company.locale,
        id=actor.user_id,
    )
    await create_user(uow, actor, administrator)
    await uow.mail.post(welcome)


class RegistrationDesk:
    """Takes registrations where the platform is `open` to them. `address` is where people reach Pirwa."""

    def __init__(
        self,
        run: Run,
        identities: IdentityStore,
        passwords: Passwords,
        attempts: Attempts,
        sealing: Sealing,
        mailbox: Mailbox,
        clock: Clock,
        address: str,
        *,
        is_open: bool,
    ) -> None:
        self._run = run
        self._identities = identities
        self._passwords = passwords
        self._attempts = attempts
        self._sealing = sealing
        self._mailbox = mailbox
        self._clock = clock
        self._address = address
        self._is_open = is_open

    async def register(self, command: RegisterCompany, origin: Origin) -> None:
        """Sends a link that confirms the registration. Whether the address is known here is not looked at. Raises `NotFound` where
        registration is closed, `TooManyAttempts`, `Invalid`, and `Conflict` for a company code or login that is taken."""
        self._require_open()
        await self._attempts.admit(
            [
                Allowance(f"registration peer {network_of(origin.address)}", LIMIT_OF_PEER, HOUR),
                Allowance("registration", LIMIT_OF_ALL, HOUR),
            ]
        )
        company, name, email = command.company, tidy(command.name), as_kept(command.email)
        refuse(await self._faults(command, name, email), await self._conflicts(command), "invalid")
        pending = Pending(
            msgspec.structs.replace(company, name=tidy(company.name)),
            name,
            command.login,
            email,
            await self._passwords.hash(command.password),
            self._clock.now() + GOOD_FOR,
        )
        token = PREFIX + self._sealing.seal(msgspec.json.encode(pending), _PLACE)
        await self._mailbox.post(
            letter(
                Letter.REGISTRATION_CONFIRM,
                company.locale,
                email,
                name=name,
                company=company.name,
                link=f"{self._address}/register#token={quote(token, safe='')}",
                hours=int(GOOD_FOR.total_seconds() // 3600),
            )
        )

    async def confirm(self, command: ConfirmRegistration, origin: Origin) -> Registered:
        """Makes the company and its administrator. Raises `NotFound` where registration is closed, `Unauthenticated` for a token that is
        wrong or too old, `TooManyAttempts`, and `Conflict` for what was taken meanwhile, also by this very registration."""
        self._require_open()
        allowances = [Allowance(f"confirmation peer {network_of(origin.address)}", GUESSES_OF_PEER)]
        await self._attempts.admit(allowances)
        pending = self._opened(command.token)
        await self._attempts.forgive(allowances)
        company = CompanyIdentity(new_id(), pending.company.code, pending.company.name)
        rights = PRESETS[ADMIN] | {"platform:company"}
        founder = Actor(new_id(), company.id, rights, origin=origin)
        await self._run(found_company, founder, (pending, self._welcome(pending)))
        return Registered(company, pending.login)

    def _require_open(self) -> None:
        if not self._is_open:
            raise NotFound(
                "registration_closed", "companies do not register themselves here: ask whoever operates Pirwa"
            )

    async def _faults(self, command: RegisterCompany, name: str, email: str) -> list[Fault]:
        company = command.company
        facts = (command.login, name, email, company.code, company.name)
        found = [
            time_zone_fault("/company/time_zone", company.time_zone),
            text_fault("/company/name", tidy(company.name), _LONGEST_NAME),
            text_fault("/name", name, _LONGEST_NAME),
            address_fault("/email", email),
            *await chosen_password_faults(self._passwords, "/password", command.password, *facts),
        ]
        return [fault for fault in found if fault]

    async def _conflicts(self, command: RegisterCompany) -> list[Fault]:
        conflicts = []
        if await self._identities.company(command.company.code):
            conflicts.append(Fault("/company/code", "company_code_taken", "another company has this code"))
        if await self._identities.account(command.login):
            conflicts.append(Fault("/login", "login_taken", "this login is taken"))
        return conflicts

    def _opened(self, token: str) -> Pending:
        try:
            if not token.startswith(PREFIX):
                raise Unsealable("another kind of token")
            plain = self._sealing.open(token.removeprefix(PREFIX), _PLACE)
            pending = msgspec.json.decode(plain, type=Pending)
        except (Unsealable, msgspec.MsgspecError) as error:
            raise _refused() from error
        if pending.expires_at <= self._clock.now():
            raise _refused()
        return pending

    def _welcome(self, pending: Pending) -> Mail:
        company = pending.company
        kind = Letter.COMPANY_REGISTERED
        return letter(kind, company.locale, pending.email, name=pending.name, company=company.name, link=self._address)


def _refused() -> Unauthenticated:
    return Unauthenticated("invalid_registration_token", "this link does not count any more; register anew")
