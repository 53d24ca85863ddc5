"""Quantiles of distributions against the tables of others, and of stored forecasts between their horizons."""

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.depletion import Receipt, depletion
from core.domain.forecast import HORIZONS, PROBABILITIES, Forecast
from core.forecasting.forecast import PROBABILITIES as AS_FLOATS
from core.forecasting.gamma import gamma_quantiles
from core.forecasting.negative_binomial import demand_quantiles

MONDAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("mean", "variance", "expected"),
    [(10, 20, [9, 14, 16, 18, 21, 23]), (2, 6, [1, 3, 5, 7, 9, 11])],
)
def test_quantiles_of_counts(mean: float, variance: float, expected: list[int]) -> None:
    found = demand_quantiles(np.array([mean], np.float32), np.array([variance], np.float32), AS_FLOATS)
    assert found[:, 0].tolist() == expected


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        (0.25, [0.0436738, 0.36308525, 0.75039287, 1.21011614, 1.88702152, 2.43388542]),
        (2, [1.67834699, 2.99430835, 3.88972017, 4.74386452, 5.8339217, 6.63835207]),
        (40, [39.66716501, 45.20267427, 48.28910181, 50.93973698, 54.03466905, 56.16439626]),
    ],
)
def test_quantiles_of_the_gamma_distribution(shape: float, expected: list[float]) -> None:
    found = gamma_quantiles(np.array([shape], np.float32), np.array([10], np.float32), AS_FLOATS)
    assert found[:, 0] == pytest.approx(np.array(expected) * 10, rel=0.005)


def steady(weekly: int) -> Forecast:
    """So much a week; quantiles lie above it by a tenth for each of the probabilities."""
    mean = tuple(Decimal(weekly * weeks) for weeks in HORIZONS)
    return Forecast(
        MONDAY, mean, tuple(tuple(each * (10 + row) / 10 for each in mean) for row in range(len(PROBABILITIES)))
    )


def test_figures_lie_on_straight_lines() -> None:
    forecast = Forecast(
        MONDAY,
        tuple(map(Decimal, (7, 10, 10, 20, 20, 20, 70, 200))),
        tuple(tuple(Decimal(8 * weeks) for weeks in HORIZONS) for _ in PROBABILITIES),
    )
    days = {0: "0", 3: "3", 7: "7", 10: "8.285714", 21: "10", 182: "200", 196: "220"}
    assert {each: forecast.mean_over(each) for each in days} == {each: Decimal(figure) for each, figure in days.items()}
    assert forecast.mean_over(Decimal("3.5")) == Decimal("3.5")


def test_probabilities_between_and_beyond_those_that_are_kept() -> None:
    forecast = steady(10)
    wanted: dict[str, Decimal | int] = {
        "0.5": 20,
        "0.65": 21,
        "0.8": 22,
        "0.985": Decimal("28.999999"),
        "0.99": 30,
        "0.1": 20,
        "0.999": 30,
    }
    found = {each: forecast.quantile_over(14, Decimal(each)) for each in wanted}
    assert found == pytest.approx({each: Decimal(figure) for each, figure in wanted.items()}, abs=Decimal("0.000002"))


@given(st.integers(0, 400), st.integers(0, 400), st.decimals("0.5", "0.99", places=3))
def test_more_days_never_bring_less_demand(first: int, second: int, probability: Decimal) -> None:
    forecast, (less, more) = steady(13), sorted((first, second))
    assert forecast.mean_over(less) <= forecast.mean_over(more)
    assert forecast.quantile_over(less, probability) <= forecast.quantile_over(more, probability)


class TestDepletion:
    today = MONDAY + timedelta(days=2)

    def days(self, on_hand: int, *receipts: tuple[int, int]) -> tuple[int | None, int | None]:
        coming = [Receipt(self.today + timedelta(days=day), Decimal(quantity)) for day, quantity in receipts]
        found = depletion(Decimal(on_hand), coming, steady(7), self.today)
        expected, at_risk = (
            None if day is None else (day - self.today).days for day in (found.expected_on, found.at_risk_on)
        )
        return expected, at_risk

    def test_stock_is_used_up_when_demand_exceeds_it(self) -> None:
        """One a day; nine times out of ten not more than 1.2 a day."""
        assert self.days(10) == (11, 9)
        assert self.days(0) == (1, 1)
        assert self.days(-1) == (0, 0)
        assert self.days(1000) == (None, None)

    def test_what_comes_in_time_puts_it_off_and_what_comes_too_late_does_not(self) -> None:
        assert self.days(10, (5, 10)) == (21, 17)
        assert self.days(10, (12, 10)) == (11, 9)
        assert self.days(10, (10, 10)) == (21, 9)

    def test_what_should_have_come_counts_from_today(self) -> None:
        assert self.days(0, (-30, 10)) == (11, 9)
