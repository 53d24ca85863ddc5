"""What a chart of a product's demand shows: the weeks behind, and those to come."""

from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from adapters.postgres.engine import Database
from core.domain.ids import new_id
from tests.api import Api
from tests.apps.test_forecasting import noon, sold_weekly, this_monday, work

pytestmark = pytest.mark.anyio

SOLD = [4, 6, 0, 0, 0, 3, 0, 5, 8, 2]


@pytest.fixture(scope="module")
async def dispatch(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url, role="pirwa_dispatch", size=2)
    await database.open()
    yield database
    await database.close()


async def a_past(api: Api, dispatch: Database) -> Any:
    """Of TEA ten weeks: after the second week there was nothing to sell for two. Of CUP nothing but what is at GYE."""
    monday, shop = this_monday(), api.shop
    tea, cup = await shop.product("TEA"), await shop.product("CUP")
    await shop.post("receipt", "TEA", 10, at=noon(monday, 10, 0))
    await shop.post("receipt", "TEA", 90, at=noon(monday, 6, 0))
    await sold_weekly(shop, "TEA", SOLD, monday)
    await shop.post("receipt", "CUP", 10, site="GYE", at=noon(monday, 3, 0))
    await shop.post("sale", "CUP", 4, site="GYE", at=noon(monday, 2))
    await work(shop, dispatch, monday)
    return tea, cup


async def test_weeks_behind_are_what_was_sold_and_null_where_there_was_nothing_to_sell(
    api: Api, dispatch: Database
) -> None:
    """Seen to fail with weeks without stock as 0, and with the sales of all products."""
    tea, _ = await a_past(api, dispatch)
    viewer = await api.client("viewer", "UIO")
    [series] = (await viewer.get_ok(f"/forecasts/{tea}", weeks=12))["sites"]
    monday = this_monday()
    assert [one["week"] for one in series["past"]] == [str(monday - timedelta(weeks=back)) for back in range(12, 0, -1)]
    expected = [None, None, "4", "6", None, None, "0", "3", "0", "5", "8", "2"]
    assert [one["demand"] for one in series["past"]] == expected
    assert (series["site"], series["as_of"], series["on_hand"]) == ("UIO", str(monday), "72")
    [short] = (await viewer.get_ok(f"/forecasts/{tea}", weeks=1))["sites"]
    assert short["past"] == series["past"][-1:]


async def test_weeks_to_come_add_up_to_the_forecast_and_never_fall(api: Api, dispatch: Database) -> None:
    tea, _ = await a_past(api, dispatch)
    viewer = await api.client("viewer", "UIO")
    [series] = (await viewer.get_ok(f"/forecasts/{tea}"))["sites"]
    [listed] = (await viewer.get_ok("/forecasts", product="TEA", site="UIO"))["items"]
    weeks = series["coming"]
    assert [one["week"] for one in weeks] == [str(this_monday() + timedelta(weeks=number)) for number in range(26)]
    for horizon in listed["horizons"]:
        upto = weeks[: horizon["weeks"]]
        assert sum(Decimal(one["mean"]) for one in upto) == Decimal(horizon["mean"])
        assert upto[-1]["cumulated_mean"] == horizon["mean"]
        assert upto[-1]["cumulated_quantiles"] == horizon["quantiles"]
    for one in weeks:
        band = [Decimal(each) for each in one["quantiles"].values()]
        assert band == sorted(band)
        assert band[0] >= 0
    assert weeks[0]["quantiles"] == listed["horizons"][0]["quantiles"]
    assert {name: series[name] for name in ("quality", "depletes_on", "at_risk_on")} == {
        name: listed[name] for name in ("quality", "depletes_on", "at_risk_on")
    }


async def test_of_a_product_everybody_sees_the_sites_within_reach(api: Api, dispatch: Database) -> None:
    """Seen to fail with all sites of the company."""
    tea, cup = await a_past(api, dispatch)
    everywhere, here = await api.client("manager"), await api.client("manager", "UIO")
    assert [one["site"] for one in (await everywhere.get_ok(f"/forecasts/{cup}"))["sites"]] == ["GYE"]
    assert (await here.get_ok(f"/forecasts/{cup}"))["sites"] == []
    assert (await everywhere.get_ok(f"/forecasts/{tea}", site="gye"))["sites"] == []
    assert [one["site"] for one in (await everywhere.get_ok(f"/forecasts/{tea}", site="uio"))["sites"]] == ["UIO"]
    assert (await everywhere.get(f"/forecasts/{new_id()}")).status_code == 404
    assert (await (await api.client("operator")).get(f"/forecasts/{tea}")).status_code == 403
