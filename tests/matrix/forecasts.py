"""Forecasts of what lies at the sites, as the worker leaves them."""

from adapters.postgres.engine import Scope
from tests.matrix.builder import Builder

_FORECASTS = """
    INSERT INTO demand_forecast (company_id, product_id, site_id, as_of, mean, q50, q80, q90, q95, q98, q99)
    SELECT k.company_id, k.product_id, k.site_id, '2026-01-05', f, f, f, f, f, f, f
    FROM site_stock k CROSS JOIN (SELECT array_fill(1::numeric, ARRAY[8])) AS figures(f) WHERE k.company_id = %s
"""
_RUN = "INSERT INTO forecast_run (company_id, as_of, kind, state) VALUES (%s, '2026-01-05', 'fit', 'done')"


async def build_forecasts(builder: Builder) -> None:
    """One of each product at each site."""
    company = builder.side.company
    for statement in (_FORECASTS, _RUN):
        await builder.registry.database.fetch(Scope(company), statement, (company,))
