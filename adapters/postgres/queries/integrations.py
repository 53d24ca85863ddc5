"""`IntegrationReader` on PostgreSQL."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from uuid import UUID

from adapters.postgres.engine import Database, Row, Scope
from core.domain.access import Actor
from core.domain.errors import NotFound
from core.domain.integration_secret import client_name
from core.ports.clock import Clock
from core.queries.integrations import ApiKeyView, OAuthClientView, SecretView
from core.queries.paging import Page, decode_cursor, encode_cursor, page_of

View = TypeVar("View", ApiKeyView, OAuthClientView)

_FIELDS = (
    "id",
    "name",
    "scopes",
    "sites",
    "networks",
    "expires_at",
    "created_by",
    "created_at",
    "last_used_at",
    "revoked_at",
    "version",
    "live",
)
_COMMON = """i.id, i.name, i.scopes, i.site_ids, i.networks, i.expires_at, i.created_by, i.created_at, i.last_used_at, i.revoked_at,
    i.version, i.revoked_at IS NULL AND i.expires_at > %(now)s"""
_LIVE_SECRETS = """
    FROM oauth_client_secret s WHERE s.company_id = i.company_id AND s.client_id = i.id AND s.revoked_at IS NULL ORDER BY s.number
"""
_KEYS = f"SELECT {_COMMON}, i.public_id FROM api_key i WHERE i.company_id = %(company)s"
_CLIENTS = f"""
    SELECT {_COMMON}, ARRAY(SELECT s.number {_LIVE_SECRETS}), ARRAY(SELECT s.created_at {_LIVE_SECRETS})
    FROM oauth_client i WHERE i.company_id = %(company)s
"""
_ONE = "{0} AND i.id = %(id)s"
_PAGE = """{0}
    AND (%(live)s::boolean IS NULL OR %(live)s = (i.revoked_at IS NULL AND i.expires_at > %(now)s))
    AND (%(before)s::uuid IS NULL OR i.id < %(before)s)
    ORDER BY i.id DESC LIMIT %(limit)s
"""


class PostgresIntegrationReader:
    """`IntegrationReader` over the pool."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    async def api_keys(self, actor: Actor, live: bool | None, limit: int, cursor: str | None) -> Page[ApiKeyView]:
        return await self._page(_KEYS, _api_key, actor, live, limit, cursor)

    async def api_key(self, actor: Actor, key_id: UUID) -> ApiKeyView:
        return _api_key(await self._one(_KEYS, "api_key", actor, key_id))

    async def oauth_clients(
        self, actor: Actor, live: bool | None, limit: int, cursor: str | None
    ) -> Page[OAuthClientView]:
        return await self._page(_CLIENTS, _client_of(actor), actor, live, limit, cursor)

    async def oauth_client(self, actor: Actor, client_id: UUID) -> OAuthClientView:
        return _client_of(actor)(await self._one(_CLIENTS, "oauth_client", actor, client_id))

    async def _one(self, statement: str, kind: str, actor: Actor, own_id: UUID) -> Row:
        named = {"company": actor.company, "id": own_id, "now": self._clock.now()}
        rows = await self._database.read(Scope(actor.company), _ONE.format(statement), named)
        if not rows:
            raise NotFound(f"{kind}_not_found", f"no {kind.replace('_', ' ')} has this id")
        return rows[0]

    async def _page(
        self,
        statement: str,
        view: Callable[[Row], View],
        actor: Actor,
        live: bool | None,
        limit: int,
        cursor: str | None,
    ) -> Page[View]:
        last = decode_cursor(cursor, tuple[UUID])
        named = {
            "company": actor.company,
            "live": live,
            "before": last[0] if last else None,
            "now": self._clock.now(),
            "limit": limit + 1,
        }
        rows = await self._database.read(Scope(actor.company), _PAGE.format(statement), named)
        return page_of([view(row) for row in rows], limit, lambda shown: encode_cursor(shown.id))


def _api_key(row: Row) -> ApiKeyView:
    return ApiKeyView(**_common(row), public_id=row[-1])


def _client_of(actor: Actor) -> Callable[[Row], OAuthClientView]:
    def client(row: Row) -> OAuthClientView:
        *_, numbers, times = row
        secrets = [SecretView(*each) for each in zip(numbers, times, strict=True)]
        return OAuthClientView(**_common(row), client_id=client_name(actor.company, row[0]), secrets=secrets)

    return client


def _common(row: Row) -> Mapping[str, Any]:
    return dict(zip(_FIELDS, row, strict=False))
