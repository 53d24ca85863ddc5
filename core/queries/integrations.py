"""The API keys and OAuth 2 clients of a company, without what they prove themselves by."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec

from core.domain.access import Actor
from core.queries.paging import Page


class ApiKeyView(msgspec.Struct, frozen=True, kw_only=True):
    """A key. `public_id` stands in its text; it acts on behalf of `created_by`, with those of its `scopes` that they have at that
    moment. `live` is whether it is neither revoked nor expired; `last_used_at` is noted at most once a minute."""

    id: UUID
    public_id: str
    name: str
    scopes: list[str]
    sites: list[UUID] | None
    networks: list[str]
    expires_at: datetime
    created_by: UUID
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None
    live: bool
    version: int


class SecretView(msgspec.Struct, frozen=True):
    """A live secret of a client."""

    number: int
    created_at: datetime


class OAuthClientView(msgspec.Struct, frozen=True, kw_only=True):
    """A client. `client_id` is what it calls itself where it asks for tokens; `secrets` are the live ones. The rest is as with
    API keys."""

    id: UUID
    client_id: str
    name: str
    scopes: list[str]
    sites: list[UUID] | None
    networks: list[str]
    expires_at: datetime
    created_by: UUID
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None
    live: bool
    version: int
    secrets: list[SecretView]


class IntegrationReader(Protocol):
    """Reads the integrations of the actor's company, those out of force too."""

    async def api_keys(self, actor: Actor, live: bool | None, limit: int, cursor: str | None) -> Page[ApiKeyView]:
        """Keys, the newest first; live ones only, or others only, or all."""
        ...

    async def api_key(self, actor: Actor, key_id: UUID) -> ApiKeyView:
        """One key. NotFound `api_key_not_found`."""
        ...

    async def oauth_clients(
        self, actor: Actor, live: bool | None, limit: int, cursor: str | None
    ) -> Page[OAuthClientView]:
        """Clients, the newest first."""
        ...

    async def oauth_client(self, actor: Actor, client_id: UUID) -> OAuthClientView:
        """One client. NotFound `oauth_client_not_found`."""
        ...
