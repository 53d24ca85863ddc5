"""What every `Storefront` does. A plugin's suite subclasses the contract and gives it the other side to work on."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Protocol

import pytest

from core.domain.remote_order import RemoteOrder
from core.ports.failures import Ambiguous, AuthFailed, PortFailure, RateLimited, Transient
from core.ports.storefront import Item, Level, MovedLevel, Price, RefusedLevel, Storefront

HOOK = "https://stock.example.org/api/v1/hooks/plugin/token"


class OtherSide(Protocol):
    """The shop that a storefront talks to, as far as the contract must arrange it and look at it. Ids are the shop's own."""

    @property
    def storefront(self) -> Storefront:
        """The storefront under test, connected to this shop; its settings name `location` and no other."""
        ...

    @property
    def location(self) -> str:
        """The id of a place from which the shop sells."""
        ...

    @property
    def whole_units(self) -> bool:
        """Whether the shop counts in whole units only."""
        ...

    @property
    def many(self) -> int:
        """More items than any page or call of the shop takes at once."""
        ...

    @property
    def unknown_item(self) -> str:
        """An id that could be an item's and is none's."""
        ...

    @property
    def unknown_order(self) -> str:
        """An id that could be an order's and is none's."""
        ...

    async def sell(self, skus: Sequence[str]) -> Mapping[str, str]:
        """The shop sells an item of each of these SKUs, and no others; none has a level yet, or 0. Returns the items' ids by SKU."""
        ...

    async def shown(self) -> Mapping[str, Decimal]:
        """The levels that the shop shows at `location`, by item. Those of 0 may be absent."""
        ...

    async def edit(self, item: str, quantity: Decimal) -> None:
        """Somebody sets the level of an item at `location` in the shop itself."""
        ...

    async def prices(self) -> Mapping[str, Decimal]:
        """What the items cost, by item."""
        ...

    async def place(self, item: str, quantity: Decimal) -> str:
        """A customer orders and pays for so many of an item that has enough. Returns the order's id."""
        ...

    async def cancel(self, order: str) -> None:
        """The shop cancels an order that was placed, whole."""
        ...

    async def fulfil(self, order: str) -> None:
        """The shop sends out all of an order."""
        ...

    async def told(self) -> Sequence[str]:
        """The addresses that are told of what happens, one for each subscription; none where the shop has no webhooks."""
        ...

    async def refuse(self, failure: type[PortFailure] | None) -> None:
        """From now on the shop answers every call in the way that means this failure, or as it should. With `Ambiguous` it does what it
        is told to change, and its answer to that never comes."""
        ...


