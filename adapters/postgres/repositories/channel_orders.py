"""`ChannelOrderRepository` on PostgreSQL."""

from collections.abc import Collection, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import msgspec

from adapters.postgres.engine import Connection
from adapters.postgres.queries.channel_orders import ORDER, order_view
from adapters.postgres.repositories import channel_order_marks as marks
from adapters.postgres.repositories.channel_order_rows import Loaded, order_of, rows_of
from adapters.postgres.repositories.channel_order_stock import lock_stock
from adapters.postgres.savepoints import savepoint
from core.domain.channel_order import OF_CHANNEL_ORDER, ChannelOrder, FactKind
from core.domain.channel_order_plan import Directory, Hold, Plan
from core.domain.channel_order_stock import Stock
from core.domain.errors import NotFound
from core.domain.ids import parse_id
from core.domain.reservation import ReservationState
from core.ports.channel_orders import ChannelOrderView, Named

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('channel-order:' || %s || '/' || %s || '/' || %s, 0))"
_FIND = "SELECT id FROM channel_order WHERE company_id = %s AND channel = %s AND external_id = %s"
_HEAD = """
    SELECT channel, external_id, number, placed_at, changed_at, currency, by_location, location, site_id, cancelled_at, buyer, state,
           problem, problem_code, lacks, version
    FROM channel_order WHERE company_id = %s AND id = %s FOR NO KEY UPDATE
"""
_LINES = """
    SELECT external_id, line, item, sku, barcode, title, quantity, unit_price, seen_at, product_id, site_id, problem
    FROM channel_order_line WHERE company_id = %s AND order_id = %s ORDER BY line
"""
_FACTS = """
    SELECT f.kind, f.external_id, f.at, f.location, f.site_id, f.problem, x.line, x.quantity, x.posted, x.settled
    FROM channel_order_fact f
    LEFT JOIN channel_order_fact_line x ON x.company_id = f.company_id AND x.order_id = f.order_id AND x.kind = f.kind AND x.fact = f.external_id
    WHERE f.company_id = %s AND f.order_id = %s ORDER BY f.kind, f.at, f.external_id, x.line
"""
_NAMED = """
    SELECT id, code, active, EXISTS (SELECT FROM plugin_installation i WHERE i.company_id = %(company)s AND i.plugin_id = %(channel)s
               AND i.removed_at IS NULL)
    FROM (SELECT) one LEFT JOIN site s ON s.company_id = %(company)s AND (s.id = ANY (%(ids)s::uuid[]) OR s.code = ANY (%(codes)s::text[]))
"""
# An item that the storefront told us of is what its link says; of one that it did not, and of other shops, SKU and barcode decide.
_PRODUCTS = """
    SELECT l.id, p.id, p.active AND (p.kind = 'unit' OR EXISTS (SELECT FROM kit_component k
               WHERE k.company_id = p.company_id AND k.kit_id = p.id))
    FROM json_to_recordset(%(lines)s::json) AS l(id text, item text, sku text, barcode text, product uuid)
    LEFT JOIN channel_item i ON %(by_location)s AND i.company_id = %(company)s AND i.plugin_id = %(channel)s AND i.external_id = l.item
    JOIN product p ON p.company_id = %(company)s AND p.id = CASE WHEN i.external_id IS NOT NULL THEN i.product_id ELSE coalesce(
        (SELECT b.product_id FROM barcode b WHERE b.company_id = %(company)s AND b.code = l.barcode AND b.pack_quantity = 1),
        (SELECT s.id FROM product s WHERE s.company_id = %(company)s AND s.sku_key = lower(btrim(l.sku)) AND btrim(l.sku) <> ''),
        l.product) END
"""
_SITES = """
    SELECT c.external_location, c.site_id FROM channel_location c JOIN site s ON s.company_id = c.company_id AND s.id = c.site_id
    WHERE c.company_id = %s AND c.plugin_id = %s ORDER BY s.code
"""
_HOLD = "SELECT ledger_hold(%s, %s, 0, %s::json, %s, %s)"
_SHORT = "SELECT coalesce(sum(short), 0) FROM reservation WHERE company_id = %s AND demand_id = %s AND short > 0"
_SOLD = """
    SELECT o.posting_id FROM channel_order_posting o JOIN posting p ON p.company_id = o.company_id AND p.id = o.posting_id
    WHERE o.company_id = %s AND o.order_id = %s AND o.kind = 'fulfilment'
      AND NOT EXISTS (SELECT FROM posting u WHERE u.company_id = p.company_id AND u.reversal_of = p.id)
    ORDER BY p.recorded_at, p.id
"""
_ADD_POSTING = """
    INSERT INTO channel_order_posting (company_id, order_id, kind, fact, number, posting_id)
    SELECT %(company)s, %(order)s, %(kind)s, %(fact)s, coalesce(max(number), 0) + 1, %(posting)s FROM channel_order_posting
    WHERE company_id = %(company)s AND order_id = %(order)s AND kind = %(kind)s AND fact = %(fact)s
"""
_NEXT_NUMBER = (
    "SELECT count(*) + 1 FROM channel_order_posting WHERE company_id = %s AND order_id = %s AND kind = %s AND fact = %s"
)
_SAVE = """
    INSERT INTO channel_order (company_id, id, channel, external_id, number, placed_at, changed_at, currency, by_location, location,
                               site_id, cancelled_at, buyer, state, problem, problem_code, lacks, attempts, look_at, imported_at, updated_at)
    VALUES (%(company)s, %(id)s, %(channel)s, %(external_id)s, %(number)s, %(placed_at)s, %(changed_at)s, %(currency)s, %(by_location)s,
            %(location)s, %(site)s, %(cancelled_at)s, %(buyer)s, %(state)s, %(problem)s, %(problem_code)s, %(lacks)s, %(attempts)s, %(look_at)s,
            %(now)s, %(now)s)
    ON CONFLICT (company_id, id) DO UPDATE SET number = excluded.number, placed_at = excluded.placed_at, changed_at = excluded.changed_at,
        currency = excluded.currency, by_location = excluded.by_location, location = excluded.location, site_id = excluded.site_id,
        cancelled_at = excluded.cancelled_at, buyer = excluded.buyer, state = excluded.state, problem = excluded.problem,
        problem_code = excluded.problem_code, lacks = excluded.lacks, attempts = excluded.attempts, look_at = excluded.look_at, updated_at = excluded.updated_at,
        version = channel_order.version + 1
"""
_SAVE_LINES = """
    INSERT INTO channel_order_line (company_id, order_id, line, external_id, item, sku, barcode, title, quantity, unit_price, seen_at,
                                    product_id, site_id, problem)
    SELECT %(company)s, %(id)s, r.number, r.id, r.item, r.sku, r.barcode, r.title, r.quantity, r.unit_price, r.seen_at, r.product, r.site,
           r.problem
    FROM json_to_recordset(%(lines)s::json) AS r(number int, id text, item text, sku text, barcode text, title text, quantity numeric,
         unit_price numeric, seen_at timestamptz, product uuid, site uuid, problem text)
    ON CONFLICT (company_id, order_id, line) DO UPDATE SET item = excluded.item, sku = excluded.sku, barcode = excluded.barcode,
        title = excluded.title, quantity = excluded.quantity, unit_price = excluded.unit_price, seen_at = excluded.seen_at,
        product_id = excluded.product_id, site_id = excluded.site_id, problem = excluded.problem
"""
_SAVE_FACTS = """
    INSERT INTO channel_order_fact (company_id, order_id, kind, external_id, at, location, site_id, problem)
    SELECT %(company)s, %(id)s, r.kind, r.id, r.at, r.location, r.site, r.problem
    FROM json_to_recordset(%(facts)s::json) AS r(kind text, id text, at timestamptz, location text, site uuid, problem text)
    ON CONFLICT (company_id, order_id, kind, external_id) DO UPDATE SET site_id = excluded.site_id, problem = excluded.problem
"""
_SAVE_FACT_LINES = """
    INSERT INTO channel_order_fact_line AS known (company_id, order_id, kind, fact, line, quantity, posted, settled)
    SELECT %(company)s, %(id)s, r.kind, r.fact, r.line, r.quantity, r.posted, r.settled
    FROM json_to_recordset(%(fact_lines)s::json)
         AS r(kind text, fact text, line text, quantity numeric, posted numeric, settled numeric)
    ON CONFLICT (company_id, order_id, kind, fact, line) DO UPDATE SET posted = excluded.posted, settled = excluded.settled
    WHERE (known.posted, known.settled) IS DISTINCT FROM (excluded.posted, excluded.settled)
"""
_ATTEMPTS = "SELECT attempts FROM channel_order WHERE company_id = %s AND id = %s"
_STEP = """
    INSERT INTO channel_order_step (company_id, order_id, number, at, what, state, actor_id, reason)
    SELECT %(company)s, %(id)s, coalesce(max(number), 0) + 1, %(now)s, %(what)s, %(state)s, %(by)s, %(reason)s
    FROM channel_order_step WHERE company_id = %(company)s AND order_id = %(id)s
"""


