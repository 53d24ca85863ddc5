"""The providers of single sign-on of a company, and the identities by which a person is known."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec

from core.domain.access import Actor
from core.queries.paging import Page


class SecretView(msgspec.Struct, frozen=True):
    """A secret that is never shown: since when it is set, and its last characters unless it is short."""

    set_at: datetime
    hint: str | None


class IdentityProviderView(msgspec.Struct, frozen=True):
    """A server that vouches for people of the company.

    Whom it vouches for with a verified address in one of `domains`, and who is not known yet, becomes a member with
    `default_role` at `default_sites` (null: every site); without a default role nobody does. That the domains are the company's
    is what its administrator says.
    """

    id: UUID
    code: str
    name: str
    issuer: str
    client_id: str
    client_secret: SecretView | None
    scopes: list[str]
    algorithms: list[str]
    domains: list[str]
    default_role: str | None
    default_sites: list[UUID] | None
    enabled: bool
    version: int


class IdentityLinkView(msgspec.Struct, frozen=True):
    """An identity by which the caller may sign in: who vouches for it, and who they are there."""

    id: UUID
    issuer: str
    subject: str
    created_at: datetime


class IdentityProviderReader(Protocol):
    """Reads the providers of the actor's company, and the actor's own links."""

    async def providers(self, actor: Actor, limit: int, cursor: str | None) -> Page[IdentityProviderView]:
        """Providers by code."""
        ...

    async def provider(self, actor: Actor, provider_id: UUID) -> IdentityProviderView:
        """One provider. NotFound `identity_provider_not_found`."""
        ...

    async def links(self, actor: Actor) -> Page[IdentityLinkView]:
        """The actor's own links, the oldest first."""
        ...
