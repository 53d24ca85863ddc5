"""Accepting an invitation: as somebody new, or as who one is already."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from core.commands.newcomers import chosen_password_faults
from core.commands.people import ChosenPassword, Login, Name, join
from core.commands.sign_in import SessionDesk, SignedIn, SwitchCompany
from core.domain.access import PERSONAL, PRESETS, Actor, Origin
from core.domain.account import NewAccount
from core.domain.errors import Conflict, Fault, Forbidden, Invalid, NotFound, refuse_if
from core.domain.ids import new_id
from core.domain.invitation import PREFIX, Invitation, InvitationState
from core.domain.roles import GRANTABLE, require_rights
from core.domain.secret import OwnedSecret, read_secret
from core.domain.throttling import network_of
from core.ports.attempts import Allowance, Attempts
from core.ports.clock import Clock
from core.ports.identity import Passwords
from core.ports.invitations import InvitationOffer, InvitationOffers
from core.ports.storage import Run, UnitOfWork

GUESSES_PER_PEER = 20


class AcceptInvitation(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Somebody new says how they want to sign in; who is signed in says nothing. With `cookie` the answer sets a session cookie for
    browsers instead of giving tokens. Without a `name` it is the one of the invitation."""

    login: Login | None = None
    name: Name | None = None
    password: ChosenPassword | None = None
    cookie: bool = False

    def __repr__(self) -> str:
        return f"AcceptInvitation(login={self.login!r})"


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Who accepts which invitation: the account of somebody new, or None where the actor is who they are already."""

    digest: bytes
    newcomer: NewAccount | None
    now: datetime


async def accept(uow: UnitOfWork, actor: Actor, command: Acceptance) -> None:
    """Makes the actor a member of the company. What was granted is looked at again: whoever lost it can give it no more."""
    if await uow.companies.is_suspended():
        raise _void()
    await uow.people.close_ranks()
    invitation = await uow.invitations.by_secret(command.digest)
    if invitation is None:
        raise _not_found()
    invitation.require(command.now, InvitationState.OPEN)
    await _require_inviter(uow, actor.company, invitation)
    owner = await uow.people.owner_of(invitation.email)
    if owner not in (None, actor.user_id):
        raise _sign_in_first()
    if command.newcomer:
        await uow.people.add_account(command.newcomer)
    else:
        await _require_addressee(uow, actor, invitation)
    await uow.invitations.accept(invitation.id, actor.user_id, command.now)
    await join(uow, invitation.member(actor.user_id))


async def _require_addressee(uow: UnitOfWork, actor: Actor, invitation: Invitation) -> None:
    """Whoever has the link reads what is sent to the address: if the account has none or the same one, it is proven now."""
    account = await uow.people.account(actor.user_id)
    if account is None or account.email not in (None, invitation.email):
        raise Conflict("invitation_for_another", "this invitation is for another address than that of your account")
    if await uow.people.member(actor.user_id):
        raise Conflict("already_member", "you are a member of this company already")
    await uow.people.prove_email(actor.user_id, invitation.email)


async def _require_inviter(uow: UnitOfWork, company_id: UUID, invitation: Invitation) -> None:
    inviter = await _inviter(uow, company_id, invitation.invited_by)
    if inviter is None or invitation.role is None or not inviter.may("user:write"):
        raise _void()
    try:
        require_rights(inviter, invitation.role.permissions, invitation.sites, invitation.read_sites)
    except Forbidden as refusal:
        raise _void() from refusal


async def _inviter(uow: UnitOfWork, company_id: UUID, user_id: UUID) -> Actor | None:
    """Whoever invited, with the rights that they have now."""
    account, member = await uow.people.account(user_id), await uow.people.member(user_id)
    if account is None or not account.active:
        return None
    if account.is_platform_owner:
        return Actor(user_id, company_id, PRESETS["admin"])
    if member is None or not member.active:
        return None
    permissions = (member.role.permissions & GRANTABLE) | PERSONAL
    return Actor(user_id, company_id, permissions, member.sites, member.read_sites)


class InvitationAcceptance:
    """Honours the links of invitations."""

    def __init__(
        self,
        run: Run,
        offers: InvitationOffers,
        passwords: Passwords,
        attempts: Attempts,
        desk: SessionDesk,
        clock: Clock,
    ) -> None:
        self._run = run
        self._offers = offers
        self._passwords = passwords
        self._attempts = attempts
        self._desk = desk
        self._clock = clock

    async def offer(self, token: str, origin: Origin) -> InvitationOffer:
        """What the invitation offers. It stays as it is: programs that look through mail open links too.

        Raises `NotFound` and `TooManyAttempts`.
        """
        return (await self._found(token, origin))[1]

    async def accept(self, token: str, command: AcceptInvitation, caller: Actor | None, origin: Origin) -> SignedIn:
        """Takes the invitation up, once. Raises `NotFound`, `TooManyAttempts`, `Invalid` with every fault, and `Conflict` for one that
        is not open or void by now, and for somebody who should sign in first."""
        secret, offer = await self._found(token, origin)
        if offer.state is not InvitationState.OPEN:
            raise Conflict(f"invitation_{offer.state}", f"this invitation is {offer.state}")
        if caller:
            return await self._accept_as(caller, secret, command)
        if offer.has_account:
            raise _sign_in_first()
        newcomer = await self._newcomer(command, offer)
        actor = Actor(newcomer.id, secret.owner, frozenset(), origin=origin)
        await self._run(accept, actor, Acceptance(secret.digest, newcomer, self._clock.now()))
        return await self._desk.open(newcomer.id, ("pwd",), str(secret.owner), origin, cookie=command.cookie)

    async def _accept_as(self, caller: Actor, secret: OwnedSecret, command: AcceptInvitation) -> SignedIn:
        """The session goes on, in the other company: to accept proves nothing that it did not prove before."""
        caller.require("profile:write")
        caller.require_own_proof()  # it proves an address, and by that address a password can be reset
        given = {name: getattr(command, name) for name in ("login", "name", "password")}
        refuse_if(
            [
                Fault(f"/{name}", "not_allowed", "you are signed in: leave it out")
                for name, value in given.items()
                if value is not None
            ]
        )
        actor = Actor(caller.user_id, secret.owner, frozenset(), origin=caller.origin)
        await self._run(accept, actor, Acceptance(secret.digest, None, self._clock.now()))
        return await self._desk.switch(caller, SwitchCompany(str(secret.owner)))

    async def _found(self, token: str, origin: Origin) -> tuple[OwnedSecret, InvitationOffer]:
        allowances = [Allowance(f"invitation peer {network_of(origin.address)}", GUESSES_PER_PEER)]
        await self._attempts.admit(allowances)
        secret = read_secret(PREFIX, token)
        offer = await self._offers.offer(secret.owner, secret.digest) if secret else None
        if secret is None or offer is None:
            raise _not_found()
        await self._attempts.forgive(allowances)
        return secret, offer

    async def _newcomer(self, command: AcceptInvitation, offer: InvitationOffer) -> NewAccount:
        login, name, password = command.login, command.name or offer.name, command.password
        wanted = {"login": login, "name": name, "password": password}
        faults = [Fault(f"/{field}", "missing", "is required") for field, value in wanted.items() if value is None]
        if password is not None:
            facts = (login, name, offer.email, offer.company)
            faults += await chosen_password_faults(self._passwords, "/password", password, *facts)
        if faults or login is None or name is None or password is None:
            raise Invalid("invalid", "say how you want to sign in from now on", faults)
        password_hash = await self._passwords.hash(password)
        return NewAccount(new_id(), login, name, password_hash, offer.email, email_is_proven=True, locale=offer.locale)


def _not_found() -> NotFound:
    return NotFound("invitation_not_found", "there is no such invitation, or no such link any more")


def _void() -> Conflict:
    return Conflict("invitation_void", "nobody stands behind this invitation any more: ask for another")


def _sign_in_first() -> Conflict:
    return Conflict("sign_in_first", "somebody with this address has an account: sign in, then accept")
