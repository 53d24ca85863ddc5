"""The days of a period: what the stock was worth, what came and went, what was sold. The value of the stock is reckoned back from what it is
worth now, so that it costs what moved lately, however long the past is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from adapters.postgres.engine import Row
from core.domain.values import normal
from core.queries.dashboard import BestSeller, DayOfFlow, DayOfSales, DayOfStock

MOST_BEST_SELLERS = 8
ZERO = Decimal(0)

_SITES = "%(sites)s::uuid[]"
_ZONE = "(SELECT c.time_zone FROM company c WHERE c.id = %(company)s)"
# A transfer leaves one site for its transit and comes out of it at another: within the company nothing came and nothing went.
FLOW = f"""
    WITH daily AS MATERIALIZED (
        SELECT (m.effective_at AT TIME ZONE {_ZONE})::date AS day, m.from_site_id, m.to_site_id, m.from_location_id, m.to_location_id,
               sum(m.quantity) AS quantity, sum(m.cost) AS cost
        FROM move m WHERE m.company_id = %(company)s AND m.effective_at >= %(since_at)s AND m.from_site_id IS DISTINCT FROM m.to_site_id
        GROUP BY 1, 2, 3, 4, 5
    ),
    step AS MATERIALIZED (
        SELECT d.day, x.sign, d.quantity, d.cost, o.role FROM daily d
        CROSS JOIN LATERAL (VALUES (d.from_site_id, -1, d.to_location_id), (d.to_site_id, 1, d.from_location_id)) AS x(site_id, sign, other_id)
        JOIN location o ON o.company_id = %(company)s AND o.id = x.other_id
        WHERE x.site_id IS NOT NULL AND ({_SITES} IS NULL OR x.site_id = ANY ({_SITES}))
    ),
    worth AS (
        SELECT v.day, sum(v.value) AS value FROM (
            SELECT s.day, s.sign * s.cost AS value FROM step s
            UNION ALL
            SELECT (r.effective_at AT TIME ZONE {_ZONE})::date, r.value FROM revaluation r
            WHERE r.company_id = %(company)s AND r.effective_at >= %(since_at)s AND ({_SITES} IS NULL OR r.site_id = ANY ({_SITES}))) v
        WHERE %(values)s GROUP BY v.day
    ),
    flow AS (
        SELECT s.day, coalesce(sum(s.quantity) FILTER (WHERE s.sign > 0), 0) AS came, coalesce(sum(s.quantity) FILTER (WHERE s.sign < 0), 0) AS went
        FROM step s WHERE s.role <> 'transit' OR %(one_site)s GROUP BY s.day
    )
    SELECT CASE WHEN %(values)s THEN (SELECT coalesce(sum(k.value), 0) FROM site_stock k
               WHERE k.company_id = %(company)s AND ({_SITES} IS NULL OR k.site_id = ANY ({_SITES}))) END,
           (SELECT coalesce(json_agg(json_build_array(w.day, w.value::text)), '[]') FROM worth w),
           (SELECT coalesce(json_agg(json_build_array(f.day, f.came::text, f.went::text)), '[]') FROM flow f)
