"""Where the figures of a policy come from: what people set, a season, or the forecast and the lead time of the supplier."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.postgres.verification import PostgresVerifier
from apps.settings import Settings
from core.domain.forecast import HORIZONS, PROBABILITIES, Forecast
from tests.api import Api
from tests.apps.replenishing import TODAY, Storeroom, storeroom

pytestmark = pytest.mark.anyio

_NUMBERS = count()
NORMAL = tuple(map(Decimal, ("0", "0.841621", "1.281552", "1.644854", "2.053749", "2.326348")))


@pytest.fixture
async def room(api: Api, settings: Settings) -> AsyncIterator[Storeroom]:
    async with storeroom(api, settings) as opened:
        yield opened


SERVICE = {"method": "service_level", "service_level": "0.9"}


class TestServiceLevel:
    async def test_the_figures_follow_from_forecast_lead_time_and_review(self, room: Storeroom) -> None:
        """Seven a week, seven days of lead and one of review: eight expected, and at 0.9 two of the steps above."""
        await room.sells("ACME", "TEA", lead_time_days=7)
        await room.forecast("TEA", 7, "3.25")
        await room.policy("TEA", 1, 2, **SERVICE)
        await room.follow()
        found = await room.policies("TEA")
        assert (found["minimum"], found["target"], found["level_source"]) == ("15", "22", "forecast")
        assert (found["fixed_minimum"], found["fixed_target"]) == ("1", "2")
        assert found["basis"] == {
            **{"service_level": "0.9", "forecast_as_of": "2026-03-02", "supplier": "ACME", "lead_days": "7"},
            **{"lead_spread": "0", "lead_source": "declared", "review_days": 1, "cover_days": 7},
            **{"expected": "8", "quantile": "14.5", "safety": "6.5", "expected_of_cover": "7"},
        }
        why = (await room.proposal("TEA"))["why"]
        assert (why["level_source"], why["basis"], why["needed"]) == ("forecast", found["basis"], "22")

    async def test_low_stock_is_told_by_the_same_figures(self, room: Storeroom) -> None:
        await room.sells("ACME", "TEA")
        await room.forecast("TEA", 7)
        await room.stock("TEA", 6)
        await room.policy("TEA", 1, 2, **SERVICE)
        await room.follow()
        assert await room.shop.event_types("low_stock") == ["low_stock"]
        await room.follow()
        await room.stock("TEA", 3)
        assert await room.shop.event_types("low_stock_ended") == ["low_stock_ended"]
        verifier = PostgresVerifier(room.shop.database)
        assert not any([await verifier.differences(room.shop.company_id, "shop", check) for check in verifier.checks])

    async def test_without_a_forecast_the_fixed_figures_count_and_that_is_said(self, room: Storeroom) -> None:
        await room.sells("ACME", "TEA")
        await room.policy("TEA", 5, 20, **SERVICE)
        await room.follow()
        found = await room.policies("TEA")
        assert (found["minimum"], found["target"], found["level_source"], found["basis"]) == (
            *("5", "20", "no_forecast"),
            None,
        )
        assert (await room.proposal("TEA"))["why"]["level_source"] == "no_forecast"
        await room.forecast("TEA", 7)
        room.clock.at += timedelta(days=1)
        await room.follow()
        assert (await room.policies("TEA"))["level_source"] == "forecast"
        room.clock.at += timedelta(days=40)
        await room.follow()
        assert (await room.policies("TEA"))["level_source"] == "no_forecast"

    async def test_a_forecast_from_a_few_weeks_does_not_push_aside_what_people_set(self, room: Storeroom) -> None:
        """Seen to fail when any forecast counted: that of a product that was listed last week foretells nothing."""
        await room.sells("ACME", "TEA", "COFFEE")
        for sku, weeks in (("TEA", 3), ("COFFEE", 4)):
            await room.policy(sku, 5, 20, **SERVICE)
            await room.forecast(sku, 7, weeks_known=weeks)
        await room.follow()
        assert (await room.policies("TEA"))["level_source"] == "no_forecast"
        assert (await room.policies("COFFEE"))["level_source"] == "forecast"

    async def test_what_receipts_taught_counts_once_there_are_enough(self, room: Storeroom) -> None:
        """Five receipts after 7, 7, 7, 7 and 12 days: eight on average, and their spread is in the safety stock."""
        await room.sells("ACME", "TEA", lead_time_days=7)
        await room.forecast("TEA", 7)
        await room.policy("TEA", 1, 2, **SERVICE)
        for receipts, days, squares in ((4, 28, 196), (5, 40, 340)):
            await self.learn(room, receipts, days, squares)
            room.clock.at += timedelta(days=1)
            await room.follow()
            found = (await room.policies("TEA"))["basis"]
            assert found["lead_source"] == ("declared" if receipts == 4 else "observed")
        assert (found["lead_days"], found["lead_spread"]) == ("8", "2.2361")
        assert found["safety"] == str(round(NORMAL[2] * Decimal("2.2361"), 6))
        assert (await room.proposal("TEA"))["why"]["chosen"]["lead_spread"] == "2.2361"

    async def learn(self, room: Storeroom, receipts: int, days: int, squares: int) -> None:
        await room.shop.fetch(
            "INSERT INTO lead_time_stat (company_id, supplier_id, product_id, receipts, days, days_squared, promised, on_time)"
            " VALUES (%s, %s, %s, %s, %s, %s, 0, 0) ON CONFLICT (company_id, supplier_id, product_id) DO UPDATE"
            " SET receipts = excluded.receipts, days = excluded.days, days_squared = excluded.days_squared",
            *(room.shop.company_id, room.suppliers["ACME"], await room.product("TEA"), receipts, days, squares),
        )


class TestSeason:
    async def test_a_periods_figures_count_while_it_lasts(self, room: Storeroom) -> None:
        season = {
            **{"valid_from": str(TODAY + timedelta(days=2)), "valid_to": str(TODAY + timedelta(days=3))},
            **{"minimum": "40", "target": "90"},
        }
        await room.sells("ACME", "TEA")
        await room.stock("TEA", 30)
        await room.policy("TEA", 10, 20, review_days=30, periods=[season])
        assert (await room.follow()).proposed == 0
        seen = []
        for _ in range(5):
            await room.follow()
            found = await room.policies("TEA")
            waiting = [one["quantity"] for one in await room.proposals()]
            seen.append((found["minimum"], found["target"], found["level_source"], waiting))
            room.clock.at += timedelta(days=1)
        assert seen == [
            *[("10", "20", "fixed", [])] * 2,
            *[("40", "90", "period", ["60"])] * 2,
            ("10", "20", "fixed", []),
        ]

    async def test_a_period_may_want_another_service_level(self, room: Storeroom) -> None:
        await room.sells("ACME", "TEA")
        await room.forecast("TEA", 7, 1)
        season = {"valid_from": str(TODAY), "valid_to": str(TODAY), "service_level": "0.99"}
        await room.policy("TEA", 10, 20, periods=[season])
        await room.follow()
        found = await room.policies("TEA")
        assert (found["level_source"], found["basis"]["quantile"], found["minimum"]) == ("forecast", "13", "13")
        assert found["periods"] == [{**season, "minimum": None, "target": None}]


DECIMALS = st.decimals(0, 500, places=3)


@st.composite
def forecasts(draw: st.DrawFn) -> Forecast:
    """Figures that do not fall with the horizon nor with the probability."""
    rows, below = [], [Decimal(0)] * len(HORIZONS)
    for _ in range(len(PROBABILITIES) + 1):
        row, total = [], Decimal(0)
        for floor in below:
            total = max(total, floor) + draw(DECIMALS)
            row.append(total)
        rows.append(tuple(row))
        below = row
    return Forecast(date(2026, 3, 2), rows[0], tuple(rows[1:]))


@given(
    forecast=forecasts(),
    probability=st.decimals("0.5", "0.99", places=3),
    lead=st.integers(0, 250),
    spread=st.tuples(st.integers(5, 9), st.lists(st.integers(0, 9), min_size=5, max_size=5)),
    review=st.integers(1, 30),
    cover=st.integers(1, 60),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_the_figures_are_those_of_the_formulas(
    room: Storeroom,
    forecast: Forecast,
    probability: Decimal,
    lead: int,
    spread: tuple[int, list[int]],
    review: int,
    cover: int,
) -> None:
    """Against the same formulas over the domain's forecast, as the comment at `replenishment_levels` states them."""
    sku = f"P{next(_NUMBERS)}"
    await room.sells("ACME", sku, lead_time_days=lead)
    product = await room.product(sku)
    days = [lead + more for more in spread[1]]
    await room.shop.fetch(
        "INSERT INTO lead_time_stat (company_id, supplier_id, product_id, receipts, days, days_squared, promised, on_time)"
        " VALUES (%s, %s, %s, 5, %s, %s, 0, 0)",
        *(room.shop.company_id, room.suppliers["ACME"], product, sum(days), sum(one * one for one in days)),
    )
    await room.shop.fetch(
        "INSERT INTO demand_forecast (company_id, product_id, site_id, as_of, mean, q50, q80, q90, q95, q98, q99, weeks)"
        " VALUES (%s, %s, %s, '2026-03-02', %s, %s, %s, %s, %s, %s, %s, 52)",
        *(room.shop.company_id, product, room.shop.sites["UIO"], list(forecast.mean)),
        *(list(row) for row in forecast.quantiles),
    )
    level = str(probability)
    await room.policy(sku, 0, 1, method="service_level", service_level=level, review_days=review, cover_days=cover)
    await room.propose()
    found = await room.policies(sku)
    expected = expected_levels(forecast, probability, days, review, max(cover, review))
    assert abs(Decimal(found["minimum"]) - expected[0]) <= 1
    assert abs(Decimal(found["target"]) - expected[1]) <= 2
    assert Decimal(found["minimum"]) % 1 == 0


def expected_levels(
    forecast: Forecast, probability: Decimal, days: list[int], review: int, cover: int
) -> tuple[Decimal, Decimal]:
    lead = (Decimal(sum(days)) / 5).quantize(Decimal("0.0001"))
    variance = sum(((one - Decimal(sum(days)) / 5) ** 2 for one in days), Decimal(0)) / 4
    ahead = lead + review
    mean = forecast.mean_over(ahead)
    beyond = max(forecast.quantile_over(ahead, probability) - mean, Decimal(0))
    above = max(next(place for place, one in enumerate(PROBABILITIES) if one >= probability), 1)
    share = (probability - PROBABILITIES[above - 1]) / (PROBABILITIES[above] - PROBABILITIES[above - 1])
    score = NORMAL[above - 1] + (NORMAL[above] - NORMAL[above - 1]) * share
    safety = (beyond**2 + (score * mean / ahead) ** 2 * variance).sqrt()
    minimum = (mean + safety).to_integral_value(ROUND_CEILING)
    more = (forecast.mean_over(ahead + cover) - mean).to_integral_value(ROUND_CEILING)
    return minimum, minimum + more
