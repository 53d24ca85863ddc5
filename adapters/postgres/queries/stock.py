"""`StockReader` on PostgreSQL: one statement for each question."""

from datetime import datetime
from typing import Any
from uuid import UUID

from adapters.postgres.engine import Database, Row, Scope
from adapters.postgres.ledger import views
from core.domain.access import Actor
from core.domain.ids import parse_id
from core.ports.stock_ledger import PostingView
from core.queries.paging import Page, decode_cursor, encode_cursor
from core.queries.stock import MoveFilter, MoveLine, PostingFilter, SalesRow, StockAsOf, StockAt

# Sites by id or code, narrowed to the actor's reach; NULL means all of them.
_REACH = """
    reach AS (
        SELECT CASE WHEN %(site)s::text IS NULL THEN %(reach)s::uuid[] ELSE ARRAY(
            SELECT s.id FROM site s WHERE s.company_id = %(company)s AND (s.id = %(site_id)s OR s.code = upper(%(site)s))
               AND (%(reach)s::uuid[] IS NULL OR s.id = ANY (%(reach)s::uuid[]))) END AS sites
    )
"""
_PRODUCT = """
    (SELECT p.id FROM product p WHERE p.company_id = %(company)s AND (p.id = %(product_id)s OR p.sku_key = lower(%(product)s)))
"""
_TOUCHES = "(r.sites IS NULL OR m.from_site_id = ANY (r.sites) OR m.to_site_id = ANY (r.sites))"

_POSTINGS = f"""
    WITH {_REACH}
    SELECT p.id, p.effective_at FROM posting p CROSS JOIN reach r
    WHERE p.company_id = %(company)s AND (cardinality(%(kinds)s::text[]) = 0 OR p.kind = ANY (%(kinds)s::text[]))
      AND (%(document)s::text IS NULL OR p.document_number = %(document)s)
      AND (%(since)s::timestamptz IS NULL OR p.effective_at >= %(since)s)
      AND (%(until)s::timestamptz IS NULL OR p.effective_at < %(until)s)
      AND (%(before)s::timestamptz IS NULL OR (p.effective_at, p.id) < (%(before)s, %(before_id)s))
      AND ((r.sites IS NULL AND %(product)s::text IS NULL) OR EXISTS (
          SELECT FROM move m WHERE m.company_id = p.company_id AND m.posting_id = p.id AND {_TOUCHES}
             AND (%(product)s::text IS NULL OR m.product_id = {_PRODUCT}))) {{more}}
    ORDER BY p.effective_at DESC, p.id DESC LIMIT %(limit)s
"""
_POSTING_PAGE = f"""
    WITH page AS ({_POSTINGS})
    SELECT posting_json((SELECT array_agg(id ORDER BY effective_at DESC, id DESC) FROM page))::text
"""
_ANY_POSTING = _POSTING_PAGE.format(more="")
_CORRECTING = _POSTING_PAGE.format(more="AND (p.reversal_of = %(corrects)s OR p.return_of = %(corrects)s)")
_POSTING = """
    SELECT posting_json(ARRAY[%(id)s::uuid])::text FROM posting p
    WHERE p.company_id = %(company)s AND p.id = %(id)s AND (%(reach)s::uuid[] IS NULL OR EXISTS (
        SELECT FROM move m WHERE m.company_id = p.company_id AND m.posting_id = p.id
           AND (m.from_site_id = ANY (%(reach)s::uuid[]) OR m.to_site_id = ANY (%(reach)s::uuid[]))))
"""
# The running balance counts back from what is there now: a page pays for the moves after it, never for those before it. For that, `step`
# must not be made as a whole.
_MOVES = f"""
    WITH {_REACH},
    step AS NOT MATERIALIZED (
        SELECT m.*, CASE WHEN m.to_site_id = ANY (r.sites) OR (r.sites IS NULL AND m.to_site_id IS NOT NULL) THEN m.quantity ELSE 0 END
                  - CASE WHEN m.from_site_id = ANY (r.sites) OR (r.sites IS NULL AND m.from_site_id IS NOT NULL) THEN m.quantity ELSE 0 END
                  AS change
        FROM move m CROSS JOIN reach r
        WHERE m.company_id = %(company)s AND {_TOUCHES} {{of_product}}
    ),
    page AS (
        SELECT * FROM step WHERE (%(since)s::timestamptz IS NULL OR effective_at >= %(since)s)
           AND (%(until)s::timestamptz IS NULL OR effective_at < %(until)s)
           AND (%(before)s::timestamptz IS NULL OR (effective_at, seq) < (%(before)s, %(before_seq)s))
        ORDER BY effective_at DESC, seq DESC LIMIT %(limit)s
    )
    SELECT m.posting_id, m.line, p.kind, p.document_type, p.document_number, p.reason, m.effective_at, m.recorded_at, p.reversal_of,
           m.product_id, t.sku, f.address, d.address, l.number, trim_scale(m.quantity)::text, trim_scale(m.change)::text,
           {{balance}}, trim_scale(m.unit_price)::text, trim_scale(m.total)::text, CASE WHEN %(costs)s THEN trim_scale(m.cost)::text END, m.seq
    FROM page m
    JOIN posting p ON p.company_id = m.company_id AND p.id = m.posting_id
    JOIN product t ON t.company_id = m.company_id AND t.id = m.product_id
    JOIN location f ON f.company_id = m.company_id AND f.id = m.from_location_id
    JOIN location d ON d.company_id = m.company_id AND d.id = m.to_location_id
    LEFT JOIN lot l ON l.company_id = m.company_id AND l.product_id = m.product_id AND l.id = m.lot_id
    ORDER BY m.effective_at DESC, m.seq DESC
"""
_BALANCE = f"""
    trim_scale((SELECT coalesce(sum(s.on_hand), 0) FROM site_stock s CROSS JOIN reach r
                WHERE s.company_id = %(company)s AND s.product_id = {_PRODUCT} AND (r.sites IS NULL OR s.site_id = ANY (r.sites)))
             - (SELECT coalesce(sum(later.change), 0) FROM step later
                WHERE (later.effective_at, later.seq) > (SELECT effective_at, seq FROM page ORDER BY effective_at DESC, seq DESC LIMIT 1))
             - coalesce(sum(m.change) OVER (ORDER BY m.effective_at DESC, m.seq DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0))::text
"""
_ALL_MOVES = _MOVES.format(of_product="", balance="NULL")
_MOVES_OF_PRODUCT = _MOVES.format(of_product=f"AND m.product_id = {_PRODUCT}", balance=_BALANCE)

