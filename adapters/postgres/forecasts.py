"""`ForecastStore` on PostgreSQL."""

from collections.abc import AsyncGenerator, Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from adapters.postgres.demand import histories
from adapters.postgres.engine import Connection, Database, Scope
from adapters.postgres.long_reads import ReadSource
from core.domain.demand import DemandHistory, SeriesForecast
from core.domain.forecast import PROBABILITIES
from core.ports.forecasts import ForecastRun, LeaseLost, RunKind

_QUANTILES = tuple(f"q{str(each)[2:].ljust(2, '0')}" for each in PROBABILITIES)
_FIGURES = ("mean", *_QUANTILES)
_QUALITY = ("verdict", "wape", "bias", "pinball", "coverage")
_KEEP = f"""
    INSERT INTO demand_forecast (company_id, product_id, site_id, as_of, {", ".join(_FIGURES)}, basis, weeks, tracking_signal,
                                 demand_changed, state, {", ".join(_QUALITY)})
    SELECT %(company)s, n.product_id, n.site_id, %(as_of)s, {", ".join(f"n.{name}::numeric[]" for name in _FIGURES)}, n.basis, n.weeks,
           n.tracking_signal, n.demand_changed, n.state, coalesce(n.verdict, 'too_little_data'), n.wape, n.bias, n.pinball, n.coverage
    FROM unnest(%(product)s::uuid[], %(site)s::uuid[], {", ".join(f"%({name})s::text[]" for name in _FIGURES)}, %(basis)s::text[],
                %(weeks)s::int[], %(tracking_signal)s::numeric[], %(demand_changed)s::boolean[], %(state)s::bytea[], %(verdict)s::text[],
                %(wape)s::numeric[], %(bias)s::numeric[], %(pinball)s::numeric[], %(coverage)s::numeric[])
        AS n(product_id, site_id, {", ".join(_FIGURES)}, basis, weeks, tracking_signal, demand_changed, state, {", ".join(_QUALITY)})
    ON CONFLICT (company_id, product_id, site_id) DO UPDATE SET
        as_of = excluded.as_of, {", ".join(f"{name} = excluded.{name}" for name in _FIGURES)}, basis = excluded.basis,
        weeks = excluded.weeks, tracking_signal = excluded.tracking_signal, demand_changed = excluded.demand_changed,
        state = excluded.state,
        {", ".join(f"{name} = CASE WHEN %(fitted)s THEN excluded.{name} ELSE demand_forecast.{name} END" for name in _QUALITY)}
"""
_EVENTS = """
    INSERT INTO outbox_event (company_id, type, subject_type, subject_id, data)
    SELECT %s, 'demand_changed', 'product', n.product_id, n.data::json FROM unnest(%s::uuid[], %s::text[]) AS n(product_id, data)
"""
_POOLED = "SELECT pooled FROM demand_fit WHERE company_id = %s"
_BEGIN = """
    UPDATE forecast_run SET series = %(series)s, series_done = 0
    WHERE company_id = %(company)s AND as_of = %(as_of)s AND lease_token = %(token)s RETURNING 1
"""
_PROGRESS = """
    UPDATE forecast_run SET series_done = series_done + %(done)s, next_at = clock_timestamp() + %(lease)s
    WHERE company_id = %(company)s AND as_of = %(as_of)s AND lease_token = %(token)s RETURNING 1
"""
_FINISH = """
    UPDATE forecast_run SET state = 'done', lease_token = NULL, last_error = NULL, finished_at = %(now)s
    WHERE company_id = %(company)s AND as_of = %(as_of)s AND lease_token = %(token)s RETURNING 1
"""
_FIT = """
    INSERT INTO demand_fit (company_id, as_of, through, pooled) VALUES (%(company)s, %(as_of)s, %(as_of)s, %(pooled)s)
    ON CONFLICT (company_id) DO UPDATE SET as_of = excluded.as_of, through = excluded.through, pooled = excluded.pooled
"""
_STEPPED = "UPDATE demand_fit SET through = %(as_of)s WHERE company_id = %(company)s"
_FORGET = "DELETE FROM demand_forecast WHERE company_id = %(company)s AND as_of < %(as_of)s"


