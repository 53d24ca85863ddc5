"""The statements about what somebody opened: adding to it, and showing it to them."""

HEAVIEST = 1000
"""No single thing weighs more, however often somebody says that they opened it."""
MOST_SHOWN = 100

# `m` is a membership.
UNCOUNTED = (
    "SELECT FROM user_preference u WHERE u.company_id = m.company_id AND u.user_id = m.user_id AND NOT u.counted"
)
# It waits while a count goes through the same rows, which the count does in an order of its own.
OPENED = f"""
    WITH turn AS MATERIALIZED (SELECT 1 FROM interest_count c WHERE c.company_id = %(company)s FOR KEY SHARE),
    member AS MATERIALIZED (
        SELECT m.user_id FROM membership m
        WHERE m.company_id = %(company)s AND m.user_id = %(user)s AND NOT EXISTS ({UNCOUNTED}) AND (SELECT count(*) FROM turn) >= 0
    ),
    opened AS (
        SELECT s.id AS site_id, NULL::uuid AS category_id, NULL::uuid AS product_id, NULL::text AS page, NULL::text AS report, count(*) AS times
        FROM unnest(%(sites)s::uuid[]) AS o(id) JOIN site s ON s.company_id = %(company)s AND s.id = o.id
        WHERE %(reach)s::uuid[] IS NULL OR s.id = ANY (%(reach)s::uuid[]) GROUP BY s.id
        UNION ALL
        SELECT NULL, c.id, NULL, NULL, NULL, count(*)
        FROM unnest(%(categories)s::uuid[]) AS o(id) JOIN category c ON c.company_id = %(company)s AND c.id = o.id GROUP BY c.id
        UNION ALL
        SELECT NULL, NULL, p.id, NULL, NULL, count(*)
        FROM unnest(%(products)s::uuid[]) AS o(id) JOIN product p ON p.company_id = %(company)s AND p.id = o.id GROUP BY p.id
        UNION ALL
        SELECT NULL, NULL, NULL, o.page, NULL, count(*) FROM unnest(%(pages)s::text[]) AS o(page) GROUP BY o.page
        UNION ALL
        SELECT NULL, NULL, NULL, NULL, o.report, count(*) FROM unnest(%(reports)s::text[]) AS o(report) GROUP BY o.report
    )
    INSERT INTO interest AS i (company_id, user_id, site_id, category_id, product_id, page, report, weight)
    SELECT %(company)s, m.user_id, o.site_id, o.category_id, o.product_id, o.page, o.report, o.times FROM opened o CROSS JOIN member m
    ORDER BY o.site_id, o.category_id, o.product_id, o.page, o.report
    ON CONFLICT ON CONSTRAINT interest_key DO UPDATE SET weight = least(i.weight + excluded.weight, greatest(i.weight, %(heaviest)s))
"""

_OWN = "i.company_id = %(company)s AND i.user_id = %(user)s"
_IN_REACH = "(%(reach)s::uuid[] IS NULL OR s.id = ANY (%(reach)s::uuid[]))"
_SITES = f"JOIN site s ON s.company_id = i.company_id AND s.id = i.site_id WHERE {_OWN} AND {_IN_REACH}"
_CATEGORIES = (
    f"JOIN category c ON c.company_id = i.company_id AND c.id = i.category_id WHERE {_OWN} AND %(sees_categories)s"
)
_PRODUCTS = f"JOIN product p ON p.company_id = i.company_id AND p.id = i.product_id WHERE {_OWN} AND %(sees_products)s"


def _most(columns: str, source: str, order: str) -> str:
    """The heaviest interests of one kind."""
    return f"""
        (SELECT coalesce(json_agg(x ORDER BY x.weight DESC, x.{order}), '[]')
         FROM (SELECT {columns}, round(i.weight::numeric, 2) AS weight FROM interest i {source}
               ORDER BY i.weight DESC, {order} LIMIT %(most)s) x)
    """


# A page or a report that there is no more is not shown.
SHOWN = f"""
    SELECT NOT EXISTS (SELECT FROM user_preference u WHERE u.company_id = %(company)s AND u.user_id = %(user)s AND NOT u.counted),
           {_most("i.page", f"WHERE {_OWN} AND i.page = ANY (%(pages)s::text[])", "page")},
           {_most("i.report", f"WHERE {_OWN} AND i.report = ANY (%(reports)s::text[])", "report")},
           {_most("s.id, s.code, s.name", _SITES, "code")},
           {_most("c.id, c.name", _CATEGORIES, "name")},
           {_most("p.id, p.sku, p.name", _PRODUCTS, "sku")}
"""
