"""The weeks of which something is known are the same for a chart, one product at a time, and for forecasts, all at once."""

import math
from decimal import Decimal
from struct import pack
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from core.domain.demand import DemandHistory, known_weeks
from core.forecasting.history import quantities

WEEKS = 12
units = st.integers(0, 40)
moved = st.dictionaries(st.integers(0, WEEKS - 1), st.tuples(units, units), max_size=WEEKS)
week = st.none() | st.integers(0, WEEKS - 1)


@given(moved, st.integers(0, 60), st.booleans(), week, week)
def test_a_chart_knows_the_weeks_that_a_forecast_knows(
    moved: dict[int, tuple[int, int]], on_hand: int, below_zero: bool, listed: int | None, opened: int | None
) -> None:
    """Seen to fail without the weeks before the listing left out, and without those in which nothing could be sold."""
    weeks = b"".join(pack(">hffd", number, sold, came, came - sold) for number, (sold, came) in sorted(moved.items()))
    history = DemandHistory(
        UUID(int=1), UUID(int=2), None, Decimal(on_hand), below_zero, listed, opened, weeks, b"", False
    )
    expected = [None if math.isnan(each) else Decimal(int(each)) for each in quantities([history], WEEKS)[:, 0]]
    assert known_weeks(history, WEEKS) == expected
