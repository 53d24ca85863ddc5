"""The statements by which figures are recorded, judged and opened again: each for all lines at once."""

from collections.abc import Mapping

from adapters.postgres.queries.stock_counts import LARGE
from core.domain.stock_count import LineState
from core.domain.stock_count_figures import CountMode

NO_LOT = "'00000000-0000-0000-0000-000000000000'::uuid"

# Two joins and a finished result, because under row-level security one condition over several keys uses no index.
GOODS = """
    SELECT p.id, p.kind, p.tracking, coalesce(b.pack_quantity, 1),
           CASE WHEN r.anywhere THEN %(site)s ELSE coalesce(li.id, lc.id) END
    FROM unnest(%(ids)s::uuid[], %(skus)s::text[], %(codes)s::text[], %(location_ids)s::uuid[], %(location_codes)s::text[],
                %(anywhere)s::boolean[]) WITH ORDINALITY AS r(id, sku, code, location_id, location_code, anywhere, place)
    LEFT JOIN product pi ON pi.company_id = %(company)s AND pi.id = r.id
    LEFT JOIN barcode b ON b.company_id = %(company)s AND b.code = r.code AND pi.id IS NULL
    LEFT JOIN product ps ON ps.company_id = %(company)s AND ps.sku_key = r.sku
    LEFT JOIN product p ON p.company_id = %(company)s AND p.id = coalesce(pi.id, b.product_id, ps.id)
    LEFT JOIN location li ON li.company_id = %(company)s AND li.id = r.location_id AND li.site_id = %(site)s AND li.is_physical
    LEFT JOIN location lc ON lc.company_id = %(company)s AND lc.site_id = %(site)s AND lc.code = r.location_code AND lc.is_physical
    ORDER BY r.place
"""
# Lines are found by their own key, and by nothing that they are joined with: of lines that were planned a moment ago the planner
# knows nothing yet, and would compare each of them with each figure.
CLOSED = """
    SELECT l.product_id, l.location_id, l.lot FROM stock_count_line l
    WHERE l.company_id = %(company)s AND l.count_id = %(id)s AND l.round < %(round)s AND l.product_id = ANY (%(products)s::uuid[])
"""
_SAID = """
    SELECT r.product, r.location, r.lot, r.quantity, r.counted_at
    FROM json_to_recordset(%(figures)s::json)
      AS r(product uuid, location uuid, lot text, quantity numeric, counted_at timestamptz)
"""
_NOTHING_FOUND = """
    SELECT l.product_id, l.location_id, l.lot, 0::numeric, NULL::timestamptz
    FROM stock_count_line l WHERE l.company_id = %(company)s AND l.count_id = %(id)s AND l.state = 'open'
"""
# What the books said at a moment is what they say now less what took effect since. Whoever runs this holds the lock on the stock of
# these products at the site: the balances read here are complete, and the moment lies after every posting that is in them.
_RECORD = """
    WITH said (product, location, lot, quantity, at) AS MATERIALIZED ({said}),
    clock AS MATERIALIZED (SELECT clock_timestamp() AS now),
    figure AS MATERIALIZED (
        SELECT s.product, s.location, s.lot, s.quantity, coalesce(s.at, k.now) AS moment, k.now,
               coalesce(nullif(y.unit_cost, 0), p.cost) AS unit_cost,
               coalesce(b.on_hand, 0) - CASE WHEN s.at IS NULL THEN 0 ELSE (
                   SELECT coalesce(sum(CASE WHEN m.to_location_id = s.location THEN m.quantity ELSE -m.quantity END), 0) FROM move m
                   WHERE m.company_id = %(company)s AND m.product_id = s.product AND m.effective_at > s.at
                     AND s.location IN (m.from_location_id, m.to_location_id) AND m.lot_id IS NOT DISTINCT FROM t.id) END AS books
        FROM said s CROSS JOIN clock k
        JOIN product p ON p.company_id = %(company)s AND p.id = s.product
        LEFT JOIN site_stock y ON y.company_id = %(company)s AND y.product_id = s.product AND y.site_id = %(site)s
        LEFT JOIN lot t ON t.company_id = %(company)s AND t.product_id = s.product AND t.number = s.lot
        LEFT JOIN stock_balance b ON b.company_id = %(company)s AND b.product_id = s.product AND b.location_id = s.location
             AND b.lot_key = coalesce(t.id, {no_lot}) AND (s.lot = '' OR t.id IS NOT NULL)
    ),
    line AS (
        INSERT INTO stock_count_line AS l (company_id, count_id, product_id, location_id, lot, is_planned, state, round,
                                           counted, expected, unit_cost, counted_at, counted_by)
        SELECT %(company)s, %(id)s, f.product, f.location, f.lot, false, '{state}', %(round)s,
               f.quantity, f.books, f.unit_cost, f.moment, %(by)s
        FROM figure f
        ON CONFLICT (company_id, count_id, product_id, location_id, lot) DO UPDATE SET
            state = excluded.state, round = excluded.round, counted_at = greatest(l.counted_at, excluded.counted_at),
            counted = CASE WHEN {adds} THEN coalesce(l.counted, 0) + excluded.counted
                           WHEN l.counted_at > excluded.counted_at THEN l.counted ELSE excluded.counted END,
            expected = CASE WHEN l.counted_at > excluded.counted_at THEN l.expected ELSE excluded.expected END,
            unit_cost = CASE WHEN l.counted_at > excluded.counted_at THEN l.unit_cost ELSE excluded.unit_cost END,
            counted_by = CASE WHEN l.counted_at > excluded.counted_at THEN l.counted_by ELSE excluded.counted_by END
        RETURNING l.id, l.product_id, l.location_id, l.lot, l.round, l.counted, l.expected, l.counted_at
    )
    INSERT INTO stock_count_entry (company_id, line_id, round, mode, quantity, counted, expected, counted_at, recorded_at, counted_by)
    SELECT %(company)s, l.id, l.round, {entry}, %(by)s FROM {of_line}
    RETURNING line_id
"""
_OF_FIGURE = "line l JOIN figure f ON f.product = l.product_id AND f.location = l.location_id AND f.lot = l.lot"


