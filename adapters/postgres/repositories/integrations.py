"""`ApiKeyRepository` and `OAuthClientRepository` on PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from adapters.postgres.engine import Connection, Row
from core.domain.access import Sites
from core.domain.errors import NotFound
from core.domain.integration import KeptIntegration, Terms
from core.domain.integration_secret import ApiKeyText, digest_of

# Who makes or renames one counts those of its name first; two who do that at once would each see room for theirs.
_CLOSE_NAMES = "SELECT pg_advisory_xact_lock(hashtextextended('integration:' || %s, 0))"
_NAMESAKES = "SELECT count(*) FROM {0} WHERE company_id = %s AND name = %s AND revoked_at IS NULL AND expires_at > %s"
_FIND = """
    SELECT id, name, scopes, site_ids, networks, expires_at, created_by, revoked_at, version FROM {0}
    WHERE company_id = %s AND id = %s FOR NO KEY UPDATE
"""
_CHANGE = """
    UPDATE {0} SET name = %s, networks = %s, version = version + 1 WHERE company_id = %s AND id = %s RETURNING version
"""
_REVOKE = "UPDATE {0} SET revoked_at = %s, version = version + 1 WHERE company_id = %s AND id = %s"
_ADD = """
    INSERT INTO {0} (company_id, id, name, scopes, site_ids, networks, expires_at, created_by, created_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_ADD_KEY = """
    INSERT INTO api_key (company_id, id, name, scopes, site_ids, networks, expires_at, created_by, created_at, public_id, secret_digest)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_ADD_ADDRESS = "INSERT INTO api_key_address (public_id, company_id, key_id) VALUES (%s, %s, %s)"
_LIVE_NUMBERS = """
    SELECT number FROM oauth_client_secret WHERE company_id = %s AND client_id = %s AND revoked_at IS NULL ORDER BY number
"""
_KEEP_DIGEST = """
    INSERT INTO oauth_client_secret (company_id, client_id, number, secret_digest, created_at)
    SELECT %(company)s, %(client)s, coalesce(max(number), 0) + 1, %(digest)s, %(now)s
    FROM oauth_client_secret WHERE company_id = %(company)s AND client_id = %(client)s
    RETURNING number
"""
_REVOKE_DIGEST = """
    UPDATE oauth_client_secret SET revoked_at = %s WHERE company_id = %s AND client_id = %s AND number = %s
"""
_TOUCH = "UPDATE oauth_client SET version = version + 1 WHERE company_id = %s AND id = %s"


class _PostgresIntegrations:
    """What API keys and OAuth 2 clients have in common, in the transaction of a unit of work."""

    table: ClassVar[str]

    def __init__(self, connection: Connection, company_id: UUID) -> None:
        self._connection, self._company_id = connection, company_id

    async def close_names(self) -> None:
        await self._row(_CLOSE_NAMES, str(self._company_id))

    async def namesakes(self, name: str, now: datetime) -> int:
        row = await self._row(_NAMESAKES, self._company_id, name, now)
        return int(row[0]) if row else 0

    async def find(self, integration_id: UUID) -> KeptIntegration | None:
        row = await self._row(_FIND, self._company_id, integration_id)
        return _kept(row) if row else None

    async def change(self, integration_id: UUID, name: str, networks: Sequence[str]) -> int:
        row = await self._row(_CHANGE, name, list(networks), self._company_id, integration_id)
        if row is None:
            raise NotFound(f"{self.table}_not_found", "it does not exist")
        return int(row[0])

    async def revoke(self, integration_id: UUID, now: datetime) -> None:
        await self._execute(_REVOKE, now, self._company_id, integration_id)

    async def _execute(self, statement: str, *parameters: object) -> None:
        await self._connection.execute(statement.format(self.table).encode(), parameters)

    async def _row(self, statement: str, *parameters: object) -> Row | None:
        cursor = await self._connection.execute(statement.format(self.table).encode(), parameters)
        return await cursor.fetchone()


class PostgresApiKeys(_PostgresIntegrations):
    """`ApiKeyRepository` in the transaction of a unit of work."""

    table = "api_key"

    async def add(self, key_id: UUID, terms: Terms, creator: UUID, now: datetime, key: ApiKeyText) -> None:
        columns = _columns(self._company_id, key_id, terms, creator, now)
        await self._execute(_ADD_KEY, *columns, key.public_id, digest_of(key.text))
        await self._execute(_ADD_ADDRESS, key.public_id, self._company_id, key_id)


class PostgresOAuthClients(_PostgresIntegrations):
    """`OAuthClientRepository` in the transaction of a unit of work."""

    table = "oauth_client"

    async def add(self, client_id: UUID, terms: Terms, creator: UUID, now: datetime) -> None:
        await self._execute(_ADD, *_columns(self._company_id, client_id, terms, creator, now))

    async def secrets(self, client_id: UUID) -> Sequence[int]:
        cursor = await self._connection.execute(_LIVE_NUMBERS, (self._company_id, client_id))
        return [number for (number,) in await cursor.fetchall()]

    async def add_secret(self, client_id: UUID, digest: bytes, now: datetime) -> int:
        named = {"company": self._company_id, "client": client_id, "digest": digest, "now": now}
        cursor = await self._connection.execute(_KEEP_DIGEST, named)
        await self._execute(_TOUCH, self._company_id, client_id)
        ((number,),) = await cursor.fetchall()
        return int(number)

    async def revoke_secret(self, client_id: UUID, number: int, now: datetime) -> None:
        await self._execute(_REVOKE_DIGEST, now, self._company_id, client_id, number)
        await self._execute(_TOUCH, self._company_id, client_id)


def _kept(row: Row) -> KeptIntegration:
    integration_id, name, scopes, site_ids, networks, expires_at, created_by, revoked_at, version = row
    terms = Terms(name, frozenset(scopes), _sites(site_ids), tuple(networks), expires_at)
    return KeptIntegration(integration_id, terms, created_by, revoked_at, version)


def _columns(company_id: UUID, own_id: UUID, terms: Terms, creator: UUID, now: datetime) -> tuple[object, ...]:
    sites = None if terms.sites is None else sorted(terms.sites)
    scopes, networks = sorted(terms.scopes), list(terms.networks)
    return (company_id, own_id, terms.name, scopes, sites, networks, terms.expires_at, creator, now)


def _sites(ids: list[UUID] | None) -> Sites:
    return None if ids is None else frozenset(ids)
