"""`ChannelItemRepository` on PostgreSQL."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from adapters.postgres.channel_statements import AIMED_AT, MATCHED, STOCKED, TIED
from adapters.postgres.engine import Connection
from core.domain.barcode import lookup_key
from core.domain.ids import parse_id
from core.domain.values import normal
from core.ports.channel_items import ExpectedChange, KnownItem, LevelHint
from core.ports.storefront import Item

LONGEST_SKU, LONGEST_BARCODE, LONGEST_TITLE = 255, 100, 300

_PAGE = """
    UPDATE channel c SET import_cursor = %(cursor)s, import_seen = c.import_seen + %(count)s, import_failures = 0, import_problem = NULL
    WHERE c.company_id = %(company)s AND c.plugin_id = %(plugin)s AND c.lease_token = %(token)s AND c.import_run = %(run)s
      AND c.stage = 'importing'
    RETURNING 1
"""
_KEEP = """
    INSERT INTO channel_item AS i (company_id, plugin_id, external_id, sku, sku_key, barcode, barcode_key, title, title_key, price, counted,
                                   import_run, seen_at, found_at)
    SELECT %(company)s, %(plugin)s, t.id, t.sku, t.sku_key, t.barcode, t.barcode_key, t.title, lower(t.title), t.price, t.counted,
           %(run)s, %(now)s, %(now)s
    FROM unnest(%(items)s::text[], %(skus)s::text[], %(sku_keys)s::text[], %(barcodes)s::text[], %(barcode_keys)s::text[], %(titles)s::text[],
                %(prices)s::numeric[], %(counted)s::boolean[]) AS t(id, sku, sku_key, barcode, barcode_key, title, price, counted)
    ORDER BY t.id
    ON CONFLICT (company_id, plugin_id, external_id) DO UPDATE SET sku = excluded.sku, sku_key = excluded.sku_key, barcode = excluded.barcode,
        barcode_key = excluded.barcode_key, title = excluded.title, title_key = excluded.title_key, price = excluded.price,
        counted = excluded.counted, import_run = excluded.import_run, seen_at = excluded.seen_at, gone = false
"""
_GONE = """
    UPDATE channel_item SET gone = true
    WHERE company_id = %(company)s AND plugin_id = %(plugin)s AND import_run < %(run)s AND NOT gone
"""
_CUT = """
    DELETE FROM channel_link l WHERE l.company_id = %(company)s AND l.plugin_id = %(plugin)s AND NOT EXISTS (
        SELECT FROM channel_item i WHERE i.company_id = %(company)s AND i.plugin_id = %(plugin)s AND i.external_id = l.external_item
           AND i.state = 'linked' AND i.counted AND NOT i.gone)
"""
_FINISH = """
    UPDATE channel SET stage = 'ready', imported_at = %(now)s, import_cursor = NULL, import_wanted = false,
           import_at = clock_timestamp() + CASE WHEN import_wanted THEN interval '1 minute' ELSE %(next_in)s END
    WHERE company_id = %(company)s AND plugin_id = %(plugin)s
"""
_COUNTS = """
    SELECT state, count(*) FROM channel_item
    WHERE company_id = %(company)s AND plugin_id = %(plugin)s AND NOT gone GROUP BY state
"""
_KNOWN = """
    SELECT id, external_id, sku, barcode, title, price, product_id FROM channel_item
    WHERE company_id = %(company)s AND plugin_id = %(plugin)s AND id = ANY (%(ids)s::uuid[]) AND NOT gone ORDER BY external_id FOR NO KEY UPDATE
"""
_PRODUCTS = """
    SELECT n.name, p.id FROM unnest(%(names)s::text[], %(ids)s::uuid[]) AS n(name, id)
    JOIN product p ON p.company_id = %(company)s AND (p.id = n.id OR p.sku_key = lower(btrim(n.name)))
"""
_DECIDE = """
    INSERT INTO channel_decision (company_id, plugin_id, external_id, product_id, decided_by, decided_at)
    SELECT %(company)s, %(plugin)s, t.item, t.product, %(by)s, %(now)s FROM unnest(%(items)s::text[], %(products)s::uuid[]) AS t(item, product)
    ORDER BY t.item
    ON CONFLICT (company_id, plugin_id, external_id) DO UPDATE SET product_id = excluded.product_id, decided_by = excluded.decided_by,
        decided_at = excluded.decided_at
