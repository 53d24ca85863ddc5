"""`BalanceReader` on PostgreSQL."""

from collections.abc import Sequence
from typing import Any

import msgspec

from adapters.postgres.engine import Database, Row, Scope
from core.domain.access import Actor
from core.domain.ids import parse_id
from core.queries.balances import Availability, Balance, BalanceFilter, PlaceBalance, SiteAvailability
from core.queries.paging import Page, decode_cursor, encode_cursor, page_of

# What holds past their time still keep of a row of site_stock `k`.
_OVERDUE = """
    CASE WHEN k.promised > 0 THEN (
        SELECT coalesce(sum(r.open), 0) FROM reservation r
        WHERE r.company_id = k.company_id AND r.product_id = k.product_id AND r.site_id = k.site_id AND r.open > 0
          AND r.state = 'held' AND r.expires_at <= now()) ELSE 0 END
"""
_PLACES = """
    SELECT json_agg(json_build_object('location', l.address, 'role', l.role, 'lot', o.number, 'expires_on', o.expires_on,
                        'on_hand', trim_scale(b.on_hand)::text) ORDER BY l.address, o.expires_on, o.number)::text
    FROM stock_balance b
    JOIN location l ON l.company_id = b.company_id AND l.id = b.location_id AND l.site_id = page.site_id
    LEFT JOIN lot o ON o.company_id = b.company_id AND o.product_id = b.product_id AND o.id = b.lot_id
    WHERE b.company_id = %(company)s AND b.product_id = page.product_id AND b.on_hand <> 0
"""
_IN_TRANSIT = """
    SELECT coalesce(sum(b.on_hand), 0) FROM location l
    JOIN stock_balance b ON b.company_id = l.company_id AND b.location_id = l.id AND b.product_id = page.product_id
    WHERE l.company_id = %(company)s AND l.site_id = page.site_id AND l.role = 'transit'
"""
_BALANCES = f"""
    WITH found AS NOT MATERIALIZED (
        SELECT k.company_id, k.product_id, k.site_id, k.on_hand, k.allocatable, k.promised, k.is_low, p.sku, p.sku_key, p.name, s.code
        FROM product p
        JOIN site_stock k ON k.company_id = p.company_id AND k.product_id = p.id
        JOIN site s ON s.company_id = k.company_id AND s.id = k.site_id
        WHERE p.company_id = %(company)s AND (%(reach)s::uuid[] IS NULL OR s.id = ANY (%(reach)s::uuid[]))
          AND (%(product)s::text IS NULL OR p.id = %(product_id)s OR p.sku_key = lower(%(product)s))
          AND (%(site)s::text IS NULL OR s.id = %(site_id)s OR s.code = upper(%(site)s))
          AND (%(low)s::boolean IS NULL OR k.is_low = %(low)s) AND (%(out)s::boolean IS NULL OR (k.on_hand <= 0) = %(out)s)
    ),
    page AS (
        SELECT * FROM found
        WHERE %(after_sku)s::text IS NULL OR (sku_key >= %(after_sku)s AND (sku_key, code) > (%(after_sku)s, %(after_site)s))
        ORDER BY sku_key, code LIMIT %(limit)s
    ),
    shown AS (
        SELECT page.*, reserved.quantity AS reserved, ({_IN_TRANSIT}) AS in_transit, q.minimum, q.target,
               CASE WHEN %(places)s THEN coalesce(({_PLACES}), '[]') END AS places
        FROM page
        CROSS JOIN LATERAL (SELECT page.promised - overdue.quantity AS quantity
                            FROM (SELECT {_OVERDUE.replace("k.", "page.")} AS quantity) overdue) reserved
        LEFT JOIN reorder_policy q ON q.company_id = %(company)s AND q.product_id = page.product_id AND q.site_id = page.site_id
    )
    SELECT b.product_id, b.sku, b.name, b.code, trim_scale(b.on_hand), trim_scale(b.reserved), trim_scale(b.allocatable - b.reserved),
           trim_scale(b.in_transit), trim_scale(b.minimum), trim_scale(b.target), b.is_low, b.places, b.sku_key,
           CASE WHEN %(total)s THEN (SELECT count(*) FROM found) END
    FROM (SELECT) one LEFT JOIN shown b ON true
    ORDER BY b.sku_key, b.code
"""
_AVAILABILITY = f"""
    WITH asked AS (
        SELECT a.place, coalesce(i.id, c.id) AS id, coalesce(i.sku, c.sku) AS sku, coalesce(i.kind, c.kind) AS kind
        FROM unnest(%(ids)s::uuid[], %(skus)s::text[]) WITH ORDINALITY AS a(id, sku, place)
        LEFT JOIN product i ON i.company_id = %(company)s AND i.id = a.id
        LEFT JOIN product c ON c.company_id = %(company)s AND c.sku_key = a.sku
    ),
    part AS (
        SELECT a.place, a.id AS product_id, 1::numeric AS quantity FROM asked a WHERE a.kind = 'unit'
        UNION ALL
        SELECT a.place, c.component_id, coalesce(c.quantity, 1) FROM asked a
        LEFT JOIN kit_component c ON c.company_id = %(company)s AND c.kit_id = a.id WHERE a.kind = 'kit'
    ),
    free AS (
        SELECT t.place, t.quantity, s.code, coalesce(k.allocatable - k.promised + {_OVERDUE}, 0) AS available
        FROM part t CROSS JOIN site s
        LEFT JOIN site_stock k ON k.company_id = %(company)s AND k.product_id = t.product_id AND k.site_id = s.id
        WHERE s.company_id = %(company)s AND s.active AND (%(reach)s::uuid[] IS NULL OR s.id = ANY (%(reach)s::uuid[]))
    ),
    able AS (
        SELECT f.place, f.code, CASE WHEN a.kind = 'kit' THEN min(floor(f.available / f.quantity)) ELSE min(f.available) END AS available
        FROM free f JOIN asked a ON a.place = f.place GROUP BY f.place, a.kind, f.code
    )
    SELECT a.id, a.sku, a.kind,
           json_agg(json_build_object('site', b.code, 'available', trim_scale(b.available)::text) ORDER BY b.code)
               FILTER (WHERE b.code IS NOT NULL)::text
    FROM asked a LEFT JOIN able b ON b.place = a.place GROUP BY a.place, a.id, a.sku, a.kind ORDER BY a.place
"""