"""
# Of kits each component moves; they are counted as kits, by the component that says the most.
SALES = f"""
    WITH trade AS (
        SELECT m.posting_id, m.line, m.product_id, m.kit_id, m.kit_quantity, m.quantity, m.total, x.site_id, x.sign,
               (m.effective_at AT TIME ZONE {_ZONE})::date AS day
        FROM move m
        JOIN posting p ON p.company_id = m.company_id AND p.id = m.posting_id AND p.kind IN ('sale', 'customer_return')
        CROSS JOIN LATERAL (SELECT coalesce(m.from_site_id, m.to_site_id) AS site_id, CASE WHEN m.to_site_id IS NULL THEN 1 ELSE -1 END AS sign) x
        WHERE m.company_id = %(company)s AND m.effective_at >= %(since_at)s AND p.effective_at >= %(since_at)s
          AND (m.from_site_id IS NULL) <> (m.to_site_id IS NULL) AND ({_SITES} IS NULL OR x.site_id = ANY ({_SITES}))
    ),
    sold AS (
        SELECT t.day, t.product_id, t.sign * t.quantity AS quantity, t.sign * coalesce(t.total, 0) AS income FROM trade t WHERE t.kit_id IS NULL
        UNION ALL
        SELECT k.day, k.kit_id, k.sign * max(k.kits), k.sign * sum(k.total) FROM (
            SELECT t.posting_id, t.line, t.kit_id, t.site_id, t.sign, t.day, sum(t.kit_quantity) AS kits, coalesce(sum(t.total), 0) AS total
            FROM trade t WHERE t.kit_id IS NOT NULL GROUP BY t.posting_id, t.line, t.kit_id, t.site_id, t.sign, t.day, t.product_id) k
        GROUP BY k.posting_id, k.line, k.kit_id, k.site_id, k.sign, k.day
    ),
    summed AS MATERIALIZED (
        SELECT s.day, s.product_id, sum(s.quantity) AS quantity, sum(s.income) AS income FROM sold s GROUP BY GROUPING SETS ((s.day), (s.product_id))
    ),
    best AS (
        SELECT s.product_id, s.quantity, s.income FROM summed s WHERE s.product_id IS NOT NULL AND s.quantity > 0
        ORDER BY s.income DESC, s.quantity DESC, s.product_id LIMIT %(best)s
    )
    SELECT (SELECT coalesce(json_agg(json_build_array(s.day, s.quantity::text, s.income::text)), '[]') FROM summed s WHERE s.day IS NOT NULL),
           (SELECT coalesce(json_agg(json_build_array(b.product_id, p.sku, p.name, b.quantity::text, b.income::text)
                                     ORDER BY b.income DESC, b.quantity DESC, p.sku_key), '[]')
            FROM best b JOIN product p ON p.company_id = %(company)s AND p.id = b.product_id)
"""


@dataclass(frozen=True, slots=True)
class Period:
    """Days, both included."""

    since: date
    until: date

    def __iter__(self) -> Iterator[date]:
        for number in range((self.until - self.since).days + 1):
            yield self.since + timedelta(days=number)


def value_now(row: Row) -> Decimal | None:
    """Of a row of `FLOW`; None if nobody asked for it."""
    return None if row[0] is None else normal(row[0])


def stock_value(row: Row, period: Period) -> list[DayOfStock]:
    """Of a row of `FLOW`, at the end of each day; what is dated on days to come is not in it."""
    changed = {date.fromisoformat(day): Decimal(value) for day, value in row[1]}
    value = row[0] - sum((each for day, each in changed.items() if day > period.until), ZERO)
    series: list[DayOfStock] = []
    for day in reversed([*period]):
        series.append(DayOfStock(day, normal(value)))
        value -= changed.get(day, ZERO)
    return series[::-1]


def flow(row: Row, period: Period) -> list[DayOfFlow]:
    """Of a row of `FLOW`."""
    return [DayOfFlow(day, *figures) for day, figures in _by_day(row[2], period)]


def sales(row: Row, period: Period) -> list[DayOfSales]:
    """Of a row of `SALES`."""
    return [DayOfSales(day, *figures) for day, figures in _by_day(row[0], period)]


def best_sellers(row: Row) -> list[BestSeller]:
    """Of a row of `SALES`."""
    return [
        BestSeller(UUID(product), sku, name, *_decimals((quantity, income)))
        for product, sku, name, quantity, income in row[1]
    ]


def _by_day(rows: Sequence[Sequence[str]], period: Period) -> Iterator[tuple[date, tuple[Decimal, Decimal]]]:
    found = {date.fromisoformat(day): (first, second) for day, first, second in rows}
    for day in period:
        yield day, _decimals(found.get(day, ("0", "0")))


def _decimals(figures: tuple[str, str]) -> tuple[Decimal, Decimal]:
    return normal(Decimal(figures[0])), normal(Decimal(figures[1]))
