"""Sales by whatever they are looked at by, and what they say of the products."""

from adapters.postgres.reports.common import ASKED, SOLD, STEPS

_SALES = f"""
    WITH {ASKED}, {SOLD}
    SELECT {{shown}}, sum(s.quantity), sum(s.income), sum(s.cost), sum(s.income - s.cost),
           CASE WHEN sum(s.income) <> 0 THEN round(100 * sum(s.income - s.cost) / sum(s.income), 2) END
    FROM sold s CROSS JOIN q JOIN goods p ON p.id = s.product_id JOIN site t ON t.company_id = q.company_id AND t.id = s.site_id
    GROUP BY {{by}} ORDER BY {{order}}
"""
SALES_BY_DATE = _SALES.format(shown="s.day", by="s.day", order="s.day")
SALES_BY_CATEGORY = _SALES.format(
    shown="p.category_name", by="p.category_id, p.category_name", order="sum(s.income) DESC, p.category_name"
)
SALES_BY_PRODUCT = _SALES.format(
    shown="p.sku, p.name, p.category_name",
    by="p.id, p.sku, p.sku_key, p.name, p.category_name",
    order="sum(s.income) DESC, p.sku_key",
)
SALES_BY_SITE = _SALES.format(shown="t.code, t.name", by="t.id, t.code, t.name", order="sum(s.income) DESC, t.code")

# A: the products that bring the first 80 % of the income, B: the next 15 %, C: the rest. X, Y, Z: the coefficient of variation of what is
# sold in a week is at most 0.5, at most 1, or more.
ABC_XYZ = f"""
    WITH {ASKED}, {SOLD},
    weeks AS (SELECT greatest(ceil((%(until)s::date - %(since)s::date + 1) / 7.0), 1)::numeric AS count),
    weekly AS (
        SELECT s.product_id, (s.day - %(since)s::date) / 7 AS week, sum(s.quantity) AS quantity, sum(s.income) AS income
        FROM sold s JOIN goods p ON p.id = s.product_id GROUP BY 1, 2
    ),
    totals AS (
        SELECT w.product_id, sum(w.quantity) AS quantity, sum(w.income) AS income, sum(w.quantity) / k.count AS mean,
               sqrt(greatest(sum(w.quantity * w.quantity) / k.count - (sum(w.quantity) / k.count) ^ 2, 0)) AS spread
        FROM weekly w CROSS JOIN weeks k GROUP BY w.product_id, k.count
    ),
    ranked AS (
        SELECT t.*, p.sku, p.sku_key, p.name, p.category_name, nullif(sum(greatest(t.income, 0)) OVER (), 0) AS whole,
               sum(greatest(t.income, 0)) OVER (ORDER BY t.income DESC, p.sku_key ROWS UNBOUNDED PRECEDING) AS running
        FROM totals t JOIN goods p ON p.id = t.product_id
    )
    SELECT sku, name, category_name, quantity, income, round(100 * income / whole, 2), round(100 * running / whole, 2),
           CASE WHEN coalesce(running - greatest(income, 0), 0) < 0.8 * whole THEN 'A'
                WHEN running - greatest(income, 0) < 0.95 * whole THEN 'B' ELSE 'C' END,
           CASE WHEN mean > 0 THEN round(100 * spread / mean, 1) END,
           CASE WHEN mean > 0 AND spread <= 0.5 * mean THEN 'X' WHEN mean > 0 AND spread <= mean THEN 'Y' ELSE 'Z' END
    FROM ranked ORDER BY income DESC, sku_key
"""
# How often the stock was turned over: the cost of what left for good, by the mean of its value at the beginning and the end.
TURNOVER = f"""
    WITH {ASKED}, {STEPS},
    days AS (SELECT (%(until)s::date - %(since)s::date + 1)::numeric AS count),
    issued AS (
        SELECT t.product_id, sum(-t.sign * t.quantity) AS quantity, sum(-t.sign * t.cost) AS cost
        FROM steps t CROSS JOIN q JOIN posting o ON o.company_id = q.company_id AND o.id = t.posting_id
        WHERE o.kind IN ('sale', 'customer_return', 'issue') GROUP BY t.product_id
    ),
    held AS (
        SELECT x.product_id, sum(x.value) / 2 AS value FROM (
            SELECT a.product_id, a.value FROM q CROSS JOIN LATERAL stock_as_of(q.since - interval '1 microsecond', NULL, q.sites) a
            UNION ALL
            SELECT a.product_id, a.value FROM q CROSS JOIN LATERAL stock_as_of(q.until - interval '1 microsecond', NULL, q.sites) a) x
        GROUP BY x.product_id
    )
    SELECT p.sku, p.name, p.category_name, coalesce(i.quantity, 0), coalesce(i.cost, 0), round(coalesce(h.value, 0), 4),
           CASE WHEN h.value > 0 THEN round(coalesce(i.cost, 0) / h.value, 2) END,
           CASE WHEN i.cost > 0 THEN round(coalesce(h.value, 0) * d.count / i.cost, 1) END
    FROM goods p CROSS JOIN days d LEFT JOIN issued i ON i.product_id = p.id LEFT JOIN held h ON h.product_id = p.id
    WHERE i.product_id IS NOT NULL OR coalesce(h.value, 0) <> 0
    ORDER BY coalesce(i.cost, 0) DESC, p.sku_key
"""