_AS_OF = f"""
    WITH {_REACH},
    held AS MATERIALIZED (SELECT a.* FROM reach r CROSS JOIN LATERAL stock_as_of(%(at)s, %(known_at)s, r.sites) a WHERE a.on_hand <> 0 OR a.value <> 0),
    total AS (SELECT coalesce(sum(on_hand), 0) AS on_hand, coalesce(sum(value), 0) AS value, count(DISTINCT product_id) AS products FROM held)
    SELECT c.currency, trim_scale(t.on_hand), trim_scale(t.value), t.products,
           i.product_id, i.sku, i.name, i.code, trim_scale(i.on_hand), trim_scale(i.value)
    FROM company c CROSS JOIN total t
    LEFT JOIN LATERAL (
        SELECT h.product_id, p.sku, p.sku_key, p.name, s.code, h.on_hand, h.value FROM held h
        JOIN product p ON p.company_id = %(company)s AND p.id = h.product_id
        JOIN site s ON s.company_id = %(company)s AND s.id = h.site_id
        WHERE (%(after_sku)s::text IS NULL OR (p.sku_key, s.code) > (%(after_sku)s, %(after_site)s))
        ORDER BY p.sku_key, s.code LIMIT %(limit)s) i ON true
    WHERE c.id = %(company)s ORDER BY i.sku_key, i.code
"""
_GROUPS = {
    "day": ("to_char(m.effective_at AT TIME ZONE c.time_zone, 'YYYY-MM-DD')", "''"),
    "product": ("coalesce(k.sku, p.sku)", "coalesce(k.name, p.name)"),
    "category": ("coalesce(g.id::text, '')", "coalesce(g.name, '')"),
    "site": ("s.code", "s.name"),
}
_SALES = f"""
    WITH {_REACH}
    SELECT {{group}}, {{label}}, trim_scale(sum(x.sign * m.quantity)), trim_scale(coalesce(sum(x.sign * m.total), 0)),
           CASE WHEN %(costs)s THEN trim_scale(sum(x.sign * m.cost)) END
    FROM posting o JOIN move m ON m.company_id = o.company_id AND m.posting_id = o.id CROSS JOIN reach r
    CROSS JOIN LATERAL (SELECT CASE WHEN m.from_site_id IS NOT NULL THEN 1 ELSE -1 END AS sign, coalesce(m.from_site_id, m.to_site_id) AS site) x
    JOIN company c ON c.id = o.company_id
    JOIN product p ON p.company_id = m.company_id AND p.id = m.product_id
    LEFT JOIN product k ON k.company_id = m.company_id AND k.id = m.kit_id
    LEFT JOIN category g ON g.company_id = m.company_id AND g.id = coalesce(k.category_id, p.category_id)
    JOIN site s ON s.company_id = m.company_id AND s.id = x.site
    WHERE o.company_id = %(company)s AND o.kind IN ('sale', 'customer_return') AND {_TOUCHES}
      AND (%(since)s::timestamptz IS NULL OR o.effective_at >= %(since)s) AND (%(until)s::timestamptz IS NULL OR o.effective_at < %(until)s)
    GROUP BY 1, 2 ORDER BY 1 LIMIT 5000
"""
_SALES_BY = {by: _SALES.format(group=group, label=label) for by, (group, label) in _GROUPS.items()}


