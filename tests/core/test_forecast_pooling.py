"""What the products of a shop teach one another: what comes out of the ordinary, seasons of categories, growth, categories by name."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import numpy as np
import pytest

from core.domain.demand import Basis, DemandHistory
from core.forecasting.company import CompanyFit, stepped
from core.forecasting.forecast import HORIZONS, fit
from core.forecasting.history import _WEEK
from core.forecasting.season import NONE, shared_indices
from core.forecasting.series import Demand, Floats

FOUR = HORIZONS.index(4)


def poisson(mean: Floats, periods: int, seed: int = 2) -> Floats:
    return np.random.default_rng(seed).poisson(mean, (periods, len(mean))).astype(np.float32)


class TestOutOfTheOrdinary:
    """A bulk order says little of what comes; yet such orders come, to whoever had some before."""

    def shop(self, bulks: float) -> Demand:
        """200 products of 20 a week; to the first half comes a bulk order of 200 with this probability a week, none lately."""
        random = np.random.default_rng(3)
        quantity = poisson(np.full(200, 20.0, np.float32), 50)
        quantity[:, :100] += 200 * (random.random((50, 100)) < bulks)
        return Demand(quantity)

    def test_one_of_last_week_hardly_raises_what_is_expected(self) -> None:
        """Seen to fail with levels of all demand: 90 % more."""
        quiet = self.shop(0.0)
        once = Demand(quiet.quantity.copy())
        once.quantity[-1, 0] += 200
        expected = [fit(each).figures.mean[FOUR, 0] for each in (quiet, once)]
        assert expected[1] == pytest.approx(expected[0], rel=0.15)

    def test_in_all_they_are_expected_from_those_who_have_them(self) -> None:
        """Seen to fail with the same given back to all, and with nothing."""
        mean = fit(self.shop(0.05)).figures.mean[FOUR]
        assert mean[:100].mean() == pytest.approx(4 * 30, rel=0.08)
        assert mean[100:].mean() == pytest.approx(4 * 20, rel=0.1)


class TestSeason:
    def test_categories_with_seasons_of_their_own_are_each_foreseen(self) -> None:
        """One sells in summer, the other in winter, so that the shop as a whole has no season. Seen to fail with the shop's season
        alone: half a season off, since a year of one product tells little."""
        number, group = np.arange(130), np.repeat([0, 1], 150)
        wave = 0.6 * np.cos(2 * np.pi * (number[:, None] - 10) / 52) * np.where(group, -1, 1)
        quantity = np.random.default_rng(5).poisson(0.7 * (1 + wave)).astype(np.float32)
        made = fit(Demand(quantity[:112]), group)
        assert made.pooled.season.pooled.shape == (52, 3)
        for members in (group == 0, group == 1):
            expected, came = made.figures.mean[HORIZONS.index(13), members].sum(), quantity[112:125, members].sum()
            assert expected == pytest.approx(came, rel=0.15)

    def test_growth_is_no_season(self) -> None:
        """A shop that doubles within a year. Seen to fail with the growth left in the index: twice as much at its end as after it."""
        mean = 10 * 2 ** (np.arange(90) / 52)
        quantity = np.random.default_rng(5).poisson(mean[:, None] * np.ones(200)).astype(np.float32)
        index = shared_indices(Demand(quantity, 7), np.zeros(0, np.intp))[:, 0]
        assert index.max() / index.min() < 1.15
        made = fit(Demand(quantity[:78]))
        assert made.figures.mean[FOUR].sum() == pytest.approx(quantity[78:82].sum(), rel=0.08)

    def test_nor_are_categories_that_differ_by_chance(self) -> None:
        quantity = poisson(np.full(300, 2.0, np.float32), 130)
        assert fit(Demand(quantity), np.arange(300) % 30).pooled.season.kind == NONE


def history(number: int, category: int, weekly: float, since: int, weeks: int, state: bytes = b"") -> DemandHistory:
    """A product that sells the same each week since that one."""
    moved = [(week, weekly, weekly, 0) for week in range(since, weeks)]
    return DemandHistory(
        UUID(int=number),
        UUID(int=1),
        UUID(int=category),
        Decimal(0),
        False,
        since if since < weeks else None,
        None,
        np.array(moved, _WEEK).tobytes(),
        state,
        False,
    )


def test_a_step_knows_the_categories_by_their_names_in_whatever_order_products_come() -> None:
    """A product without a sale of its own is expected to sell what new ones of its category did. Seen to fail with categories numbered
    as they come."""
    weeks, monday = 30, date(2026, 3, 2)
    known = [history(each, 7 + each // 20, 2.0 if each < 20 else 40.0, 3 + each % 10, weeks) for each in range(40)]
    company = CompanyFit(weeks, monday)
    company.add(known)
    pooled, batches = company.learn()
    list(batches)
    new = [
        DemandHistory(UUID(int=number), UUID(int=1), UUID(int=category), Decimal(0), False, None, None, b"", b"", False)
        for number, category in ((101, 8), (100, 7), (102, 99))
    ]
    [batch] = stepped(new, pooled, date(2026, 3, 9))
    assert {one.basis for one in batch} == {Basis.NEWCOMER}
    weekly = [float(one.forecast.mean[0]) for one in batch]
    assert weekly[:2] == pytest.approx([40, 2], rel=0.1)
    assert 2 < weekly[2] < 40