class PostgresChannelOrders:
    """`ChannelOrderRepository` in the transaction of a unit of work."""

    def __init__(self, connection: Connection, company_id: UUID, now: datetime) -> None:
        self._connection, self._company_id, self._now = connection, company_id, now

    async def locked(self, channel: str, external_id: str) -> ChannelOrder | None:
        await self._connection.execute(_LOCK, (str(self._company_id), channel, external_id))
        cursor = await self._connection.execute(_FIND, (self._company_id, channel, external_id))
        row = await cursor.fetchone()
        return await self.locked_by_id(row[0]) if row else None

    async def locked_by_id(self, order_id: UUID) -> ChannelOrder | None:
        key = (self._company_id, order_id)
        head = await (await self._connection.execute(_HEAD, key)).fetchone()
        if head is None:
            return None
        lines = await (await self._connection.execute(_LINES, key)).fetchall()
        facts = await (await self._connection.execute(_FACTS, key)).fetchall()
        return order_of(Loaded(order_id, head, lines, facts))

    async def named(self, channel: str, sites: Collection[str]) -> Named:
        ids = {text: parse_id(text) for text in sites}
        codes = {text: text.strip().upper() for text in sites}
        cursor = await self._connection.execute(
            _NAMED,
            {
                "company": self._company_id,
                "channel": channel,
                "ids": [found for found in ids.values() if found],
                "codes": list(codes.values()),
            },
        )
        rows = await cursor.fetchall()
        known = {name: row[0] for row in rows if row[0] for name in (row[0], row[1])}
        named = {text: known.get(ids[text] or codes[text]) for text in sites}
        closed = {row[0] for row in rows if row[0] and not row[2]}
        return Named({text: site for text, site in named.items() if site}, closed, rows[0][3])

    async def directory(self, order: ChannelOrder) -> Directory:
        lines = [
            {"id": line.id, "item": line.item, "sku": line.sku, "barcode": line.barcode, "product": line.product}
            for line in order.lines
        ]
        parameters = {
            "company": self._company_id,
            "channel": order.channel,
            "by_location": order.by_location,
            "lines": msgspec.json.encode(lines).decode(),
        }
        found = await (await self._connection.execute(_PRODUCTS, parameters)).fetchall()
        sites = await (await self._connection.execute(_SITES, (self._company_id, order.channel))).fetchall()
        return Directory(
            {line: product for line, product, _ in found},
            frozenset(product for _, product, may_be_sold in found if not may_be_sold),
            dict(sites),
            sites[0][1] if sites else None,
        )

    async def lock_stock(self, order: ChannelOrder, plan: Plan) -> Stock:
        return await lock_stock(self._connection, self._company_id, order, plan)

    async def hold(self, order: ChannelOrder, holds: Sequence[Hold], *, consumed: bool, grows: bool) -> Decimal:
        outcome = ReservationState.CONSUMED if consumed else ReservationState.RELEASED
        wishes = msgspec.json.encode(holds).decode()
        await self._connection.execute(_HOLD, (order.id, OF_CHANNEL_ORDER, wishes, outcome.value, grows))
        row = await (await self._connection.execute(_SHORT, (self._company_id, order.id))).fetchone()
        return Decimal(row[0]) if row else Decimal(0)

    async def sold_before(self, order: ChannelOrder) -> Sequence[UUID]:
        cursor = await self._connection.execute(_SOLD, (self._company_id, order.id))
        return [row[0] for row in await cursor.fetchall()]

    async def add_posting(self, order: ChannelOrder, kind: FactKind, fact: str, posting: UUID) -> None:
        parameters = {"company": self._company_id, "order": order.id, "kind": kind.value, "fact": fact}
        await self._connection.execute(_ADD_POSTING, {**parameters, "posting": posting})

    async def next_number(self, order: ChannelOrder, kind: FactKind, fact: str) -> int:
        return await self._number(_NEXT_NUMBER, (self._company_id, order.id, kind.value, fact))

    async def save(self, order: ChannelOrder, look_at: datetime | None, attempts: int = 0) -> None:
        rows = rows_of(order) | {
            "company": self._company_id,
            "now": self._now,
            "look_at": look_at,
            "attempts": attempts,
        }
        for statement in (_SAVE, _SAVE_LINES, _SAVE_FACTS, _SAVE_FACT_LINES):
            await self._connection.execute(statement, rows)

    async def attempts(self, order: ChannelOrder) -> int:
        return await self._number(_ATTEMPTS, (self._company_id, order.id))

    async def add_step(self, order: ChannelOrder, what: str, by: UUID | None, reason: str = "") -> None:
        step = {"what": what, "state": order.state.value, "by": by, "reason": reason, "now": self._now}
        await self._connection.execute(_STEP, {**step, "company": self._company_id, "id": order.id})

    async def view(self, order_id: UUID) -> ChannelOrderView:
        parameters = {"company": self._company_id, "id": order_id, "reach": None}
        view = order_view(await (await self._connection.execute(ORDER.encode(), parameters)).fetchall())
        if view is None:
            raise NotFound("channel_order_not_found", "no order has this id")
        return view

    def trial(self) -> AbstractAsyncContextManager[None]:
        return savepoint(self._connection)

    async def hint(self, plugin_id: str, external_id: str) -> None:
        await self._connection.execute(marks.HINT, marks.hint(self._company_id, plugin_id, external_id))

    async def items_linked(self, plugin_id: str, items: Collection[str]) -> None:
        parameters = {"company": self._company_id, "plugin": plugin_id, "items": list(items)}
        await self._connection.execute(marks.ITEMS, parameters)

    async def locations_mapped(self, plugin_id: str) -> None:
        await self._connection.execute(marks.CHANNEL, {"company": self._company_id, "plugin": plugin_id})

    async def _number(self, statement: str, parameters: tuple[object, ...]) -> int:
        row = await (await self._connection.execute(statement.encode(), parameters)).fetchone()
        return int(row[0]) if row else 0