def _reach(actor: Actor, site: str | None) -> dict[str, Any]:
    return {
        "company": actor.company,
        "site": site,
        "site_id": parse_id(site or ""),
        "reach": None if actor.read_sites is None else list(actor.read_sites),
    }


class PostgresStockReader:
    """`StockReader` over the pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def _rows(self, actor: Actor, statement: str, parameters: dict[str, Any]) -> list[Row]:
        return await self._database.fetch(Scope(actor.company), statement, parameters)

    async def posting(self, actor: Actor, posting_id: UUID) -> PostingView | None:
        rows = await self._rows(actor, _POSTING, {**_reach(actor, None), "id": posting_id})
        return views(rows[0][0])[0] if rows else None

    async def postings(self, actor: Actor, wanted: PostingFilter, limit: int, cursor: str | None) -> Page[PostingView]:
        before = decode_cursor(cursor, tuple[datetime, UUID])
        rows = await self._rows(
            actor,
            _CORRECTING if wanted.corrects else _ANY_POSTING,
            {
                **_reach(actor, wanted.site),
                "kinds": list(wanted.kinds),
                "document": wanted.document,
                "product": wanted.product,
                "product_id": parse_id(wanted.product or ""),
                "corrects": wanted.corrects,
                "since": wanted.since,
                "until": wanted.until,
                "before": before[0] if before else None,
                "before_id": before[1] if before else None,
                "limit": limit + 1,
            },
        )
        found = views(rows[0][0] or "[]")
        last = found[limit - 1] if len(found) > limit else None
        return Page(found[:limit], encode_cursor(last.effective_at, last.id) if last else None)

    async def moves(self, actor: Actor, wanted: MoveFilter, limit: int, cursor: str | None) -> Page[MoveLine]:
        before = decode_cursor(cursor, tuple[datetime, int])
        rows = await self._database.read(
            Scope(actor.company),
            _MOVES_OF_PRODUCT if wanted.product else _ALL_MOVES,
            {
                **_reach(actor, wanted.site),
                "product": wanted.product,
                "product_id": parse_id(wanted.product or ""),
                "since": wanted.since,
                "until": wanted.until,
                "before": before[0] if before else None,
                "before_seq": before[1] if before else None,
                "limit": limit + 1,
                "costs": actor.may("cost:read"),
            },
        )
        last = rows[limit - 1] if len(rows) > limit else None
        return Page([MoveLine(*row[:-1]) for row in rows[:limit]], encode_cursor(last[6], last[-1]) if last else None)

    async def as_of(
        self,
        actor: Actor,
        at: datetime,
        known_at: datetime | None,
        site: str | None,
        limit: int,
        cursor: str | None,
    ) -> StockAsOf:
        after = decode_cursor(cursor, tuple[str, str])
        rows = await self._rows(
            actor,
            _AS_OF,
            {
                **_reach(actor, site),
                "at": at,
                "known_at": known_at,
                "after_sku": after[0] if after else None,
                "after_site": after[1] if after else None,
                "limit": limit + 1,
            },
        )
        costs = actor.may("cost:read")
        currency, on_hand, value, products = rows[0][:4]
        items = [StockAt(*row[4:9], *(row[9:] if costs else (None,))) for row in rows if row[4] is not None]
        last = items[limit - 1] if len(items) > limit else None
        next_cursor = encode_cursor(last.sku.lower(), last.site) if last else None
        return StockAsOf(
            at, known_at, currency, on_hand, value if costs else None, products, items[:limit], next_cursor
        )

    async def sales(
        self, actor: Actor, by: str, since: datetime | None, until: datetime | None, site: str | None
    ) -> list[SalesRow]:
        rows = await self._rows(
            actor,
            _SALES_BY[by],
            {**_reach(actor, site), "since": since, "until": until, "costs": actor.may("cost:read")},
        )
        return [SalesRow(*row) for row in rows]
