"""Inviting people to a company by mail. Nobody invites to what they lack."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from core.commands.people import Address, Name, RoleReference, SiteList
from core.commands.placement import newcomer
from core.domain.access import Actor
from core.domain.account import USUAL_LOCALE, as_kept, locale_fault
from core.domain.errors import Conflict, NotFound
from core.domain.ids import new_id
from core.domain.invitation import GOOD_FOR, PREFIX, Invitation, InvitationState
from core.domain.letters import Letter, letter
from core.domain.mail import Mail, address_fault
from core.domain.roles import require_rights, require_standing
from core.domain.secret import OwnedSecret, new_secret
from core.ports.attempts import Allowance, Attempts
from core.ports.clock import Clock
from core.ports.identity import IdentityStore
from core.ports.storage import Run, UnitOfWork

HOUR = timedelta(hours=1)
LETTERS_PER_COMPANY = 200
LETTERS_PER_ADDRESS = 5


class Invite(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Somebody to invite, and to what. `sites` may be written; `read_sites` may be read, and are the same unless given. Null means
    every site. `locale` is the language of the letter, and of the account that comes of it."""

    email: Address
    role: RoleReference
    sites: SiteList | None = None
    read_sites: SiteList | UnsetType | None = UNSET
    name: Name | None = None
    locale: Annotated[str, Meta(min_length=2, max_length=5)] = USUAL_LOCALE


@dataclass(frozen=True, slots=True)
class Letters:
    """What letters of invitation need to know: who invites, to which company, at which address people reach Pirwa."""

    inviter: str
    company: str
    address: str

    def written(self, invitation: Invitation, secret: OwnedSecret) -> Mail:
        return letter(
            Letter.INVITATION,
            invitation.locale,
            invitation.email,
            inviter=self.inviter,
            company=self.company,
            link=f"{self.address}/invitation#token={secret.text(PREFIX)}",
            hours=int(GOOD_FOR.total_seconds() // 3600),
        )


async def invite(uow: UnitOfWork, actor: Actor, command: tuple[Invite, Letters, datetime]) -> UUID:
    """Invites somebody, instead of any earlier invitation to the same address. Returns the id."""
    wanted, letters, now = command
    actor.require("user:write")
    await uow.people.close_ranks()
    email, invitation_id = as_kept(wanted.email), new_id()
    faults = [address_fault("/email", email), locale_fault("/locale", wanted.locale)]
    member = await newcomer(
        uow,
        actor,
        (invitation_id, email),
        wanted.role,
        wanted.sites,
        wanted.read_sites,
        [fault for fault in faults if fault],
    )
    if await uow.people.has_member_at(email):
        raise Conflict("already_member", "a member of the company has this address")
    invitation = Invitation(
        invitation_id,
        email,
        member.role.code,
        member.role,
        member.sites,
        member.read_sites,
        actor.user_id,
        now + GOOD_FOR,
        wanted.name,
        wanted.locale,
    )
    secret = new_secret(actor.company)
    await uow.invitations.withdraw(email, now)
    await uow.invitations.add(invitation, secret.digest, now)
    await uow.mail.post(letters.written(invitation, secret))
    await uow.events.append("user_invited", "invitation", invitation.id, {"role": invitation.role_code})
    return invitation.id


async def resend(uow: UnitOfWork, actor: Actor, command: tuple[UUID, Letters, datetime]) -> None:
    """Sends another link, from this actor, in place of the last one, also where that has expired."""
    invitation_id, letters, now = command
    invitation = await _opened(uow, actor, invitation_id)
    invitation.require(now, InvitationState.OPEN, InvitationState.EXPIRED)
    if invitation.role is None:
        raise Conflict("invitation_void", "the role of this invitation is gone: invite anew")
    require_rights(actor, invitation.role.permissions, invitation.sites, invitation.read_sites)
    secret = new_secret(actor.company)
    renewed = replace(invitation, invited_by=actor.user_id, expires_at=now + GOOD_FOR)
    await uow.invitations.renew(invitation.id, renewed.invited_by, secret.digest, renewed.expires_at, now)
    await uow.mail.post(letters.written(renewed, secret))


async def revoke(uow: UnitOfWork, actor: Actor, command: tuple[UUID, datetime]) -> None:
    """Puts an invitation out of force; once more is no fault."""
    invitation_id, now = command
    invitation = await _opened(uow, actor, invitation_id)
    if invitation.state(now) is InvitationState.REVOKED:
        return
    invitation.require(now, InvitationState.OPEN, InvitationState.EXPIRED)
    await uow.invitations.revoke(invitation.id, now)
    await uow.events.append("invitation_revoked", "invitation", invitation.id, {"role": invitation.role_code})


async def _opened(uow: UnitOfWork, actor: Actor, invitation_id: UUID) -> Invitation:
    """An invitation that this actor may change."""
    actor.require("user:write")
    await uow.people.close_ranks()
    invitation = await uow.invitations.by_id(invitation_id)
    if invitation is None:
        raise NotFound("invitation_not_found", "no invitation has this id")
    require_standing(actor, invitation.member(invitation.id))
    return invitation


class InvitationDesk:
    """Invites on behalf of a company. `address` is where people reach Pirwa."""

    def __init__(self, run: Run, identities: IdentityStore, attempts: Attempts, clock: Clock, address: str) -> None:
        self._run = run
        self._identities = identities
        self._attempts = attempts
        self._clock = clock
        self._address = address

    async def invite(self, actor: Actor, command: Invite) -> UUID:
        """Sends an invitation and returns its id. Raises `Invalid` with every fault, `Forbidden` for more than the actor has,
        `Conflict` `already_member`, and `TooManyAttempts`."""
        await self._admit(actor, as_kept(command.email))
        letters = await self._letters(actor)
        return (await self._run(invite, actor, (command, letters, self._clock.now()))).result

    async def resend(self, actor: Actor, invitation_id: UUID) -> None:
        """Sends another link in place of the last one. Raises as `invite` does, and `NotFound`."""
        await self._admit(actor, str(invitation_id))
        await self._run(resend, actor, (invitation_id, await self._letters(actor), self._clock.now()))

    async def revoke(self, actor: Actor, invitation_id: UUID) -> None:
        """Puts an invitation out of force. Raises `NotFound`, and `Conflict` for one that was accepted."""
        await self._run(revoke, actor, (invitation_id, self._clock.now()))

    async def _admit(self, actor: Actor, to: str) -> None:
        await self._attempts.admit(
            [
                Allowance(f"invitations of {actor.company}", LETTERS_PER_COMPANY, HOUR),
                Allowance(f"invitations of {actor.company} to {to}", LETTERS_PER_ADDRESS, HOUR),
            ]
        )

    async def _letters(self, actor: Actor) -> Letters:
        inviter = await self._identities.identity(actor.user_id)
        company = await self._identities.company(str(actor.company))
        if inviter is None or company is None:
            raise NotFound("company_not_found", "the company or the account is gone")
        return Letters(inviter.name, company.name, self._address)
