"""The report of when stock will be used up, which forecasts are made of."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal

from core.domain.access import Actor
from core.ports.reports import ReportFilter
from core.queries.forecasts import ForecastFilter, ForecastReader, ForecastView
from core.queries.paging import MAX_LIMIT
from core.queries.reports import Cells, ReportRows

_TOTALS = {"on_hand": 3, "incoming": 4}


@asynccontextmanager
async def depletion_rows(forecasts: ForecastReader, actor: Actor, wanted: ReportFilter) -> AsyncIterator[ReportRows]:
    yield _Rows(forecasts, actor, ForecastFilter(wanted.product, wanted.site))


class _Rows:
    """`ReportRows`: a page of forecasts at a time."""

    def __init__(self, forecasts: ForecastReader, actor: Actor, wanted: ForecastFilter) -> None:
        self._forecasts, self._actor, self._wanted = forecasts, actor, wanted
        self._cursor: str | None = None
        self._ended = False

    async def summary(self) -> tuple[int, dict[str, Decimal]]:
        all_rows = _Rows(self._forecasts, self._actor, self._wanted)
        count, sums = 0, dict.fromkeys(_TOTALS, Decimal(0))
        while rows := await all_rows.next(MAX_LIMIT):
            count += len(rows)
            for name, place in _TOTALS.items():
                sums[name] += sum((Decimal(str(row[place])) for row in rows), Decimal(0))
        return count, sums

    async def next(self, most: int) -> list[Cells]:
        if self._ended:
            return []
        limit = min(most, MAX_LIMIT)
        page = await self._forecasts.forecasts(self._actor, self._wanted, limit, self._cursor, total=False)
        self._cursor, self._ended = page.next_cursor, page.next_cursor is None
        return [_cells(one) for one in page.items]


def _cells(one: ForecastView) -> Cells:
    return [
        one.sku,
        one.name,
        one.site,
        one.on_hand,
        one.incoming,
        one.weekly_mean,
        one.depletes_on,
        one.at_risk_on,
        one.quality.verdict.value,
    ]
