"""`ChannelSetUp` and `ChannelPrices` on PostgreSQL."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from adapters.postgres.channel_statements import HELD
from adapters.postgres.engine import Database, Row, Scope
from core.domain.values import normal
from core.ports.storefront import Account, Price

# Whatever is tied already is read and pushed anew, at the locations that there are now; the rest follows from the import.
_CONNECTED = f"""
    WITH {HELD},
    begun AS (
        UPDATE channel c SET stage = 'importing', name = %(name)s, currency = %(currency)s, listening = %(listening)s,
               import_at = clock_timestamp(), import_failures = 0, import_problem = NULL
        FROM held WHERE c.company_id = held.company_id AND c.plugin_id = held.plugin_id AND c.import_run = %(run)s AND c.stage = 'connecting'
        RETURNING c.company_id, c.plugin_id, c.push_prices
    ),
    wanted AS MATERIALIZED (
        SELECT i.external_id, o.external_location, i.product_id, o.site_id FROM begun b
        JOIN channel_item i ON i.company_id = b.company_id AND i.plugin_id = b.plugin_id
        JOIN channel_location o ON o.company_id = b.company_id AND o.plugin_id = b.plugin_id
        WHERE i.company_id = %(company)s AND i.state = 'linked' AND i.counted AND NOT i.gone
    ),
    cut AS (
        DELETE FROM channel_link l USING begun b WHERE l.company_id = b.company_id AND l.plugin_id = b.plugin_id AND NOT EXISTS (
            SELECT FROM channel_location o WHERE o.company_id = b.company_id AND o.plugin_id = b.plugin_id
               AND o.external_location = l.external_location)
    ),
    priced AS (
        UPDATE channel_item i SET price_wanted = i.price_wanted + 1 FROM begun b
        WHERE i.company_id = b.company_id AND i.plugin_id = b.plugin_id AND b.push_prices AND i.state = 'linked' AND NOT i.gone
    ),
    tied AS (
        INSERT INTO channel_link AS l (company_id, plugin_id, external_item, external_location, product_id, site_id)
        SELECT %(company)s, %(plugin)s, w.external_id, w.external_location, w.product_id, w.site_id FROM wanted w
        ORDER BY w.external_id, w.external_location
        ON CONFLICT (company_id, plugin_id, external_item, external_location) DO UPDATE
            SET product_id = excluded.product_id, site_id = excluded.site_id, want_version = l.want_version + 1, last_error = NULL,
                unsure = true, read_at = '-infinity'
    )
    SELECT count(*) FROM begun
"""
_BEGIN = f"""
    WITH {HELD}
    UPDATE channel c SET stage = 'importing', import_run = c.import_run + 1, import_cursor = NULL, import_seen = 0, import_wanted = false,
           import_failures = 0, import_problem = NULL
    FROM held WHERE c.company_id = held.company_id AND c.plugin_id = held.plugin_id AND c.import_run = %(run)s AND c.stage = 'ready'
"""
_WAIT = f"""
    WITH {HELD}
    UPDATE channel c SET import_cursor = %(cursor)s, import_seen = CASE WHEN %(cursor)s::text IS NULL THEN 0 ELSE c.import_seen END, import_at = clock_timestamp() + %(after)s, import_problem = %(problem)s,
           import_failures = CASE WHEN %(problem)s::text IS NULL THEN 0 ELSE c.import_failures + 1 END
    FROM held WHERE c.company_id = held.company_id AND c.plugin_id = held.plugin_id AND c.import_run = %(run)s
"""
_FAILURES = "SELECT import_failures FROM channel WHERE company_id = %(company)s AND plugin_id = %(plugin)s"
_CLOSE = """
    UPDATE channel c SET lease_token = %(token)s, next_at = clock_timestamp() + %(lease)s FROM plugin_installation i
    WHERE c.company_id = %(company)s AND c.plugin_id = %(plugin)s AND c.next_at <= statement_timestamp() AND c.listening
      AND i.company_id = c.company_id AND i.plugin_id = c.plugin_id AND i.state = 'disabled'
    RETURNING 1
"""
_CLOSED = f"""
    WITH {HELD}
    UPDATE channel c SET listening = false, lease_token = NULL, next_at = clock_timestamp(), last_error = NULL FROM held
    WHERE c.company_id = held.company_id AND c.plugin_id = held.plugin_id
"""
_NOT_CLOSED = f"""
    WITH {HELD}
    UPDATE channel c SET listening = c.failures + 1 < %(most)s, failures = c.failures + 1, last_error = %(problem)s, lease_token = NULL,
           next_at = clock_timestamp() + interval '10 seconds' * (1 << least(c.failures, 10))
    FROM held WHERE c.company_id = held.company_id AND c.plugin_id = held.plugin_id
"""
_CURRENCY = """
    SELECT o.currency, c.currency FROM channel c JOIN company o ON o.id = c.company_id
    WHERE c.company_id = %(company)s AND c.plugin_id = %(plugin)s
