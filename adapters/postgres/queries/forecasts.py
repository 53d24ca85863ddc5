"""`ForecastReader` on PostgreSQL."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from adapters.postgres.engine import Database, Row, Scope
from core.domain.access import Actor
from core.domain.demand import Verdict
from core.domain.depletion import Receipt, depletion
from core.domain.forecast import HORIZONS, PROBABILITIES, Forecast
from core.domain.ids import parse_id
from core.domain.purchase_order import ON_ORDER
from core.domain.values import normal
from core.ports.clock import Clock
from core.queries.forecasts import (
    ForecastFigures,
    ForecastFilter,
    ForecastQuality,
    ForecastReader,
    ForecastRunView,
    ForecastView,
)
from core.queries.paging import Page, decode_cursor, encode_cursor, page_of

# What is under way: open lines of purchase orders on their day, and goods that another site has sent, from today on.
_COMING = """
    SELECT json_agg(json_build_array(c.day, c.quantity::text)) FROM (
        SELECT coalesce(l.promised_on, l.expected_on, page.today) AS day, l.open AS quantity
        FROM purchase_order_line l JOIN purchase_order o ON o.company_id = l.company_id AND o.id = l.order_id
        WHERE l.company_id = %(company)s AND l.product_id = page.product_id AND l.open > 0
          AND o.site_id = page.site_id AND o.state = ANY (%(on_order)s)
        UNION ALL
        SELECT page.today, l.in_transit FROM transfer_line l JOIN transfer t ON t.company_id = l.company_id AND t.id = l.transfer_id
        WHERE l.company_id = %(company)s AND l.product_id = page.product_id AND l.in_transit > 0
          AND t.destination_site_id = page.site_id AND t.state IN ('in_transit', 'partially_received')) c
"""
# How a forecast is shown: `page` holds rows of demand_forecast with what their product and site are called and the company's day.
SHOWN = f"""
    page.product_id, page.sku, page.name, page.code, page.as_of, page.basis, page.weeks, page.mean,
    ARRAY[page.q50, page.q80, page.q90, page.q95, page.q98, page.q99], page.verdict,
    ARRAY[page.wape, page.bias, page.pinball, page.coverage, page.tracking_signal], page.demand_changed,
    trim_scale(coalesce(k.on_hand, 0)), ({_COMING}), page.today
"""
STOCK = "LEFT JOIN site_stock k ON k.company_id = page.company_id AND k.product_id = page.product_id AND k.site_id = page.site_id"
_LIST = f"""
    WITH found AS NOT MATERIALIZED (
        SELECT f.*, p.sku, p.name, p.sku_key, s.code
        FROM product p
        JOIN demand_forecast f ON f.company_id = p.company_id AND f.product_id = p.id
        JOIN site s ON s.company_id = f.company_id AND s.id = f.site_id
        WHERE p.company_id = %(company)s AND (%(reach)s::uuid[] IS NULL OR s.id = ANY (%(reach)s::uuid[]))
          AND (%(product)s::text IS NULL OR p.id = %(product_id)s OR p.sku_key = lower(%(product)s))
          AND (%(site)s::text IS NULL OR s.id = %(site_id)s OR s.code = upper(%(site)s))
    ),
    page AS (
        SELECT found.*, (%(now)s::timestamptz AT TIME ZONE c.time_zone)::date AS today FROM found
        CROSS JOIN (SELECT time_zone FROM company WHERE id = %(company)s) c
        WHERE %(after_sku)s::text IS NULL OR (sku_key >= %(after_sku)s AND (sku_key, code) > (%(after_sku)s, %(after_site)s))
        ORDER BY sku_key, code LIMIT %(limit)s
    )
    SELECT {SHOWN}, page.sku_key, CASE WHEN %(total)s THEN (SELECT count(*) FROM found) END
    FROM (SELECT) one LEFT JOIN page ON true {STOCK}
    ORDER BY page.sku_key, page.code
"""
_RUNS = """
    SELECT as_of, kind, state, series, series_done, started_at, finished_at, last_error
    FROM forecast_run WHERE company_id = %(company)s ORDER BY as_of DESC LIMIT 10
"""


class PostgresForecastReader(ForecastReader):
    """`ForecastReader` over the pool."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    async def forecasts(
        self, actor: Actor, wanted: ForecastFilter, limit: int, cursor: str | None, *, total: bool
    ) -> Page[ForecastView]:
        after = decode_cursor(cursor, tuple[str, str])
        parameters = {
            "company": actor.company,
            "reach": None if actor.read_sites is None else list(actor.read_sites),
            "product": wanted.product,
            "product_id": parse_id(wanted.product or ""),
            "site": wanted.site,
            "site_id": parse_id(wanted.site or ""),
            "on_order": list(ON_ORDER),
            "now": self._clock.now(),
            "after_sku": after[0] if after else None,
            "after_site": after[1] if after else None,
            "limit": limit + 1,
            "total": total,
        }
        rows = await self._database.fetch(Scope(actor.company), _LIST, parameters)
        found = [(forecast_view(row), row[15]) for row in rows if row[0] is not None]
        page = page_of(found, limit, lambda last: encode_cursor(last[1], last[0].site), rows[0][-1])
        return Page([view for view, _ in page.items], page.next_cursor, page.total)

    async def runs(self, actor: Actor) -> Sequence[ForecastRunView]:
        rows = await self._database.fetch(Scope(actor.company), _RUNS, {"company": actor.company})
        return [ForecastRunView(*row) for row in rows]


def forecast_view(row: Row) -> ForecastView:
    """A row of `SHOWN`."""
    (
        product,
        sku,
        name,
        site,
        as_of,
        basis,
        weeks,
        mean,
        quantiles,
        verdict,
        quality,
        changed,
        on_hand,
        coming,
        today,
    ) = row[:15]
    forecast = forecast_of(as_of, mean, quantiles)
    receipts = [Receipt(date.fromisoformat(day), Decimal(quantity)) for day, quantity in coming or ()]
    used_up = depletion(on_hand, receipts, forecast, today)
    return ForecastView(
        product=product,
        sku=sku,
        name=name,
        site=site,
        as_of=as_of,
        basis=basis,
        weeks_of_history=weeks,
        weekly_mean=normal((forecast.mean_over(28) / 4).quantize(Decimal("0.000001"))),
        horizons=[_figures(forecast, place) for place in range(len(HORIZONS))],
        quality=_quality(verdict, quality, changed),
        on_hand=on_hand,
        incoming=normal(sum((each.quantity for each in receipts), Decimal(0))),
        depletes_on=used_up.expected_on,
        at_risk_on=used_up.at_risk_on,
    )


def forecast_of(as_of: date, mean: Sequence[Decimal], quantiles: Sequence[Sequence[Decimal]]) -> Forecast:
    return Forecast(as_of, tuple(mean), tuple(map(tuple, quantiles)))


def _quality(verdict: str, figures: Sequence[Decimal | None], changed: bool) -> ForecastQuality:
    wape, bias, pinball, coverage, signal = (each if each is None else normal(each) for each in figures)
    return ForecastQuality(Verdict(verdict), wape, bias, pinball, coverage, signal, changed)


def _figures(forecast: Forecast, place: int) -> ForecastFigures:
    quantiles = zip(PROBABILITIES, forecast.quantiles, strict=True)
    return ForecastFigures(
        HORIZONS[place],
        normal(forecast.mean[place]),
        {str(probability): normal(row[place]) for probability, row in quantiles},
    )