class PostgresForecastStore:
    """Over the pool; each batch of forecasts is a transaction."""

    def __init__(self, database: Database, reads: ReadSource | None = None) -> None:
        """Histories are read from `reads`, where the database is not to be burdened with them."""
        self._database, self._reads = database, reads or database

    async def histories(self, run: ForecastRun, weeks: int) -> AsyncGenerator[Sequence[DemandHistory]]:
        async with self._reads.transaction(Scope(run.company_id)) as connection:
            undone = run.kind is RunKind.STEP
            async for rows in histories(connection, run.company_id, run.as_of, weeks, undone=undone):
                yield rows

    async def pooled(self, run: ForecastRun) -> bytes:
        rows = await self._database.fetch(Scope(run.company_id), _POOLED, (run.company_id,))
        return bytes(rows[0][0])

    async def begin(self, run: ForecastRun, series: int) -> None:
        async with self._database.transaction(Scope(run.company_id)) as connection:
            await _hold(connection, _BEGIN, _named(run) | {"series": series})

    async def keep(self, run: ForecastRun, forecasts: Sequence[SeriesForecast], lease: timedelta) -> None:
        async with self._database.transaction(Scope(run.company_id)) as connection:
            await _hold(connection, _PROGRESS, _named(run) | {"done": len(forecasts), "lease": lease})
            fitted = run.kind is RunKind.FIT
            await connection.execute(_KEEP, _named(run) | _columns(forecasts) | {"fitted": fitted})
            if news := [one for one in forecasts if one.is_news]:
                await connection.execute(
                    _EVENTS, (run.company_id, [one.product_id for one in news], [_told(one) for one in news])
                )

    async def finish(self, run: ForecastRun, pooled: bytes | None, now: datetime) -> None:
        async with self._database.transaction(Scope(run.company_id)) as connection:
            await _hold(connection, _FINISH, _named(run) | {"now": now})
            await connection.execute(_FORGET, _named(run))
            await connection.execute(_STEPPED if pooled is None else _FIT, _named(run) | {"pooled": pooled})


async def _hold(connection: Connection, statement: str, parameters: dict[str, Any]) -> None:
    """Changes the run as long as the lease is ours."""
    cursor = await connection.execute(statement, parameters)
    if await cursor.fetchone() is None:
        raise LeaseLost


def _named(run: ForecastRun) -> dict[str, Any]:
    return {"company": run.company_id, "as_of": run.as_of, "token": run.token}


def _columns(forecasts: Sequence[SeriesForecast]) -> dict[str, list[Any]]:
    qualities = [one.quality for one in forecasts]
    quantiles = zip(*(one.forecast.quantiles for one in forecasts), strict=True)
    return {
        "product": [one.product_id for one in forecasts],
        "site": [one.site_id for one in forecasts],
        "mean": [_array(one.forecast.mean) for one in forecasts],
        **{name: [_array(each) for each in row] for name, row in zip(_QUANTILES, quantiles, strict=True)},
        "basis": [one.basis.value for one in forecasts],
        "weeks": [one.weeks for one in forecasts],
        "tracking_signal": [one.tracking_signal for one in forecasts],
        "demand_changed": [one.demand_changed for one in forecasts],
        "state": [one.state for one in forecasts],
        **{name: [getattr(each, name, None) for each in qualities] for name in _QUALITY},
    }


def _array(figures: Iterable[Decimal]) -> str:
    """As PostgreSQL writes an array: one text travels faster than many numbers."""
    return "{" + ",".join(map(str, figures)) + "}"


def _told(one: SeriesForecast) -> str:
    rising = one.misses is not None and one.misses > 0
    facts = {"product": one.product_id, "site": one.site_id, "direction": "up" if rising else "down"}
    return msgspec.json.encode(facts | {"misses": one.misses, "tracking_signal": one.tracking_signal}).decode()
