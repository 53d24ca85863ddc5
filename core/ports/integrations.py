"""The ports to programs that act on somebody's behalf: by an API key, or as an OAuth 2 client."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from core.domain.access import Sites
from core.domain.integration import KeptIntegration, Terms
from core.domain.integration_secret import ApiKeyText


@dataclass(frozen=True, slots=True)
class Integration:
    """A program in force: who let it in, and what of their rights it has. `networks` are those it may call from, none: any.

    `agent` names it in the audit trail, as `api_key:<id>` or `oauth_client:<id>`.
    """

    agent: str
    user_id: UUID
    company_id: UUID
    scopes: frozenset[str]
    sites: Sites = None
    networks: tuple[str, ...] = ()


class Integrations(Protocol):
    """Finds integrations that are neither revoked nor expired, and notes that they were used, at most once a minute."""

    async def by_key(self, text: str) -> Integration | None:
        """The holder of an API key."""
        ...

    async def by_client(self, company_id: UUID, client_id: UUID) -> Integration | None:
        """The OAuth 2 client of this id."""
        ...


@dataclass(frozen=True, slots=True)
class ClientAccount:
    """An OAuth 2 client that is neither revoked nor expired, and the digests of its live secrets."""

    client_id: UUID
    client: Integration
    digests: tuple[bytes, ...] = field(repr=False)


class OAuthClients(Protocol):
    """Finds what it takes to check the secret of a client."""

    async def account(self, company_id: UUID, client_id: UUID) -> ClientAccount | None:
        """The account of a client, in a company that is not suspended."""
        ...


class IntegrationRepository(Protocol):
    """The API keys, or else the OAuth 2 clients, of the company of a unit of work."""

    async def close_names(self) -> None:
        """Waits for everybody who makes or renames one, and keeps others from it until the transaction ends."""
        ...

    async def namesakes(self, name: str, now: datetime) -> int:
        """How many live ones have this name."""
        ...

    async def find(self, integration_id: UUID) -> KeptIntegration | None:
        """The one of this id, unchanged by others until the transaction ends."""
        ...

    async def change(self, integration_id: UUID, name: str, networks: Sequence[str]) -> int:
        """Stores name and networks and returns the new version."""
        ...

    async def revoke(self, integration_id: UUID, now: datetime) -> None:
        """Puts it out of force for good."""
        ...


class ApiKeyRepository(IntegrationRepository, Protocol):
    """The API keys of the company of a unit of work."""

    async def add(self, key_id: UUID, terms: Terms, creator: UUID, now: datetime, key: ApiKeyText) -> None:
        """Keeps a new key: of its text the digest alone."""
        ...


class OAuthClientRepository(IntegrationRepository, Protocol):
    """The OAuth 2 clients of the company of a unit of work, and their secrets."""

    async def add(self, client_id: UUID, terms: Terms, creator: UUID, now: datetime) -> None:
        """Adds a client without a secret."""
        ...

    async def secrets(self, client_id: UUID) -> Sequence[int]:
        """The numbers of its live secrets."""
        ...

    async def add_secret(self, client_id: UUID, digest: bytes, now: datetime) -> int:
        """Keeps the digest of one more secret and returns its number, which no other secret of the client ever had."""
        ...

    async def revoke_secret(self, client_id: UUID, number: int, now: datetime) -> None:
        """Puts one secret out of force for good."""
        ...