"""
_IS_OPEN = "SELECT EXISTS (SELECT FROM channel WHERE company_id = %(company)s AND plugin_id = %(plugin)s)"
# A storefront that says all day long that items have changed is asked for them now and then, not all day long.
_WANT_IMPORT = """
    UPDATE channel SET import_wanted = import_wanted OR stage <> 'ready', import_at = CASE
        WHEN stage <> 'ready' THEN import_at
        WHEN %(at_once)s THEN clock_timestamp()
        ELSE least(import_at, greatest(clock_timestamp() + interval '1 minute', imported_at + interval '15 minutes')) END
    WHERE company_id = %(company)s AND plugin_id = %(plugin)s
"""
_READ_ALL = """
    WITH t AS MATERIALIZED (
        SELECT l.external_item, l.external_location FROM channel_link l WHERE l.company_id = %(company)s AND l.plugin_id = %(plugin)s
        ORDER BY l.external_item, l.external_location FOR NO KEY UPDATE
    )
    UPDATE channel_link l SET read_at = clock_timestamp() FROM t
    WHERE l.company_id = %(company)s AND l.plugin_id = %(plugin)s AND l.external_item = t.external_item AND l.external_location = t.external_location
    RETURNING 1
"""
# Read soon, with what else is said within some seconds; however much is said, it is not put off for ever. The moment differs from the one
# before in any case: whoever has read the level already and has yet to note it must see that it was asked for again.
_READ_SOON = """
    WITH t AS MATERIALIZED (
        SELECT l.external_item, l.external_location FROM channel_link l
        JOIN (SELECT DISTINCT * FROM unnest(%(items)s::text[], %(locations)s::text[])) AS h(item, location)
          ON h.item = l.external_item AND h.location = l.external_location
        WHERE l.company_id = %(company)s AND l.plugin_id = %(plugin)s ORDER BY l.external_item, l.external_location FOR NO KEY UPDATE OF l
    )
    UPDATE channel_link l SET read_at = CASE
        WHEN l.read_at BETWEEN clock_timestamp() AND clock_timestamp() + interval '10 seconds' THEN l.read_at + interval '1 microsecond'
        ELSE clock_timestamp() + interval '10 seconds' END
    FROM t WHERE l.company_id = %(company)s AND l.plugin_id = %(plugin)s AND l.external_item = t.external_item AND l.external_location = t.external_location
    RETURNING 1
"""
_RESOLVE = f"""
    WITH aimed AS (
        SELECT l.company_id, l.id, {AIMED_AT} AS target FROM channel_link l {STOCKED}
        WHERE l.company_id = %(company)s AND l.plugin_id = %(plugin)s AND l.id = %(link)s
    )
    UPDATE channel_link l SET attention = NULL, tries = 0, unsure = %(ours)s, read_at = CASE WHEN %(ours)s THEN '-infinity' ELSE l.read_at END,
        accepted = CASE WHEN NOT %(ours)s THEN a.target END, last_error = NULL,
        flight_key = NULL, flight_version = NULL, flight_quantity = NULL, flight_seen = NULL, flight_tries = 0,
        want_version = l.want_version + CASE WHEN %(ours)s THEN 1 ELSE 0 END,
        pushed_version = CASE WHEN %(ours)s THEN l.pushed_version ELSE l.want_version END
    FROM aimed a WHERE l.company_id = a.company_id AND l.id = a.id AND l.attention IS NOT NULL RETURNING 1
"""
_EXPECT = """
    WITH t AS MATERIALIZED (
        SELECT l.external_item, l.external_location, e.delta FROM channel_link l
        JOIN (SELECT item, location, sum(delta) AS delta FROM unnest(%(items)s::text[], %(locations)s::text[], %(deltas)s::numeric[])
                AS g(item, location, delta) GROUP BY item, location) e ON e.item = l.external_item AND e.location = l.external_location
        WHERE l.company_id = %(company)s AND l.plugin_id = %(plugin)s ORDER BY l.external_item, l.external_location FOR NO KEY UPDATE OF l
    )
    UPDATE channel_link l SET expected = l.expected + t.delta FROM t
    WHERE l.company_id = %(company)s AND l.plugin_id = %(plugin)s AND l.external_item = t.external_item AND l.external_location = t.external_location
      AND l.last_seen IS NOT NULL
