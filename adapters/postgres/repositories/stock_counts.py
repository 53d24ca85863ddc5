"""`StockCountRepository` on PostgreSQL."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec

from adapters.postgres.engine import Connection, Row
from adapters.postgres.queries.stock_counts import COUNT, SOME_LINES, count_view, seen_by
from adapters.postgres.repositories import stock_count_statements as statements
from adapters.postgres.repositories.stock_count_plans import PLANS
from core.domain.access import Actor
from core.domain.barcode import lookup_key
from core.domain.errors import Fault, NotFound
from core.domain.ids import parse_id
from core.domain.product import ProductKind, Tracking
from core.domain.stock_count import CountState, StockCount, Tolerance
from core.domain.stock_count_figures import CountedGoods, Figure, FigureKey
from core.domain.stock_count_posting import Difference
from core.domain.stock_count_scope import CountScope
from core.ports.stock_counts import CountLineView, ScopeView, StockCountView

_PRODUCTS = """
    SELECT p.id FROM unnest(%(ids)s::uuid[], %(skus)s::text[]) WITH ORDINALITY AS r(id, sku, place)
    LEFT JOIN product i ON i.company_id = %(company)s AND i.id = r.id
    LEFT JOIN product c ON c.company_id = %(company)s AND c.sku_key = r.sku
    LEFT JOIN product p ON p.company_id = %(company)s AND p.id = coalesce(i.id, c.id) AND p.kind = 'unit'
    ORDER BY r.place
"""
_CATEGORY = "SELECT FROM category WHERE company_id = %s AND id = %s"
_NUMBER = """
    INSERT INTO stock_count_number AS n (company_id, last) VALUES (%s, 1)
    ON CONFLICT (company_id) DO UPDATE SET last = n.last + 1 RETURNING last
"""
_ADD = """
    INSERT INTO stock_count (company_id, id, number, state, site_id, scope, blind, tolerance_quantity, tolerance_percent,
                             tolerance_value, note, created_by)
    VALUES (%(company)s, %(id)s, %(number)s, %(state)s, %(site)s, %(scope)s, %(blind)s, %(tolerance_quantity)s,
            %(tolerance_percent)s, %(tolerance_value)s, %(note)s, %(created_by)s)
"""
_COUNT = """
    SELECT c.id, c.site_id, c.scope, c.created_by, c.blind, c.tolerance_quantity, c.tolerance_percent, c.tolerance_value, c.note,
           c.state, c.round, c.opened_at, c.submitted_by, c.decided_by, c.reason, c.number, c.version
    FROM stock_count c WHERE c.company_id = %s AND c.id = %s
"""
_LOCKED = f"{_COUNT} FOR NO KEY UPDATE OF c"
_SHARED = f"{_COUNT} AND c.state <> 'planned' FOR SHARE OF c"
_SAVE = """
    UPDATE stock_count c SET state = %(state)s, scope = %(scope)s, blind = %(blind)s, tolerance_quantity = %(tolerance_quantity)s,
        tolerance_percent = %(tolerance_percent)s, tolerance_value = %(tolerance_value)s, note = %(note)s, round = %(round)s,
        opened_at = CASE WHEN c.round = %(round)s THEN c.opened_at ELSE clock_timestamp() END,
        started_at = CASE WHEN %(state)s = 'counting' THEN coalesce(c.started_at, now()) ELSE c.started_at END,
        submitted_by = %(submitted_by)s,
        submitted_at = CASE WHEN %(submitted_by)s::uuid IS NOT NULL THEN coalesce(c.submitted_at, now()) END,
        decided_by = %(decided_by)s, decided_at = CASE WHEN %(decided_by)s::uuid IS NOT NULL THEN coalesce(c.decided_at, now()) END,
        reason = %(reason)s, version = c.version + 1, updated_at = now()
    WHERE c.company_id = %(company)s AND c.id = %(id)s