def _record(mode: CountMode) -> str:
    return _RECORD.format(
        said=_SAID,
        no_lot=NO_LOT,
        state=LineState.COUNTED.value,
        adds=str(mode is CountMode.ADD).lower(),
        entry=f"'{mode.value}', f.quantity, l.counted, f.books, f.moment, f.now",
        of_line=_OF_FIGURE,
    )


RECORD: Mapping[CountMode, str] = {mode: _record(mode) for mode in (CountMode.SET, CountMode.ADD)}
RECORD_NOTHING = _RECORD.format(
    said=_NOTHING_FOUND,
    no_lot=NO_LOT,
    state=LineState.ZERO.value,
    adds="false",
    entry="'zero', 0, l.counted, l.expected, l.counted_at, l.counted_at",
    of_line="line l",
)

KEEP_OPEN = (
    "UPDATE stock_count_line SET state = 'kept', round = %s WHERE company_id = %s AND count_id = %s AND state = 'open'"
)
OPEN_PRODUCTS = (
    "SELECT DISTINCT product_id FROM stock_count_line WHERE company_id = %s AND count_id = %s AND state = 'open'"
)
LARGE_LINES = f"""
    SELECT l.id FROM stock_count c JOIN stock_count_line l ON l.company_id = c.company_id AND l.count_id = c.id
    WHERE c.company_id = %s AND c.id = %s AND {LARGE}
"""
REOPEN = """
    UPDATE stock_count_line SET state = 'open', round = %s, counted = NULL, expected = NULL, unit_cost = NULL, counted_at = NULL,
           counted_by = NULL
    WHERE company_id = %s AND count_id = %s AND id = ANY (%s::uuid[]) RETURNING id
"""
DIFFERENCES = f"""
    SELECT l.product_id, l.location_id, l.lot, l.variance, {LARGE}
    FROM stock_count c JOIN stock_count_line l ON l.company_id = c.company_id AND l.count_id = c.id
    WHERE c.company_id = %s AND c.id = %s AND l.variance <> 0 ORDER BY l.place
"""
# A serial number may lie elsewhere than it was found, unless this count takes it out there.
POSTING_FAULTS = f"""
    WITH differing AS MATERIALIZED (
        SELECT l.id, l.product_id, l.location_id, l.lot, l.variance, t.id AS lot_id, p.sku, p.tracking, x.address, x.active,
               coalesce(b.on_hand, 0) + l.variance AS left_over, s.negative_ok, l.place
        FROM stock_count_line l
        JOIN product p ON p.company_id = l.company_id AND p.id = l.product_id
        JOIN location x ON x.company_id = l.company_id AND x.id = l.location_id
        JOIN site s ON s.company_id = x.company_id AND s.id = x.site_id
        LEFT JOIN lot t ON t.company_id = l.company_id AND t.product_id = l.product_id AND t.number = l.lot
        LEFT JOIN stock_balance b ON b.company_id = l.company_id AND b.product_id = l.product_id AND b.location_id = l.location_id
             AND b.lot_key = coalesce(t.id, {NO_LOT}) AND (l.lot = '' OR t.id IS NOT NULL)
        WHERE l.company_id = %(company)s AND l.count_id = %(id)s AND l.variance <> 0
    )
    SELECT d.id, d.sku, d.address, d.lot, f.code, f.detail
    FROM differing d
    CROSS JOIN LATERAL (VALUES
        (NOT d.active, 'closed', 'the place is closed'),
        ((d.tracking = 'none') <> (d.lot = ''), 'tracking_changed', 'how the product is tracked has changed: count it again'),
        (d.variance < 0 AND d.lot <> '' AND d.lot_id IS NULL, 'lot_not_found', 'the product has no such lot or serial number any more'),
        (d.left_over < 0 AND NOT d.negative_ok, 'insufficient_stock', 'so much has left since that less than nothing would remain'),
        (d.tracking = 'serial' AND d.variance > 0 AND (d.left_over > 1 OR EXISTS (
            SELECT FROM stock_balance o WHERE o.company_id = %(company)s AND o.product_id = d.product_id AND o.lot_id = d.lot_id
               AND o.on_hand > 0 AND o.location_id <> d.location_id AND NOT EXISTS (
                   SELECT FROM differing e WHERE e.product_id = o.product_id AND e.location_id = o.location_id AND e.lot = d.lot
                      AND e.variance < 0))), 'serial_elsewhere', 'this serial number lies somewhere else')) AS f(holds, code, detail)
    WHERE f.holds ORDER BY d.place
"""
