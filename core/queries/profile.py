"""Who one is, here and now."""

from uuid import UUID

import msgspec

from core.domain.access import Actor
from core.domain.errors import Unauthenticated
from core.ports.identity import CompanyIdentity, IdentityStore
from core.ports.profiles import Profiles
from core.queries.companies import CompanyReader


class Customs(msgspec.Struct, frozen=True):
    """How a company writes numbers, money and times."""

    locale: str
    time_zone: str
    currency: str


class Profile(msgspec.Struct, frozen=True):
    """The caller, here and now. `sites` may be written, `read_sites` may be read; null means every site of the company.
    `customs` are those of `company`. `picture` is the digest of one's picture, which `GET users/{id}/picture` shows. `csrf_token` is for
    those who came by a cookie."""

    id: UUID
    login: str
    name: str
    email: str | None
    locale: str
    time_zone: str | None
    is_platform_owner: bool
    company: CompanyIdentity | None
    companies: list[CompanyIdentity]
    role: str | None
    permissions: list[str]
    sites: list[UUID] | None
    read_sites: list[UUID] | None
    customs: Customs | None
    picture: str | None
    csrf_token: str | None = None


async def profile_of(
    identities: IdentityStore, companies: CompanyReader, profiles: Profiles, actor: Actor, csrf_token: str | None
) -> Profile:
    """The caller, with what they may do in the company of the request."""
    identity = await identities.identity(actor.user_id)
    if identity is None:
        raise Unauthenticated("invalid_token", "the account is gone")
    membership = identity.membership_in(str(actor.company_id))
    company = membership.company if membership else None
    if company is None and actor.company_id is not None:
        company = await identities.company(str(actor.company_id))
    return Profile(
        id=identity.user_id,
        login=identity.login,
        name=identity.name,
        email=identity.email,
        locale=identity.locale,
        time_zone=identity.time_zone,
        is_platform_owner=identity.is_platform_owner,
        company=company,
        companies=identity.companies_shown(company, own_proof=actor.gave_own_proof),
        role=membership.role if membership else None,
        permissions=sorted(actor.permissions),
        sites=None if actor.sites is None else sorted(actor.sites),
        read_sites=None if actor.read_sites is None else sorted(actor.read_sites),
        customs=await _customs(companies, actor),
        picture=await profiles.picture_digest(actor.user_id),
        csrf_token=csrf_token,
    )


async def _customs(companies: CompanyReader, actor: Actor) -> Customs | None:
    if actor.company_id is None:
        return None
    company = await companies.company(actor)
    return Customs(company.locale, company.time_zone, company.currency)
