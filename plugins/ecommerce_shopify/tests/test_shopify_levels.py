"""Levels go out by compare-and-set, all rows of a request or none, and each row that is wrong is found."""

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from core.ports.failures import Ambiguous, PermanentlyRejected, RateLimited
from core.ports.http import HttpAnswer, HttpRequest
from core.ports.storefront import Level, MovedLevel, RefusedLevel, ShownLevel
from core.testing.plugin_context import Answering, plugin_context
from ecommerce_shopify.storefront import ShopifyStorefront

from .connected import settings_of, storefront_of
from .fake_shopify import FakeShopify, Fault
from .fake_shopify.records import gid

pytestmark = pytest.mark.anyio


class Told:
    """The shop, and what was sent to it."""

    def __init__(self, skus: Sequence[str]) -> None:
        self.shop = FakeShopify()
        self.ids = self.shop.sell(skus)
        self.place = gid("Location", self.shop.location)
        self.line = Answering(self.shop.send)
        self.storefront = ShopifyStorefront(plugin_context(settings_of(self.shop), http=self.line))

    def level(self, sku: str, quantity: str | int, last_seen: int | None = None, key: str = "k") -> Level:
        seen = None if last_seen is None else Decimal(last_seen)
        return Level(self.ids[sku], self.place, Decimal(quantity), seen, f"{key} {sku}" if key else "")

    def sets(self) -> list[dict[str, Any]]:
        """The variables of each request that sets levels."""
        bodies = [json.loads(one.body) for one in self.line.sent if one.url.endswith("graphql.json")]
        return [body["variables"] for body in bodies if body["query"].startswith("mutation SetLevels")]


async def test_what_was_not_seen_is_said_to_be_null_and_not_left_out() -> None:
    """Seen to fail when None was dropped from the variables."""
    told = Told(["A"])
    assert await told.storefront.push_levels([told.level("A", 3)]) == []
    (row,) = told.sets()[0]["input"]["quantities"]
    assert row == {
        "inventoryItemId": told.ids["A"],
        "locationId": told.place,
        "quantity": 3,
        "changeFromQuantity": None,
    }


async def test_the_shops_history_names_where_the_change_came_from() -> None:
    told = Told(["A"])
    await told.storefront.push_levels([told.level("A", 3)])
    sent = told.sets()[0]
    assert (sent["input"]["name"], sent["input"]["reason"]) == ("available", "correction")
    assert sent["input"]["referenceDocumentUri"] == f"gid://pirwa/StockSync/{sent['key']}"


async def test_the_same_intents_have_the_same_key_and_others_another() -> None:
    """Seen to fail when each request had a key of its own."""
    told = Told(["A", "B"])
    both = [told.level("A", 3, 0), told.level("B", 4, 0)]
    for levels in (both, both, both[:1], [told.level("A", 3, 0, key="other")]):
        await told.storefront.push_levels(levels)
    keys = [one["key"] for one in told.sets()]
    assert keys[0] == keys[1]
    assert len(set(keys)) >= 3
    assert told.shop.shown() == {"A": 3, "B": 4}


async def test_an_answer_that_is_lost_is_asked_for_again_under_the_same_key_and_counts_once() -> None:
    """Seen to fail when each request had a key of its own: the second found the level moved."""
    told = Told(["A"])
    intent = told.level("A", 5, 0)
    await told.storefront.check()
    told.shop.faults.coming = [Fault.LOST]
    with pytest.raises(Ambiguous):
        await told.storefront.push_levels([intent])
    assert await told.storefront.push_levels([intent]) == []
    assert told.shop.shown() == {"A": 5}


async def test_an_intent_without_a_key_is_never_taken_for_one_that_was_done() -> None:
    told = Told(["A"])
    await told.storefront.push_levels([told.level("A", 5, key="")])
    told.shop.edit(told.ids["A"], 1)
    await told.storefront.push_levels([told.level("A", 5, key="")])
    assert told.shop.shown() == {"A": 5}


