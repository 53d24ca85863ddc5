"""`ForecastSeriesReader` on PostgreSQL."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from adapters.postgres.demand import histories_of
from adapters.postgres.engine import Database, Row, Scope
from adapters.postgres.long_reads import LongReads
from adapters.postgres.queries.forecasts import SHOWN, STOCK, forecast_of, forecast_view
from core.domain.access import Actor
from core.domain.demand import known_weeks
from core.domain.errors import NotFound
from core.domain.forecast import PROBABILITIES
from core.domain.forecast_weeks import ForecastWeek, weeks_of
from core.domain.ids import parse_id
from core.domain.purchase_order import ON_ORDER
from core.domain.values import normal
from core.ports.clock import Clock
from core.queries.forecast_series import ComingWeek, ForecastSeries, PastWeek, SiteSeries

_FORECASTS = f"""
    WITH page AS (
        SELECT f.*, p.sku, p.name, p.sku_key, s.code, (%(now)s::timestamptz AT TIME ZONE c.time_zone)::date AS today
        FROM product p JOIN company c ON c.id = p.company_id
        JOIN demand_forecast f ON f.company_id = p.company_id AND f.product_id = p.id
        JOIN site s ON s.company_id = f.company_id AND s.id = f.site_id
        WHERE p.company_id = %(company)s AND p.id = %(product)s AND (%(reach)s::uuid[] IS NULL OR s.id = ANY (%(reach)s::uuid[]))
          AND (%(site)s::text IS NULL OR s.id = %(site_id)s OR s.code = upper(%(site)s))
    )
    SELECT {SHOWN}, page.site_id, p.sku, p.name FROM product p LEFT JOIN page ON true {STOCK}
    WHERE p.company_id = %(company)s AND p.id = %(product)s ORDER BY page.code
"""


class PostgresForecastSeriesReader:
    """`ForecastSeriesReader` over the pool."""

    def __init__(self, database: Database, reads: LongReads, clock: Clock) -> None:
        self._database, self._reads, self._clock = database, reads, clock

    async def series(self, actor: Actor, product_id: UUID, site: str | None, weeks: int) -> ForecastSeries:
        names = {
            "company": actor.company,
            "product": product_id,
            "reach": None if actor.read_sites is None else list(actor.read_sites),
            "site": site,
            "site_id": parse_id(site or ""),
            "on_order": list(ON_ORDER),
            "now": self._clock.now(),
        }
        rows = await self._database.fetch(Scope(actor.company), _FORECASTS, names)
        if not rows:
            raise NotFound("product_not_found", "no product has this id")
        found = [row for row in rows if row[0] is not None]
        past = await self._past(actor, product_id, found, weeks) if found else {}
        sku, name = rows[0][-2:]
        return ForecastSeries(product_id, sku, name, [_series(row, past.get(row[15], [])) for row in found])

    async def _past(
        self, actor: Actor, product_id: UUID, rows: Sequence[Row], weeks: int
    ) -> dict[UUID, list[PastWeek]]:
        """The weeks before the latest forecast, by site."""
        end = max(row[4] for row in rows)
        mondays = [end - timedelta(weeks=back) for back in range(weeks, 0, -1)]
        async with self._reads.transaction(Scope(actor.company)) as connection:
            found = await histories_of(connection, actor.company, product_id, end, weeks)
        return {one.site_id: [*map(PastWeek, mondays, known_weeks(one, weeks))] for one in found}


def _series(row: Row, past: Sequence[PastWeek]) -> SiteSeries:
    view = forecast_view(row[:15])
    return SiteSeries(
        site=view.site,
        as_of=view.as_of,
        basis=view.basis,
        weeks_of_history=view.weeks_of_history,
        past=[week for week in past if week.week < view.as_of],
        coming=[_coming(week) for week in weeks_of(forecast_of(view.as_of, row[7], row[8]))],
        quality=view.quality,
        on_hand=view.on_hand,
        incoming=view.incoming,
        depletes_on=view.depletes_on,
        at_risk_on=view.at_risk_on,
    )


def _coming(week: ForecastWeek) -> ComingWeek:
    return ComingWeek(
        week.first_day,
        normal(week.mean),
        _by_probability(week.quantiles),
        normal(week.total_mean),
        _by_probability(week.total_quantiles),
    )


def _by_probability(figures: Sequence[Decimal]) -> dict[str, Decimal]:
    return {str(probability): normal(figure) for probability, figure in zip(PROBABILITIES, figures, strict=True)}
