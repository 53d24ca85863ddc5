"""A forecast week by week."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate, pairwise

from hypothesis import given
from hypothesis import strategies as st

from core.domain.forecast import HORIZONS, PROBABILITIES, Forecast
from core.domain.forecast_weeks import weeks_of

MONDAY = date(2026, 3, 2)
steps = st.lists(st.decimals(0, 1000, places=6), min_size=len(HORIZONS), max_size=len(HORIZONS))


def rising(added: Sequence[Decimal]) -> tuple[Decimal, ...]:
    return tuple(accumulate(added))


@given(steps, st.lists(steps, min_size=len(PROBABILITIES), max_size=len(PROBABILITIES)))
def test_weeks_add_up_and_never_fall(mean: list[Decimal], rows: list[list[Decimal]]) -> None:
    """Whatever the figures of the quantiles are. Seen to fail with a week's quantiles as the differences of the sums alone."""
    weeks = weeks_of(Forecast(MONDAY, rising(mean), tuple(rising(row) for row in rows)))
    assert [week.first_day for week in weeks] == [MONDAY + timedelta(weeks=number) for number in range(HORIZONS[-1])]
    for place, horizon in enumerate(HORIZONS):
        assert sum(week.mean for week in weeks[:horizon]) == weeks[horizon - 1].total_mean == rising(mean)[place]
    for week in weeks:
        assert week.mean >= 0
        assert [*week.quantiles] == sorted(week.quantiles)
        assert [*week.total_quantiles] == sorted(week.total_quantiles)
        assert week.quantiles[0] >= 0
    for before, after in pairwise(weeks):
        assert all(low <= high for low, high in zip(before.total_quantiles, after.total_quantiles, strict=True))