async def test_rows_that_moved_are_returned_with_what_they_show_and_the_rest_is_set() -> None:
    """Seen to fail when a stale row was taken for one that is set."""
    told = Told(["A", "B", "C", "D"])
    told.shop.edit(told.ids["B"], 8)
    told.shop.edit(told.ids["D"], 9)
    unknown = Level(gid("InventoryItem", 42), told.place, Decimal(1), Decimal(0), "k 42")
    levels = [told.level(sku, 5, 0) for sku in "ABCD"]
    faults = await told.storefront.push_levels([*levels[:2], unknown, *levels[2:]])
    assert sorted(faults, key=repr) == sorted(
        [
            MovedLevel(told.ids["B"], told.place, Decimal(8)),
            MovedLevel(told.ids["D"], told.place, Decimal(9)),
            RefusedLevel(unknown.item, told.place, "The specified inventory item could not be found."),
        ],
        key=repr,
    )
    assert told.shop.shown() == {"A": 5, "B": 8, "C": 5, "D": 9}


async def test_an_intent_that_failed_before_is_tried_under_a_new_key() -> None:
    told = Told(["A"])
    told.shop.edit(told.ids["A"], 8)
    intent = told.level("A", 5, 0)
    assert await told.storefront.push_levels([intent]) == [MovedLevel(intent.item, told.place, Decimal(8))]
    told.shop.edit(told.ids["A"], 0)
    assert await told.storefront.push_levels([intent]) == []
    assert told.shop.shown() == {"A": 5}


async def test_what_is_not_counted_yet_is_counted_from_then_on_even_at_the_same_quantity() -> None:
    """An item that is not counted is sold without end. Seen to fail when only a refused row was looked at."""
    told = Told(["A"])
    told.shop.variant(told.ids["A"]).tracked = False
    assert await told.storefront.levels([told.ids["A"]]) == [ShownLevel(told.ids["A"], told.place, None)]
    assert await told.storefront.push_levels([told.level("A", 0)]) == []
    assert told.shop.variant(told.ids["A"]).tracked
    assert await told.storefront.levels([told.ids["A"]]) == [ShownLevel(told.ids["A"], told.place, Decimal(0))]


async def test_what_is_not_stocked_there_yet_is_stocked() -> None:
    told = Told(["A", "B"])
    del told.shop.shop.levels[told.shop.variant(told.ids["A"]).item, told.shop.location]
    told.shop.level(told.ids["B"]).active = False
    assert [one.quantity for one in await told.storefront.levels(list(told.ids.values()))] == [None, None]
    assert await told.storefront.push_levels([told.level("A", 3), told.level("B", 4)]) == []
    assert told.shop.shown() == {"A": 3, "B": 4}


async def test_what_is_no_longer_stocked_there_is_stocked_again_and_compared() -> None:
    told = Told(["A", "B"])
    await told.storefront.push_levels([told.level("A", 3), told.level("B", 3)])
    told.shop.level(told.ids["A"]).active = False
    assert await told.storefront.push_levels([told.level("A", 4, 3), told.level("B", 4, 3)]) == []
    assert told.shop.shown() == {"A": 4, "B": 4}


async def test_as_many_levels_as_fit_go_in_one_request() -> None:
    told = Told([f"S{number}" for number in range(520)])
    await told.storefront.push_levels([told.level(sku, 1, 0) for sku in told.ids])
    assert [len(one["input"]["quantities"]) for one in told.sets()] == [250, 250, 20]


async def test_of_two_levels_of_one_place_the_later_counts() -> None:
    told = Told(["A"])
    assert await told.storefront.push_levels([told.level("A", 3, 0), told.level("A", 4, 0, key="later")]) == []
    assert told.shop.shown() == {"A": 4}


async def test_more_than_shopify_can_count_is_refused_without_asking() -> None:
    told = Told(["A", "B"])
    faults = await told.storefront.push_levels([told.level("A", 1_000_000_001, 0), told.level("B", "1000000000.9", 0)])
    assert faults == [RefusedLevel(told.ids["A"], told.place, "a level cannot be higher than 1,000,000,000")]
    assert told.shop.shown() == {"A": 0, "B": 1_000_000_000}


async def test_a_level_below_0_is_shown_as_it_is() -> None:
    told = Told(["A"])
    told.shop.place((told.ids["A"], 2))
    assert await told.storefront.levels([told.ids["A"]]) == [ShownLevel(told.ids["A"], told.place, Decimal(-2))]
    assert await told.storefront.push_levels([told.level("A", 0, -2)]) == []


