"""What will be used up first."""

from collections.abc import Sequence
from datetime import date

from adapters.postgres.engine import Row
from adapters.postgres.queries.forecasts import SHOWN, STOCK, forecast_view
from core.queries.dashboard import Depletion

MOST_DEPLETIONS = 8
_CANDIDATES = 3 * MOST_DEPLETIONS

# Of what will last the least by what is there and by the mean demand, the days are reckoned, with all that is to come.
DEPLETIONS = f"""
    WITH soonest AS MATERIALIZED (
        SELECT f.product_id, f.site_id FROM demand_forecast f
        JOIN site_stock h ON h.company_id = f.company_id AND h.product_id = f.product_id AND h.site_id = f.site_id AND h.on_hand > 0
        WHERE f.company_id = %(company)s AND f.mean[4] > 0 AND (%(sites)s::uuid[] IS NULL OR f.site_id = ANY (%(sites)s::uuid[]))
          AND EXISTS (SELECT FROM product p WHERE p.company_id = f.company_id AND p.id = f.product_id AND p.active)
        ORDER BY h.on_hand / f.mean[4], f.product_id, f.site_id LIMIT {_CANDIDATES}
    ),
    page AS (
        SELECT f.*, p.sku, p.name, p.sku_key, s.code, %(today)s::date AS today
        FROM soonest n
        JOIN demand_forecast f ON f.company_id = %(company)s AND f.product_id = n.product_id AND f.site_id = n.site_id
        JOIN product p ON p.company_id = f.company_id AND p.id = f.product_id
        JOIN site s ON s.company_id = f.company_id AND s.id = f.site_id
    )
    SELECT {SHOWN} FROM page {STOCK}
"""


def depletions(rows: Sequence[Row]) -> list[Depletion]:
    """The soonest first; what lasts beyond the forecast is not among them."""
    views = [view for view in map(forecast_view, rows) if view.at_risk_on]
    views.sort(key=lambda view: (view.depletes_on or date.max, view.at_risk_on or date.max, view.sku, view.site))
    return [
        Depletion(
            *(view.product, view.sku, view.name, view.site),
            *(view.on_hand, view.weekly_mean, view.depletes_on, view.at_risk_on),
        )
        for view in views[:MOST_DEPLETIONS]
    ]
