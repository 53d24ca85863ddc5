"""Gives a company the stock, the policies, the forecasts and a year of receipts and sales that there is something to recommend of.

By set-based SQL past the ledger's writer, as `long_history`. Of ten products two are sold twelve times a year at each site, four three times,
three once, and one never or at other sites than the first alone. Of ten there is too much of one; of a hundred each one has a price that strays,
one a price below its cost, one less than nothing in the books, and five have figures that a forecast would set otherwise.
"""

from datetime import datetime
from uuid import UUID

import psycopg

_FOREIGN_KEYS = ("move_posting_fkey", "move_product_fkey", "move_lot_fkey", "move_from_fkey", "move_to_fkey")
# What happened to product n at site s, `age` days ago. Two or so lines make a document.
_EVENTS = """
    CREATE TEMP TABLE event ON COMMIT DROP AS
    SELECT n, s, 'receipt' AS kind, CASE n %% 5 WHEN 0 THEN 10 ELSE 130 END + 20 * k + n %% 13 AS age, CASE WHEN n %% 10 = 7 THEN 60 ELSE 20 END AS quantity,
           7.25 * CASE WHEN n %% 97 = 0 AND k = 0 THEN 2 ELSE 1 END AS cost, NULL::numeric AS price
    FROM generate_series(1, %(products)s) n, generate_series(1, %(sites)s) s, generate_series(0, CASE n %% 5 WHEN 0 THEN 5 ELSE 0 END) k
    UNION ALL
    SELECT n, s, 'receipt', 340, 40, 7.25, NULL FROM generate_series(1, %(products)s) n, generate_series(1, %(sites)s) s
    UNION ALL
    SELECT n, s, 'sale', 1 + (n * 7 + s * 3) %% 28 + k * 25, 1 + n %% 3, 7.25, 12.5 + (n + k) %% 3 * 0.1
    FROM generate_series(1, %(products)s) n, generate_series(1, %(sites)s) s,
         generate_series(0, CASE n %% 5 WHEN 0 THEN 11 WHEN 1 THEN 2 WHEN 2 THEN 2 WHEN 3 THEN 0 ELSE CASE WHEN n %% 2 = 1 THEN 0 WHEN s > 1 AND n %% 20 = 4 THEN 11 ELSE -1 END END) k
"""
_NUMBERED = """
    CREATE TEMP TABLE numbered ON COMMIT DROP AS
    SELECT *, ('00000000-0000-7000-9000-' || lpad(document::text, 12, '0'))::uuid AS posting,
           ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid AS product, %(now)s::timestamptz - age * interval '1 day' AS at
    FROM (SELECT *, row_number() OVER (PARTITION BY kind, age, s, n %% 400 ORDER BY n) AS line,
                 dense_rank() OVER (ORDER BY age DESC, s, kind, n %% 400) AS document FROM event) e
"""
_POSTINGS = """
    INSERT INTO posting (company_id, id, kind, document_type, currency, effective_at, recorded_at)
    SELECT DISTINCT app_company(), posting, kind, 'other', 'USD', at, at FROM numbered
"""
_MOVES = """
    INSERT INTO move (company_id, posting_id, number, line, product_id, from_location_id, to_location_id, from_site_id,
                      to_site_id, quantity, cost, unit_price, effective_at, recorded_at)
    SELECT app_company(), e.posting, e.line, e.line, e.product,
           CASE WHEN comes THEN o.supplier ELSE l.id END, CASE WHEN comes THEN l.id ELSE o.customer END,
           CASE WHEN NOT comes THEN l.site_id END, CASE WHEN comes THEN l.site_id END,
           e.quantity, e.quantity * e.cost, e.price, e.at, e.at
    FROM numbered e CROSS JOIN LATERAL (SELECT e.kind = 'receipt' AS comes) c
    JOIN location l ON l.address = 'S' || e.s
    CROSS JOIN (SELECT min(id::text) FILTER (WHERE address = ':supplier')::uuid AS supplier,
                       min(id::text) FILTER (WHERE address = ':customer')::uuid AS customer FROM location) o
    ORDER BY e.document, e.line
"""
_HELD = """
    SELECT app_company(), product_id, {place}, sum(CASE WHEN to_site_id IS NULL THEN -quantity ELSE quantity END)
    FROM move GROUP BY product_id, {place}
"""
_BALANCES = f"""
    INSERT INTO stock_balance (company_id, product_id, location_id, on_hand)
    {_HELD.format(place="CASE WHEN to_site_id IS NULL THEN from_location_id ELSE to_location_id END")}
"""
_SITE_STOCK = f"""
    INSERT INTO site_stock (company_id, product_id, site_id, allocatable, on_hand, value, unit_cost)
    SELECT c, p, w, held, held, 7.25 * held, 7.25 FROM ({_HELD.format(place="coalesce(to_site_id, from_site_id)")}) AS x (c, p, w, held)
"""
_PRICES = """
    UPDATE product SET price = CASE right(sku, 6)::int %% 100 WHEN 0 THEN 25 ELSE 5 END WHERE right(sku, 6)::int %% 100 IN (0, 50)
"""
_BELOW_NOTHING = """
    UPDATE site_stock k SET on_hand = -1, allocatable = -1, value = 0, negative_ok = true FROM product p
    WHERE p.id = k.product_id AND right(p.sku, 6)::int %% 100 = 33
"""
# Every product at the first site by fixed figures, at the others by service level.
_POLICIES = """
    INSERT INTO reorder_policy (company_id, product_id, site_id, minimum, target, fixed_minimum, fixed_target, method, service_level)
    SELECT app_company(), p.id, s.id, f.least, f.most, f.least, f.most, CASE s.code WHEN 'S1' THEN 'fixed' ELSE 'service_level' END,
           CASE s.code WHEN 'S1' THEN NULL ELSE 0.95 END
    FROM product p CROSS JOIN site s CROSS JOIN LATERAL (SELECT right(p.sku, 6)::int AS n) x
    CROSS JOIN LATERAL (SELECT CASE WHEN n %% 20 = 6 THEN 30 WHEN n %% 5 = 0 THEN 20 ELSE 10 END AS least,
                               CASE WHEN n %% 20 = 6 OR n %% 5 > 2 THEN 60 WHEN n %% 5 = 0 THEN 34 ELSE 15 END AS most) f
"""
_FORECASTS = """
    INSERT INTO demand_forecast (company_id, product_id, site_id, as_of, weeks, verdict, mean, q50, q80, q90, q95, q98, q99)
    SELECT app_company(), p.id, s.id, date_trunc('week', %(now)s::timestamptz)::date, 52, 'good',
           f.mean, f.mean, f.q80, f.q90, f.q95, f.q98, f.q99
    FROM product p CROSS JOIN site s CROSS JOIN LATERAL (SELECT CASE right(p.sku, 6)::int %% 5 WHEN 0 THEN 14 ELSE 5 END AS weekly) w
    CROSS JOIN LATERAL (SELECT array_agg(weekly * k ORDER BY k) AS mean, array_agg(weekly * k + 2 * sqrt(k) ORDER BY k) AS q80,
                       array_agg(weekly * k + 3 * sqrt(k) ORDER BY k) AS q90, array_agg(weekly * k + 4 * sqrt(k) ORDER BY k) AS q95,
                       array_agg(weekly * k + 5 * sqrt(k) ORDER BY k) AS q98, array_agg(weekly * k + 6 * sqrt(k) ORDER BY k) AS q99
                FROM unnest(ARRAY[1, 2, 3, 4, 6, 8, 13, 26]::numeric[]) AS k) f
    WHERE right(p.sku, 6)::int %% 5 < 3
"""


def trade_for_a_year(url: str, company: UUID, products: int, sites: int, now: datetime) -> None:
    """Of the company that `found_company` made with so many products and sites."""
    values = {"products": products, "sites": sites, "now": now}
    with psycopg.connect(url) as connection:
        connection.execute("SELECT set_config('app.company_id', %s, false)", (str(company),))
        for name in _FOREIGN_KEYS:
            connection.execute(f"ALTER TABLE move DROP CONSTRAINT IF EXISTS {name}")
        for statement in (_EVENTS, _NUMBERED, _POSTINGS, _MOVES, _BALANCES, _SITE_STOCK, _PRICES, _BELOW_NOTHING):
            connection.execute(statement, values)
        for statement in (_POLICIES, _FORECASTS):
            connection.execute(statement, values)
