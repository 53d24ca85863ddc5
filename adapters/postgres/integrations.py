"""`Integrations` and `OAuthClients` on PostgreSQL: one statement for each question, inside the company that the credential names.

Only a key whose company is not known yet costs a second one. Where a key leads never changes, so that is remembered.
"""

from uuid import UUID

from adapters.postgres.engine import Database, Row, Scope
from core.domain.integration_secret import Environment, is_digest_of, read_api_key
from core.ports.clock import Clock
from core.ports.integrations import ClientAccount, Integration

REMEMBERED = 10_000  # keys of which it is known where they lead

_ADDRESS = "SELECT company_id, key_id FROM api_key_address WHERE public_id = %(public_id)s"
_FOUND = """
    SELECT i.created_by, i.scopes, i.site_ids, i.networks, {1},
           i.last_used_at IS NULL OR i.last_used_at <= %(now)s - interval '1 minute'
    FROM {0} i JOIN company c ON c.id = i.company_id AND NOT c.suspended
    WHERE i.company_id = %(company)s AND i.id = %(id)s AND i.revoked_at IS NULL AND i.expires_at > %(now)s
"""
_KEY = _FOUND.format("api_key", "ARRAY[i.secret_digest]")
_CLIENT = _FOUND.format(
    "oauth_client",
    "ARRAY(SELECT s.secret_digest FROM oauth_client_secret s"
    " WHERE s.company_id = i.company_id AND s.client_id = i.id AND s.revoked_at IS NULL)",
)
_USED = """
    UPDATE {0} SET last_used_at = %(now)s
    WHERE company_id = %(company)s AND id = %(id)s AND (last_used_at IS NULL OR last_used_at <= %(now)s - interval '1 minute')
"""
_USES = {"api_key": _USED.format("api_key"), "oauth_client": _USED.format("oauth_client")}


class PostgresIntegrations:
    """Finds keys and clients in force. Keys made for tests count only where nobody else reaches the server."""

    def __init__(self, database: Database, clock: Clock, *, accepts_test_keys: bool) -> None:
        self._database, self._clock, self._accepts_test_keys = database, clock, accepts_test_keys
        self._addresses: dict[str, tuple[UUID, UUID]] = {}

    async def by_key(self, text: str) -> Integration | None:
        key = read_api_key(text)
        if key is None or (key.environment is Environment.TEST and not self._accepts_test_keys):
            return None
        if (address := await self._address(key.public_id)) is None:
            return None
        row = await self._row(_KEY, *address)
        if row is None or not is_digest_of(text, tuple(row[4])):
            return None
        return await self._used("api_key", *address, row)

    async def by_client(self, company_id: UUID, client_id: UUID) -> Integration | None:
        row = await self._row(_CLIENT, company_id, client_id)
        return await self._used("oauth_client", company_id, client_id, row) if row else None

    async def account(self, company_id: UUID, client_id: UUID) -> ClientAccount | None:
        row = await self._row(_CLIENT, company_id, client_id)
        if row is None:
            return None
        return ClientAccount(client_id, _integration("oauth_client", company_id, client_id, row), tuple(row[4]))

    async def _address(self, public_id: str) -> tuple[UUID, UUID] | None:
        if known := self._addresses.get(public_id):
            return known
        rows = await self._database.fetch(Scope(), _ADDRESS, {"public_id": public_id})
        if not rows:
            return None
        if len(self._addresses) >= REMEMBERED:
            self._addresses.clear()
        company_id, key_id = self._addresses[public_id] = rows[0]
        return company_id, key_id

    async def _row(self, statement: str, company_id: UUID, own_id: UUID) -> Row | None:
        named = {"company": company_id, "id": own_id, "now": self._clock.now()}
        rows = await self._database.fetch(Scope(company_id), statement, named)
        return rows[0] if rows else None

    async def _used(self, kind: str, company_id: UUID, own_id: UUID, row: Row) -> Integration:
        if row[-1]:
            named = {"company": company_id, "id": own_id, "now": self._clock.now()}
            await self._database.fetch(Scope(company_id), _USES[kind], named)
        return _integration(kind, company_id, own_id, row)


def _integration(kind: str, company_id: UUID, own_id: UUID, row: Row) -> Integration:
    created_by, scopes, site_ids, networks, *_ = row
    sites = None if site_ids is None else frozenset(site_ids)
    return Integration(f"{kind}:{own_id}", created_by, company_id, frozenset(scopes), sites, tuple(networks))