"""


class PostgresChannelItems:
    """`ChannelItemRepository` in the transaction of a unit of work."""

    def __init__(self, connection: Connection, company_id: UUID, now: datetime) -> None:
        self._connection, self._company_id, self._now = connection, company_id, now

    async def save_page(
        self, plugin_id: str, token: UUID, run: int, items: Sequence[Item], cursor: str | None
    ) -> Sequence[str] | None:
        kept = {item.id: item for item in items}
        names = {**self._of(plugin_id), "token": token, "run": run, "now": self._now}
        page = {"cursor": cursor, "count": len(kept)}
        if not await (await self._connection.execute(_PAGE, {**names, **page})).fetchone():
            return None
        await self._connection.execute(_KEEP, {**names, **_columns(list(kept.values()))})
        return await self._tie(plugin_id, list(kept))

    async def finish_import(self, plugin_id: str, run: int, next_in: timedelta) -> Mapping[str, int]:
        names = {**self._of(plugin_id), "run": run, "now": self._now, "next_in": next_in}
        for statement in (_GONE, _CUT, _FINISH):
            await self._connection.execute(statement, names)
        return dict(await (await self._connection.execute(_COUNTS, names)).fetchall())

    async def known(self, plugin_id: str, ids: Collection[UUID]) -> Mapping[UUID, KnownItem]:
        cursor = await self._connection.execute(_KNOWN, {**self._of(plugin_id), "ids": list(ids)})
        rows = await cursor.fetchall()
        return {row[0]: _item(*row) for row in rows}

    async def products(self, names: Collection[str]) -> Mapping[str, UUID]:
        asked = {"company": self._company_id, "names": list(names), "ids": [parse_id(name) for name in names]}
        return dict(await (await self._connection.execute(_PRODUCTS, asked)).fetchall())

    async def decide(self, plugin_id: str, decisions: Mapping[str, UUID | None], by: UUID) -> Sequence[str]:
        chosen = {"items": list(decisions), "products": list(decisions.values()), "by": by, "now": self._now}
        await self._connection.execute(_DECIDE, {**self._of(plugin_id), **chosen})
        return await self._tie(plugin_id, list(decisions))

    async def is_open(self, plugin_id: str) -> bool:
        row = await (await self._connection.execute(_IS_OPEN, self._of(plugin_id))).fetchone()
        return bool(row and row[0])

    async def want_import(self, plugin_id: str, *, at_once: bool) -> None:
        await self._connection.execute(_WANT_IMPORT, {**self._of(plugin_id), "at_once": at_once})

    async def want_reading(self, plugin_id: str, hints: Sequence[LevelHint] | None = None) -> int:
        names = self._of(plugin_id)
        if hints is None:
            return (await self._connection.execute(_READ_ALL, names)).rowcount
        places = {"items": [hint.item for hint in hints], "locations": [hint.location for hint in hints]}
        return (await self._connection.execute(_READ_SOON, {**names, **places})).rowcount

    async def resolve(self, plugin_id: str, link: UUID, *, ours: bool) -> bool:
        cursor = await self._connection.execute(_RESOLVE, {**self._of(plugin_id), "link": link, "ours": ours})
        return await cursor.fetchone() is not None

    async def expect(self, plugin_id: str, changes: Sequence[ExpectedChange]) -> None:
        if changes:
            columns = {
                "items": [change.item for change in changes],
                "locations": [change.location for change in changes],
                "deltas": [change.delta for change in changes],
            }
            await self._connection.execute(_EXPECT, {**self._of(plugin_id), **columns})

    async def _tie(self, plugin_id: str, items: Sequence[str]) -> Sequence[str]:
        names = {**self._of(plugin_id), "items": list(items)}
        changed = [row[0] for row in await (await self._connection.execute(MATCHED, names)).fetchall()]
        await self._connection.execute(TIED, names)
        return changed

    def _of(self, plugin_id: str) -> dict[str, object]:
        return {"company": self._company_id, "plugin": plugin_id}


def _item(
    item_id: UUID, external_id: str, sku: str, barcode: str, title: str, price: Decimal | None, product: UUID | None
) -> KnownItem:
    return KnownItem(item_id, external_id, sku, barcode, title, None if price is None else normal(price), product)


def _columns(items: Sequence[Item]) -> dict[str, object]:
    skus = [_text(item.sku, LONGEST_SKU) for item in items]
    barcodes = [_text(item.barcode, LONGEST_BARCODE) for item in items]
    return {
        "items": [item.id for item in items],
        "skus": skus,
        "sku_keys": [sku.lower() for sku in skus],
        "barcodes": barcodes,
        "barcode_keys": [lookup_key(code) for code in barcodes],
        "titles": [_text(item.title, LONGEST_TITLE) for item in items],
        "prices": [item.price for item in items],
        "counted": [item.counted for item in items],
    }


def _text(text: str, longest: int) -> str:
    """As much of a foreign text as is kept."""
    return text.replace("\0", "")[:longest].strip()