async def test_each_location_shows_its_own() -> None:
    shop = FakeShopify()
    second = shop.add_location("The second shop")
    places = {"UIO": gid("Location", shop.location), "GYE": gid("Location", second)}
    storefront, (item,) = storefront_of(shop, locations=places), shop.sell(["A"]).values()
    levels = [Level(item, places["UIO"], Decimal(2), None, "1"), Level(item, places["GYE"], Decimal(7), None, "2")]
    assert await storefront.push_levels(levels) == []
    assert [(one.location, one.quantity) for one in await storefront.levels([item])] == [
        (places["UIO"], Decimal(2)),
        (places["GYE"], Decimal(7)),
    ]


# ---- answers that no recording has


def _answering(*payloads: list[dict[str, Any]]) -> tuple[ShopifyStorefront, Answering]:
    """A shop that answers requests to set levels with these user errors in turn, and knows no items."""
    waiting = list(payloads)

    async def answer(request: HttpRequest) -> HttpAnswer:
        body = json.loads(request.body)
        if "SetLevels" not in body["query"]:
            return HttpAnswer(200, {}, json.dumps({"data": {"nodes": []}}).encode())
        errors = waiting.pop(0) if waiting else []
        data = {"inventorySetQuantities": {"inventoryAdjustmentGroup": None, "userErrors": errors}}
        return HttpAnswer(200, {}, json.dumps({"data": data}).encode())

    line = Answering(answer)
    settings = settings_of(FakeShopify(), client_id=None, access_token="shpat_x")
    return ShopifyStorefront(plugin_context(settings, http=line)), line


ROWS = [
    Level(gid("InventoryItem", number), gid("Location", 1), Decimal(1), Decimal(0), str(number)) for number in range(5)
]


def _stale(field: list[str | int] | None) -> dict[str, Any]:
    return {"message": "stale", "code": "CHANGE_FROM_QUANTITY_STALE", "field": field}


@pytest.mark.parametrize("index", ["3", 3])
async def test_the_number_of_a_row_is_read_as_text_or_number(index: str | int) -> None:
    storefront, _ = _answering([_stale(["input", "quantities", index, "changeFromQuantity"])])
    assert await storefront.push_levels(ROWS) == [MovedLevel(ROWS[3].item, ROWS[3].location, None)]


async def test_where_no_row_is_named_it_is_searched_for() -> None:
    """Seen to fail when an error without a row ended the whole call."""

    async def answer(request: HttpRequest) -> HttpAnswer:
        body = json.loads(request.body)
        if "SetLevels" not in body["query"]:
            return HttpAnswer(200, {}, json.dumps({"data": {"nodes": []}}).encode())
        items = [row["inventoryItemId"] for row in body["variables"]["input"]["quantities"]]
        errors = [_stale(None)] if ROWS[3].item in items else []
        return HttpAnswer(200, {}, json.dumps({"data": {"inventorySetQuantities": {"userErrors": errors}}}).encode())

    settings = settings_of(FakeShopify(), client_id=None, access_token="shpat_x")
    storefront = ShopifyStorefront(plugin_context(settings, http=Answering(answer)))
    assert await storefront.push_levels(ROWS) == [MovedLevel(ROWS[3].item, ROWS[3].location, None)]


@pytest.mark.parametrize("code", ["IDEMPOTENCY_KEY_PARAMETER_MISMATCH", "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED"])
async def test_a_spent_key_is_replaced(code: str) -> None:
    storefront, line = _answering([{"message": "spent", "code": code, "field": None}])
    assert await storefront.push_levels(ROWS) == []
    keys = [json.loads(one.body)["variables"]["key"] for one in line.sent]
    assert len(set(keys)) == len(keys) == 2


async def test_a_request_that_is_still_being_worked_on_is_waited_for_under_its_key() -> None:
    error = {"message": "still at it", "code": "IDEMPOTENCY_CONCURRENT_REQUEST", "field": None}
    storefront, line = _answering([error])
    with pytest.raises(RateLimited):
        await storefront.push_levels(ROWS)
    assert await storefront.push_levels(ROWS) == []
    keys = [json.loads(one.body)["variables"]["key"] for one in line.sent]
    assert len(keys) == 2
    assert len(set(keys)) == 1


@pytest.mark.parametrize("code", ["INVALID_REASON", "INVALID_REFERENCE_DOCUMENT", None])
async def test_what_is_wrong_with_the_request_is_no_fault_of_a_row(code: str | None) -> None:
    storefront, _ = _answering([{"message": "no such reason", "code": code, "field": ["input", "reason"]}])
    with pytest.raises(PermanentlyRejected, match="no such reason"):
        await storefront.push_levels(ROWS)