"""
_PRICES = """
    SELECT i.external_id, p.price, i.price_wanted FROM channel_item i JOIN product p ON p.company_id = i.company_id AND p.id = i.product_id
    WHERE i.company_id = %(company)s AND i.plugin_id = %(plugin)s AND i.price_wanted > i.price_pushed ORDER BY i.external_id LIMIT %(limit)s
"""
_PRICED = f"""
    WITH {HELD},
    told AS (SELECT * FROM unnest(%(items)s::text[], %(versions)s::bigint[], %(errors)s::text[]) AS e(item, version, error)),
    t AS MATERIALIZED (
        SELECT i.company_id, i.plugin_id, i.external_id, e.version, e.error FROM held
        JOIN channel_item i ON i.company_id = held.company_id AND i.plugin_id = held.plugin_id JOIN told e ON e.item = i.external_id
        WHERE i.company_id = %(company)s AND i.plugin_id = %(plugin)s ORDER BY i.external_id FOR NO KEY UPDATE OF i
    ),
    well AS (
        UPDATE channel c SET price_problem = NULL FROM held WHERE c.company_id = held.company_id AND c.plugin_id = held.plugin_id
    )
    UPDATE channel_item i SET price_pushed = t.version, price_error = t.error FROM t
    WHERE i.company_id = t.company_id AND i.plugin_id = t.plugin_id AND i.external_id = t.external_id AND t.version <= i.price_wanted
"""
_HOLD = f"""
    WITH {HELD}
    UPDATE channel c SET price_problem = %(problem)s, price_at = clock_timestamp() + %(after)s FROM held
    WHERE c.company_id = held.company_id AND c.plugin_id = held.plugin_id
"""


class PostgresChannelSetUp:
    """`ChannelSetUp` and `ChannelPrices`, each call in one round trip."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def connected(
        self, company_id: UUID, plugin_id: str, token: UUID, run: int, account: Account, *, listening: bool
    ) -> None:
        told = {"name": account.name[:200], "currency": account.currency[:8], "listening": listening}
        await self._ask(_CONNECTED, company_id, plugin_id, {"token": token, "run": run, **told})

    async def begin(self, company_id: UUID, plugin_id: str, token: UUID, run: int) -> None:
        await self._ask(_BEGIN, company_id, plugin_id, {"token": token, "run": run})

    async def wait(
        self,
        company_id: UUID,
        plugin_id: str,
        token: UUID,
        run: int,
        cursor: str | None,
        after: timedelta,
        problem: str | None = None,
    ) -> None:
        named = {"token": token, "run": run, "cursor": cursor, "after": after, "problem": problem}
        await self._ask(_WAIT, company_id, plugin_id, named)

    async def failures(self, company_id: UUID, plugin_id: str) -> int:
        rows = await self._ask(_FAILURES, company_id, plugin_id, {})
        return int(rows[0][0]) if rows else 0

    async def close(self, company_id: UUID, plugin_id: str, token: UUID, lease: timedelta) -> bool:
        return bool(await self._ask(_CLOSE, company_id, plugin_id, {"token": token, "lease": lease}))

    async def closed(self, company_id: UUID, plugin_id: str, token: UUID) -> None:
        await self._ask(_CLOSED, company_id, plugin_id, {"token": token})

    async def put_off_closing(self, company_id: UUID, plugin_id: str, token: UUID, problem: str, most: int) -> None:
        await self._ask(_NOT_CLOSED, company_id, plugin_id, {"token": token, "problem": problem, "most": most})

    async def currency(self, company_id: UUID, plugin_id: str) -> tuple[str, str]:
        ours, theirs = (await self._ask(_CURRENCY, company_id, plugin_id, {}))[0]
        return ours, theirs

    async def changed(self, company_id: UUID, plugin_id: str, limit: int) -> Sequence[tuple[Price, int]]:
        rows = await self._ask(_PRICES, company_id, plugin_id, {"limit": limit})
        return [(Price(item, normal(price)), version) for item, price, version in rows]

    async def record(
        self,
        company_id: UUID,
        plugin_id: str,
        token: UUID,
        pushed: Sequence[tuple[Price, int]],
        refused: Mapping[str, str],
    ) -> None:
        named = {
            "token": token,
            "items": [price.item for price, _ in pushed],
            "versions": [version for _, version in pushed],
            "errors": [refused.get(price.item) for price, _ in pushed],
        }
        await self._ask(_PRICED, company_id, plugin_id, named)

    async def hold(self, company_id: UUID, plugin_id: str, token: UUID, problem: str, after: timedelta) -> None:
        await self._ask(_HOLD, company_id, plugin_id, {"token": token, "problem": problem, "after": after})

    async def _ask(
        self, statement: str, company_id: UUID, plugin_id: str, parameters: Mapping[str, object]
    ) -> list[Row]:
        names = {"company": company_id, "plugin": plugin_id, **parameters}
        return await self._database.fetch(Scope(company_id), statement, names)
