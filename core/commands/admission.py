"""Who is let in on the word of a provider: whoever is linked, whoever can be, and those whom the company takes on."""

import re
from uuid import UUID

import msgspec

from core.commands.people import join
from core.domain.access import Actor
from core.domain.account import NewAccount
from core.domain.errors import Conflict, Forbidden, NotFound
from core.domain.ids import new_id
from core.domain.roles import Member
from core.domain.single_sign_on import Admission, IdentityProvider, Vouched, admission
from core.ports.storage import UnitOfWork

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,119}")


class Admitted(msgspec.Struct, frozen=True):
    """Who came in, and whether their identity was linked only now."""

    user_id: UUID
    linked: bool


async def admit(uow: UnitOfWork, actor: Actor, command: tuple[UUID, Vouched]) -> Admitted:
    """Finds, links or makes the account of somebody whom a provider vouches for. Two who come at once wait for each other."""
    provider_id, vouched = command
    await uow.people.close_ranks()
    provider = await uow.identity_providers.provider(provider_id)
    if provider is None or not provider.enabled or provider.issuer != vouched.issuer:
        raise no_provider()
    owner = await uow.identity_links.owner(vouched.issuer, vouched.subject)
    if owner is not None:
        if not await uow.identity_links.is_member(owner):
            raise not_a_member()
        return Admitted(owner, linked=False)
    accounts = await uow.identity_links.accounts(vouched.email) if vouched.email else []
    match admission(provider, vouched, accounts):
        case Admission.LINK:
            user_id = accounts[0].user_id
        case Admission.CREATE:
            user_id = await _create(uow, provider, vouched)
        case Admission.LINK_REQUIRED:
            raise Conflict(
                "link_required", "you have an account here: sign in to it otherwise, and link this identity yourself"
            )
        case Admission.NOT_A_MEMBER:
            raise not_a_member()
    await uow.identity_links.add(user_id, vouched.issuer, vouched.subject)
    return Admitted(user_id, linked=True)


async def _create(uow: UnitOfWork, provider: IdentityProvider, vouched: Vouched) -> UUID:
    """Makes a member of somebody whose address is the company's. Nobody can sign in with a password they do not have."""
    role, email = provider.default_role, vouched.email
    if role is None or email is None:
        raise not_a_member()
    user_id = new_id()
    fits = _LOGIN.fullmatch(email) and await uow.identity_links.login_is_free(email)
    login = email if fits else f"sso-{user_id.hex}"
    await uow.people.add_account(NewAccount(user_id, login, vouched.name or email, "no password", email))
    await join(uow, Member(user_id, login, role, provider.default_sites, provider.default_sites))
    return user_id


async def link_identity(uow: UnitOfWork, actor: Actor, command: tuple[UUID, Vouched]) -> bool:
    """Links an identity to the person who asked for it. Returns whether that is new."""
    user_id, vouched = command
    await uow.people.close_ranks()
    if not await uow.identity_links.is_member(user_id):
        raise not_a_member()
    owner = await uow.identity_links.owner(vouched.issuer, vouched.subject)
    if owner is not None and owner != user_id:
        raise Conflict("identity_taken", "somebody else is known by this identity")
    if owner is None:
        await uow.identity_links.add(user_id, vouched.issuer, vouched.subject)
    return owner is None


def no_provider() -> NotFound:
    """The one answer for a provider that is not there, is out of use, or belongs to a company that is."""
    return NotFound("identity_provider_not_found", "no company of this name has such a provider in use")


def not_a_member() -> Forbidden:
    return Forbidden("not_a_member", "the provider says who you are, but you are no member of this company")