class StorefrontContract:
    """Subclass it and override `other_side`."""

    pytestmark = pytest.mark.anyio

    @pytest.fixture
    def other_side(self) -> OtherSide:
        raise NotImplementedError("a suite gives the shop that its storefront talks to")

    # ---- levels

    async def test_a_level_is_absolute_and_may_be_pushed_again(self, other_side: OtherSide) -> None:
        a, b = await sold(other_side, "A", "B")
        for quantity in ("7", "3", "3"):
            assert not await push(other_side, level(other_side, a, quantity), level(other_side, b, "2"))
        assert await stock(other_side) == {a: Decimal(3), b: Decimal(2)}
        assert not await push(other_side, level(other_side, a, "0"))
        assert await stock(other_side) == {b: Decimal(2)}

    async def test_a_shop_that_counts_in_whole_units_rounds_down(self, other_side: OtherSide) -> None:
        """Also what was last seen, which may be what it was told."""
        (a,) = await sold(other_side, "A")
        assert not await push(other_side, level(other_side, a, "2.75"))
        assert await stock(other_side) == {a: Decimal(2) if other_side.whole_units else Decimal("2.75")}
        assert not await push(other_side, level(other_side, a, "1.5", last_seen="2.75"))
        assert await stock(other_side) == {a: Decimal(1) if other_side.whole_units else Decimal("1.5")}

    async def test_nothing_to_push_changes_nothing(self, other_side: OtherSide) -> None:
        await sold(other_side, "A")
        assert not await push(other_side)
        assert await stock(other_side) == {}

    async def test_what_the_shop_does_not_know_is_returned_and_the_rest_is_set(self, other_side: OtherSide) -> None:
        (a,) = await sold(other_side, "A")
        gone = other_side.unknown_item
        (fault,) = await push(other_side, level(other_side, gone, "2"), level(other_side, a, "2"))
        assert isinstance(fault, RefusedLevel)
        assert (fault.item, fault.location, bool(fault.reason)) == (gone, other_side.location, True)
        assert await stock(other_side) == {a: Decimal(2)}

    async def test_any_number_of_levels_can_be_pushed_and_read(self, other_side: OtherSide) -> None:
        items = await sold(other_side, *(f"SKU-{number}" for number in range(other_side.many)))
        wanted = {item: Decimal(number) for number, item in enumerate(items, 1)}
        assert not await push(other_side, *(level(other_side, item, str(wanted[item])) for item in items))
        assert await stock(other_side) == wanted
        shown = await other_side.storefront.levels(items)
        assert {one.item: one.quantity for one in shown} == wanted

    # ---- compare and set

    async def test_a_level_is_set_where_the_shop_shows_what_was_last_seen(self, other_side: OtherSide) -> None:
        (a,) = await sold(other_side, "A")
        assert not await push(other_side, level(other_side, a, "7"))
        assert not await push(other_side, level(other_side, a, "5", last_seen="7"))
        assert await stock(other_side) == {a: Decimal(5)}

    async def test_a_level_that_somebody_has_changed_is_returned_and_left_and_the_rest_is_set(
        self, other_side: OtherSide
    ) -> None:
        a, b = await sold(other_side, "A", "B")
        assert not await push(other_side, level(other_side, a, "7"), level(other_side, b, "7"))
        await other_side.edit(a, Decimal(6))
        changed = level(other_side, a, "5", last_seen="7"), level(other_side, b, "5", last_seen="7")
        (fault,) = await push(other_side, *changed)
        assert isinstance(fault, MovedLevel)
        assert (fault.item, fault.location) == (a, other_side.location)
        assert fault.shown in (None, Decimal(6))
        assert await stock(other_side) == {a: Decimal(6), b: Decimal(5)}
        assert not await push(other_side, level(other_side, a, "5", last_seen="6"))
        assert await stock(other_side) == {a: Decimal(5), b: Decimal(5)}

    async def test_without_what_was_last_seen_it_is_set_in_any_case(self, other_side: OtherSide) -> None:
        (a,) = await sold(other_side, "A")
        assert not await push(other_side, level(other_side, a, "7"))
        await other_side.edit(a, Decimal(6))
        assert not await push(other_side, level(other_side, a, "5"))
        assert await stock(other_side) == {a: Decimal(5)}

    async def test_the_same_key_again_is_as_good_as_once(self, other_side: OtherSide) -> None:
        """Whether the shop says that it was done, or that it shows something else by now."""
        (a,) = await sold(other_side, "A")
        assert not await push(other_side, level(other_side, a, "7"))
        intent = level(other_side, a, "5", last_seen="7")
        assert not await push(other_side, intent)
        assert await push(other_side, intent) in ([], [MovedLevel(a, other_side.location, Decimal(5))])
        await other_side.edit(a, Decimal(4))
        faults = await push(other_side, intent)
        assert all(isinstance(fault, MovedLevel) for fault in faults)
        assert await stock(other_side) == {a: Decimal(4)}

    async def test_a_change_whose_answer_is_lost_is_ambiguous_and_may_be_asked_for_again(
        self, other_side: OtherSide
    ) -> None:
        (a,) = await sold(other_side, "A")
        assert not await push(other_side, level(other_side, a, "7"))
        intent = level(other_side, a, "5", last_seen="7")
        await other_side.refuse(Ambiguous)
        with pytest.raises(Ambiguous):
            await push(other_side, intent)
        await other_side.refuse(None)
        assert await push(other_side, intent) in ([], [MovedLevel(a, other_side.location, Decimal(5))])
        assert await stock(other_side) == {a: Decimal(5)}

    async def test_what_is_shown_can_be_read(self, other_side: OtherSide) -> None:
        a, b = await sold(other_side, "A", "B")
        assert not await push(other_side, level(other_side, a, "7"))
        await other_side.edit(a, Decimal(6))
        shown = await other_side.storefront.levels([a, b, other_side.unknown_item])
        assert {one.location for one in shown} == {other_side.location}
        found = {one.item: one.quantity for one in shown}
        assert found.pop(b, None) in (None, Decimal(0))
        assert found == {a: Decimal(6)}

    # ---- prices

    async def test_prices_are_set_and_what_is_unknown_is_returned(self, other_side: OtherSide) -> None:
        a, b = await sold(other_side, "A", "B")
        gone = other_side.unknown_item
        prices = [Price(a, Decimal("12.50")), Price(gone, Decimal(1)), Price(b, Decimal(3))]
        refused = await other_side.storefront.push_prices(prices)
        assert [(one.item, bool(one.reason)) for one in refused] == [(gone, True)]
        assert await other_side.prices() == {a: Decimal("12.50"), b: Decimal(3)}
        assert not await other_side.storefront.push_prices([])

    # ---- items and locations

    async def test_every_item_comes_once_however_many_pages_there_are(self, other_side: OtherSide) -> None:
        skus = [f"SKU-{number}" for number in range(other_side.many)]
        ids = await other_side.sell(skus)
        items = await all_items(other_side)
        assert sorted((item.sku, item.id) for item in items) == sorted(ids.items())

    async def test_a_shop_that_sells_nothing_has_no_items(self, other_side: OtherSide) -> None:
        await other_side.sell([])
        assert await all_items(other_side) == []

    async def test_places_from_which_it_sells_are_named(self, other_side: OtherSide) -> None:
        found = {place.id: place for place in await other_side.storefront.locations()}
        assert found[other_side.location].name
        assert found[other_side.location].active

    # ---- orders

    async def test_orders_come_without_loss_whatever_comes_between_two_askings(self, other_side: OtherSide) -> None:
        (a,) = await sold(other_side, "A")
        assert not await push(other_side, level(other_side, a, "9"))
        first = [await other_side.place(a, Decimal(1)) for _ in range(3)]
        orders, cursor = await all_orders(other_side, None)
        assert orders.keys() >= set(first)
        assert [(line.item, line.sku, line.quantity) for line in orders[first[0]].lines] == [(a, "A", Decimal(1))]
        later = await other_side.place(a, Decimal(2))
        await other_side.cancel(first[1])
        orders, cursor = await all_orders(other_side, cursor)
        assert orders.keys() >= {later, first[1]}
        assert orders[first[1]].cancelled_at is not None
        assert orders[later].cancelled_at is None
        await other_side.fulfil(first[2])
        orders, _ = await all_orders(other_side, cursor)
        sent = [one for fulfilment in orders[first[2]].fulfilments for one in fulfilment.lines]
        assert [(one.line, one.quantity) for one in sent] == [(orders[first[2]].lines[0].id, Decimal(1))]

    async def test_one_order_can_be_asked_for(self, other_side: OtherSide) -> None:
        (a,) = await sold(other_side, "A")
        assert not await push(other_side, level(other_side, a, "9"))
        placed = await other_side.place(a, Decimal(2))
        order = await other_side.storefront.order(placed)
        assert order
        assert (order.id, bool(order.number), order.cancelled_at) == (placed, True, None)
        await other_side.cancel(placed)
        cancelled = await other_side.storefront.order(placed)
        assert cancelled
        assert cancelled.cancelled_at is not None
        assert cancelled.updated_at >= order.updated_at
        assert await other_side.storefront.order(other_side.unknown_order) is None

    # ---- webhooks

    async def test_listening_twice_is_as_good_as_once(self, other_side: OtherSide) -> None:
        await other_side.storefront.listen(HOOK)
        once = list(await other_side.told())
        assert set(once) in ({HOOK}, set())
        await other_side.storefront.listen(HOOK)
        assert sorted(await other_side.told()) == sorted(once)
        await other_side.storefront.stop_listening()
        assert list(await other_side.told()) == []
        await other_side.storefront.stop_listening()

    # ---- failures

    @pytest.mark.parametrize("failure", [AuthFailed, RateLimited, Transient])
    async def test_a_refusal_is_named_by_its_kind(self, other_side: OtherSide, failure: type[PortFailure]) -> None:
        (a,) = await sold(other_side, "A")
        await other_side.refuse(failure)
        with pytest.raises(failure) as raised:
            await push(other_side, level(other_side, a, "1"))
        with pytest.raises(failure):
            await other_side.storefront.items()
        with pytest.raises(failure):
            await other_side.storefront.levels([a])
        with pytest.raises(failure):
            await other_side.storefront.orders()
        if isinstance(raised.value, RateLimited):
            assert raised.value.after.total_seconds() > 0
        await other_side.refuse(None)
        assert not await push(other_side, level(other_side, a, "1"))

    async def test_a_check_finds_wrong_credentials_and_changes_nothing(self, other_side: OtherSide) -> None:
        await sold(other_side, "A")
        assert (await other_side.storefront.check()).name
        assert await stock(other_side) == {}
        await other_side.refuse(AuthFailed)
        with pytest.raises(AuthFailed):
            await other_side.storefront.check()