class PostgresBalanceReader:
    """`BalanceReader` over the pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def balances(
        self, actor: Actor, wanted: BalanceFilter, limit: int, cursor: str | None, *, places: bool, total: bool
    ) -> Page[Balance]:
        after = decode_cursor(cursor, tuple[str, str])
        parameters = {
            **_scope(actor),
            "product": wanted.product,
            "product_id": parse_id(wanted.product or ""),
            "site": wanted.site,
            "site_id": parse_id(wanted.site or ""),
            "low": wanted.low,
            "out": wanted.out,
            "places": places,
            "after_sku": after[0] if after else None,
            "after_site": after[1] if after else None,
            "limit": limit + 1,
            "total": total,
        }
        rows = await self._database.fetch(Scope(actor.company), _BALANCES, parameters)
        found = [(_balance(row), row[12]) for row in rows if row[0] is not None]
        page = page_of(found, limit, lambda last: encode_cursor(last[1], last[0].site), rows[0][-1])
        return Page([balance for balance, _ in page.items], page.next_cursor, page.total)

    async def availability(self, actor: Actor, products: Sequence[str]) -> Sequence[Availability | None]:
        parameters = {
            **_scope(actor),
            "ids": [parse_id(product) for product in products],
            "skus": [product.strip().lower() for product in products],
        }
        rows = await self._database.fetch(Scope(actor.company), _AVAILABILITY, parameters)
        return [_availability(row) for row in rows]


def _scope(actor: Actor) -> dict[str, Any]:
    return {"company": actor.company, "reach": None if actor.read_sites is None else list(actor.read_sites)}


def _balance(row: Row) -> Balance:
    balance = Balance(*row[:11])
    if row[11] is None:
        return balance
    return msgspec.structs.replace(balance, places=msgspec.json.decode(row[11], type=list[PlaceBalance]))


def _availability(row: Row) -> Availability | None:
    if row[0] is None:
        return None
    sites = msgspec.json.decode(row[3] or "[]", type=list[SiteAvailability])
    return Availability(row[0], row[1], row[2], sites)
