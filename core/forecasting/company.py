"""The forecasts of a company: from the ledger's weeks to what is stored. Here floating point ends: figures leave as decimals."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import numpy as np

from core.domain.demand import Basis, DemandHistory, Quality, SeriesForecast, Verdict, number_of_week
from core.domain.forecast import Forecast
from core.domain.values import QUANTITY_DECIMALS
from core.forecasting.backtest import Backtest, backtest, is_changed, tracking_signal
from core.forecasting.forecast import Forecasts, advanced, fit, new_states
from core.forecasting.history import DemandBuilder, quantities
from core.forecasting.pooled import read, written
from core.forecasting.series import Floats, Places
from core.forecasting.state import unpacked

BATCH = 2_000
RATIO_DECIMALS = 4
_VERDICTS = (Verdict.TOO_LITTLE_DATA, Verdict.POOR, Verdict.FAIR, Verdict.GOOD)


@dataclass(frozen=True, slots=True)
class _Key:
    product_id: UUID
    site_id: UUID
    category_id: UUID | None
    demand_changed: bool


class CompanyFit:
    """Learns the forecasts of a company anew, from `weeks` weeks before the Monday `as_of`."""

    def __init__(self, weeks: int, as_of: date) -> None:
        self._as_of = as_of
        self._builder = DemandBuilder(weeks, number_of_week(as_of))
        self._keys: list[_Key] = []

    @property
    def series(self) -> int:
        return len(self._keys)

    def add(self, rows: Sequence[DemandHistory]) -> None:
        """Takes in some series."""
        self._builder.add(rows)
        self._keys += [_key(row) for row in rows]

    def learn(self) -> tuple[bytes, Iterator[list[SeriesForecast]]]:
        """What the series have in common, for `stepped`, and the forecasts in batches. There must be a series."""
        groups = tuple(sorted({str(key.category_id) for key in self._keys if key.category_id}))
        demand, group = self._builder.demand(), _numbers(self._keys, groups)
        fitted = fit(demand, group)
        pooled = written(replace(fitted.pooled, groups=groups))
        return pooled, _records(self._as_of, self._keys, fitted, backtest(demand, group))


def stepped(rows: Sequence[DemandHistory], pooled: bytes, as_of: date) -> Iterator[list[SeriesForecast]]:
    """The forecasts of some series as of this Monday, from their states a week before and the demand of that week."""
    known, keys = read(pooled), [_key(row) for row in rows]
    group = _numbers(keys, known.groups)
    states = new_states(group, known)
    for place, row in enumerate(rows):
        if len(row.state) == states.shape[1] * states.itemsize:
            states[place] = np.frombuffer(row.state, np.float32)
    week = number_of_week(as_of) - 1
    return _records(as_of, keys, advanced(states, quantities(rows, 1)[0], week, known, group), None)


def _key(row: DemandHistory) -> _Key:
    return _Key(row.product_id, row.site_id, row.category_id, row.demand_changed)


def _numbers(keys: Sequence[_Key], groups: Sequence[str]) -> Places:
    """The place of each one's category among them; -1 where it has none, or one that they do not know yet."""
    numbers = {name: number for number, name in enumerate(groups)}
    return np.array([numbers.get(str(key.category_id), -1) for key in keys], np.intp)


def _records(
    as_of: date, keys: Sequence[_Key], made: Forecasts, tested: Backtest | None
) -> Iterator[list[SeriesForecast]]:
    for start in range(0, len(keys), BATCH):
        part = slice(start, start + BATCH)
        yield _batch(as_of, keys[part], made, part, tested)


def _batch(
    as_of: date, keys: Sequence[_Key], made: Forecasts, part: slice, tested: Backtest | None
) -> list[SeriesForecast]:
    state = unpacked(made.states[part], len(made.pooled.horizons))
    signal, changed, misses = tracking_signal(state), is_changed(state), state.errors.sum(axis=0)
    bases = np.where(made.figures.inactive[part], 2, np.where(state.level.age == 0, 1, 0))
    qualities = _qualities(tested, part) if tested else [None] * len(keys)
    return [
        SeriesForecast(
            key.product_id,
            key.site_id,
            _forecast(as_of, made, part.start + place),
            (Basis.HISTORY, Basis.NEWCOMER, Basis.INACTIVE)[bases[place]],
            int(state.level.age[place]),
            qualities[place],
            _decimal(signal[place], RATIO_DECIMALS),
            bool(changed[place]),
            bool(changed[place]) and not key.demand_changed,
            _decimal(misses[place], QUANTITY_DECIMALS),
            made.states[part.start + place].tobytes(),
        )
        for place, key in enumerate(keys)
    ]


def _forecast(as_of: date, made: Forecasts, series: int) -> Forecast:
    mean, quantiles = made.figures.mean[:, series], made.figures.quantiles[:, :, series]
    return Forecast(as_of, _decimals(mean), tuple(_decimals(row) for row in quantiles))


def _qualities(tested: Backtest, part: slice) -> list[Quality | None]:
    figures = (tested.wape, tested.bias, tested.pinball, tested.coverage)
    columns = ([_decimal(each, RATIO_DECIMALS) for each in figure[part]] for figure in figures)
    verdicts = [_VERDICTS[number] for number in tested.verdicts()[part]]
    return [Quality(verdict, *row) for verdict, *row in zip(verdicts, *columns, strict=True)]


def _decimals(values: Floats) -> tuple[Decimal, ...]:
    return tuple(Decimal(f"{value:.{QUANTITY_DECIMALS}f}") for value in values.tolist())


def _decimal(value: float, decimals: int) -> Decimal | None:
    return None if np.isnan(value) else Decimal(f"{value:.{decimals}f}")