def level(other_side: OtherSide, item: str, quantity: str, last_seen: str | None = None) -> Level:
    """An intent; the same intent has the same key."""
    seen = None if last_seen is None else Decimal(last_seen)
    return Level(item, other_side.location, Decimal(quantity), seen, f"{item}: {quantity} after {last_seen}")


async def push(other_side: OtherSide, *levels: Level) -> list[RefusedLevel | MovedLevel]:
    return list(await other_side.storefront.push_levels(levels))


async def sold(other_side: OtherSide, *skus: str) -> list[str]:
    """The ids of items of these SKUs, which the shop sells from now on."""
    ids = await other_side.sell(skus)
    return [ids[sku] for sku in skus]


async def stock(other_side: OtherSide) -> dict[str, Decimal]:
    """What the shop shows, without what is 0."""
    return {item: quantity for item, quantity in (await other_side.shown()).items() if quantity}


async def all_items(other_side: OtherSide) -> list[Item]:
    page = await other_side.storefront.items()
    items = list(page.items)
    while page.next_cursor is not None:
        page = await other_side.storefront.items(page.next_cursor)
        items += page.items
    return items


async def all_orders(other_side: OtherSide, cursor: str | None) -> tuple[dict[str, RemoteOrder], str]:
    """The orders from this cursor on, by id, the last picture of each; and where to go on."""
    page = await other_side.storefront.orders(cursor)
    orders = {order.id: order for order in page.orders}
    while page.more:
        page = await other_side.storefront.orders(page.cursor)
        orders |= {order.id: order for order in page.orders}
    return orders, page.cursor