"""
_FORGET_LINES = "DELETE FROM stock_count_line WHERE company_id = %s AND count_id = %s"
_FORGET = "DELETE FROM stock_count WHERE company_id = %s AND id = %s"
_LOCK_STOCK = "SELECT ledger_lock_stock(%s::uuid[], %s::uuid[])"
_ADD_POSTINGS = "INSERT INTO stock_count_posting (company_id, count_id, posting_id) SELECT %s, %s, unnest(%s::uuid[])"


class PostgresStockCounts:
    """`StockCountRepository` in the transaction of a unit of work."""

    def __init__(self, connection: Connection, company_id: UUID) -> None:
        self._connection, self._company_id = connection, company_id

    async def named_products(self, references: Sequence[str]) -> Sequence[UUID | None]:
        ids, skus = [parse_id(text) for text in references], [text.strip().lower() for text in references]
        parameters = {"company": self._company_id, "ids": ids, "skus": skus}
        return [row[0] for row in await self._fetch(_PRODUCTS, parameters)]

    async def has_category(self, category_id: UUID) -> bool:
        return bool(await self._fetch(_CATEGORY, (self._company_id, category_id)))

    async def add(self, count: StockCount) -> int:
        number = int((await self._fetch(_NUMBER, (self._company_id,)))[0][0])
        await self._run(_ADD, {**self._columns(count), "number": number})
        return number

    async def plan_lines(self, count: StockCount, products: Sequence[UUID]) -> int:
        await self._run(_FORGET_LINES, (self._company_id, count.id))
        scope = count.scope
        parameters = {
            **self._key(count),
            "category": scope.category,
            "products": list(products),
            "classes": [one.value for one in scope.classes],
            "size": scope.size,
        }
        return await self._run(PLANS[scope.kind], parameters)

    async def locked(self, count_id: UUID) -> StockCount | None:
        return _count(await self._fetch(_LOCKED, (self._company_id, count_id)))

    async def shared(self, count_id: UUID) -> StockCount | None:
        return _count(await self._fetch(_SHARED, (self._company_id, count_id)))

    async def save(self, count: StockCount) -> None:
        await self._run(_SAVE, self._columns(count))

    async def delete(self, count: StockCount) -> None:
        await self._run(_FORGET_LINES, (self._company_id, count.id))
        await self._run(_FORGET, (self._company_id, count.id))

    async def goods(self, count: StockCount, references: Sequence[tuple[str, str | None]]) -> Sequence[CountedGoods]:
        products, places = [product.strip() for product, _ in references], [place for _, place in references]
        parameters = {
            **self._key(count),
            "ids": [parse_id(text) for text in products],
            "skus": [text.lower() for text in products],
            "codes": [lookup_key(text) for text in products],
            "location_ids": [parse_id(text or "") for text in places],
            "location_codes": [(text or "").strip().upper() for text in places],
            "anywhere": [text is None for text in places],
        }
        return [_goods(row) for row in await self._fetch(statements.GOODS, parameters)]

    async def lock_stock(self, count: StockCount, products: Sequence[UUID]) -> None:
        wanted = sorted(set(products))
        await self._fetch(_LOCK_STOCK, (wanted, [count.site] * len(wanted)))

    async def closed_keys(self, count: StockCount, figures: Sequence[Figure]) -> Collection[FigureKey]:
        products = [figure.product for figure in figures]
        rows = await self._fetch(statements.CLOSED, {**self._key(count), "products": products})
        return {(product, location, lot) for product, location, lot in rows}

    async def record(self, count: StockCount, figures: Sequence[Figure], by: UUID) -> Sequence[UUID]:
        lines: list[UUID] = []
        for mode, statement in statements.RECORD.items():
            if said := [figure for figure in figures if figure.mode is mode]:
                text = msgspec.json.encode(said).decode()
                lines += [
                    row[0] for row in await self._fetch(statement, {**self._key(count), "figures": text, "by": by})
                ]
        return lines

    async def open_products(self, count: StockCount) -> Sequence[UUID]:
        return [row[0] for row in await self._fetch(statements.OPEN_PRODUCTS, (self._company_id, count.id))]

    async def count_open_as_zero(self, count: StockCount, by: UUID) -> None:
        await self._run(statements.RECORD_NOTHING, {**self._key(count), "by": by})

    async def keep_open(self, count: StockCount) -> None:
        await self._run(statements.KEEP_OPEN, (count.round, self._company_id, count.id))

    async def large_lines(self, count: StockCount) -> Sequence[UUID]:
        return [row[0] for row in await self._fetch(statements.LARGE_LINES, (self._company_id, count.id))]

    async def reopen(self, count: StockCount, lines: Sequence[UUID]) -> Sequence[UUID]:
        parameters = (count.round, self._company_id, count.id, list(lines))
        return [row[0] for row in await self._fetch(statements.REOPEN, parameters)]

    async def differences(self, count: StockCount) -> Sequence[Difference]:
        rows = await self._fetch(statements.DIFFERENCES, (self._company_id, count.id))
        return [Difference(*row) for row in rows]

    async def posting_faults(self, count: StockCount) -> Sequence[Fault]:
        rows = await self._fetch(statements.POSTING_FAULTS, self._key(count))
        return [_fault(row) for row in rows]

    async def add_postings(self, count: StockCount, postings: Sequence[UUID]) -> None:
        await self._run(_ADD_POSTINGS, (self._company_id, count.id, list(postings)))

    async def view(self, actor: Actor, count_id: UUID) -> StockCountView:
        view = count_view(await self._fetch(COUNT, {**seen_by(actor, count_id), "reach": None}))
        if view is None:
            raise NotFound("count_not_found", "no stock count has this id")
        return view

    async def lines_view(self, actor: Actor, count: StockCount, lines: Sequence[UUID]) -> list[CountLineView]:
        rows = await self._fetch(SOME_LINES, {**seen_by(actor, count.id), "lines": list(lines)})
        return msgspec.json.decode(rows[0][0], type=list[CountLineView])

    def _key(self, count: StockCount) -> Mapping[str, Any]:
        return {"company": self._company_id, "id": count.id, "site": count.site, "round": count.round}

    def _columns(self, count: StockCount) -> Mapping[str, Any]:
        tolerance = count.tolerance
        return {
            **self._key(count),
            "state": count.state.value,
            "scope": msgspec.json.encode(msgspec.convert(count.scope, ScopeView, from_attributes=True)).decode(),
            "blind": count.blind,
            "tolerance_quantity": tolerance.quantity,
            "tolerance_percent": tolerance.percent,
            "tolerance_value": tolerance.value,
            "note": count.note,
            "created_by": count.created_by,
            "submitted_by": count.submitted_by,
            "decided_by": count.decided_by,
            "reason": count.reason,
        }

    async def _fetch(self, statement: str, parameters: Sequence[Any] | Mapping[str, Any]) -> list[Row]:
        cursor = await self._connection.execute(statement.encode(), parameters)
        return await cursor.fetchall()

    async def _run(self, statement: str, parameters: Sequence[Any] | Mapping[str, Any]) -> int:
        """How many rows it has written."""
        return (await self._connection.execute(statement.encode(), parameters)).rowcount


def _goods(row: Row) -> CountedGoods:
    product, kind, tracking, pack, location = row
    return CountedGoods(
        product, ProductKind(kind) if kind else None, Tracking(tracking) if tracking else None, pack, location
    )


def _fault(row: Row) -> Fault:
    line, sku, location, lot, code, detail = row
    return Fault("/lines", code, detail, {"line": str(line), "sku": sku, "location": location, "lot": lot or None})


def _count(rows: Sequence[Row]) -> StockCount | None:
    if not rows:
        return None
    row = rows[0]
    return StockCount(
        id=row[0],
        site=row[1],
        scope=msgspec.convert(row[2], CountScope),
        created_by=row[3],
        blind=row[4],
        tolerance=Tolerance(*row[5:8]),
        note=row[8],
        state=CountState(row[9]),
        round=row[10],
        opened_at=row[11],
        submitted_by=row[12],
        decided_by=row[13],
        reason=row[14],
        number=row[15],
        version=row[16],
    )
