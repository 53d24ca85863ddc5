"""What every `Storefront` does. A plugin's suite subclasses the contract and gives it the other side to work on."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Protocol

import pytest

from core.ports.failures import AuthFailed, PortFailure, RateLimited, Transient
from core.ports.storefront import Item, Level, Storefront

LOCATION = "main"
MANY = 260  # more than any page or call of a vendor takes at once


class OtherSide(Protocol):
    """The shop that a storefront talks to, as far as the contract must arrange it and look at it."""

    @property
    def storefront(self) -> Storefront:
        """The storefront under test, connected to this shop."""
        ...

    def sell(self, items: Mapping[str, str]) -> None:
        """The shop sells these items (id = SKU) and no others, from the location `LOCATION`."""
        ...

    def shown(self) -> Mapping[str, Decimal]:
        """The levels that the shop shows at `LOCATION`, by item; those never set are absent."""
        ...

    def refuse(self, failure: type[PortFailure] | None) -> None:
        """From now on the shop answers every call in the way that means this failure, or as it should."""
        ...


class StorefrontContract:
    """Subclass it and override `other_side`."""

    pytestmark = pytest.mark.anyio

    @pytest.fixture
    def other_side(self) -> OtherSide:
        raise NotImplementedError("a suite gives the shop that its storefront talks to")

    async def test_a_level_is_absolute_and_may_be_pushed_again(self, other_side: OtherSide) -> None:
        other_side.sell({"a": "A", "b": "B"})
        for quantity in ("7", "3", "3"):
            assert await other_side.storefront.push_levels([level("a", quantity), level("b", "1.5")]) == []
        assert other_side.shown() == {"a": Decimal(3), "b": Decimal("1.5")}
        await other_side.storefront.push_levels([level("a", "0")])
        assert other_side.shown() == {"a": Decimal(0), "b": Decimal("1.5")}

    async def test_nothing_to_push_changes_nothing(self, other_side: OtherSide) -> None:
        other_side.sell({"a": "A"})
        assert await other_side.storefront.push_levels([]) == []
        assert other_side.shown() == {}

    async def test_what_the_shop_does_not_know_is_returned_and_the_rest_is_set(self, other_side: OtherSide) -> None:
        other_side.sell({"a": "A"})
        refused = await other_side.storefront.push_levels([level("gone", "2"), level("a", "2")])
        assert [(one.item, one.location, bool(one.reason)) for one in refused] == [("gone", LOCATION, True)]
        assert other_side.shown() == {"a": Decimal(2)}

    async def test_any_number_of_levels_can_be_pushed(self, other_side: OtherSide) -> None:
        other_side.sell({name(number): f"SKU-{number}" for number in range(MANY)})
        await other_side.storefront.push_levels([level(name(number), str(number)) for number in range(MANY)])
        assert other_side.shown() == {name(number): Decimal(number) for number in range(MANY)}

    async def test_every_item_comes_once_however_many_pages_there_are(self, other_side: OtherSide) -> None:
        other_side.sell({name(number): f"SKU-{number}" for number in range(MANY)})
        page = await other_side.storefront.items()
        items = list(page.items)
        while page.next_cursor is not None:
            page = await other_side.storefront.items(page.next_cursor)
            items += page.items
        assert sorted(items, key=lambda item: item.id) == [
            Item(name(number), f"SKU-{number}") for number in range(MANY)
        ]

    async def test_a_shop_that_sells_nothing_has_no_items(self, other_side: OtherSide) -> None:
        other_side.sell({})
        assert list((await other_side.storefront.items()).items) == []

    @pytest.mark.parametrize("failure", [AuthFailed, RateLimited, Transient])
    async def test_a_refusal_is_named_by_its_kind(self, other_side: OtherSide, failure: type[PortFailure]) -> None:
        other_side.sell({"a": "A"})
        other_side.refuse(failure)
        with pytest.raises(failure) as raised:
            await other_side.storefront.push_levels([level("a", "1")])
        with pytest.raises(failure):
            await other_side.storefront.items()
        if isinstance(raised.value, RateLimited):
            assert raised.value.after.total_seconds() > 0
        other_side.refuse(None)
        assert await other_side.storefront.push_levels([level("a", "1")]) == []

    async def test_a_check_finds_wrong_credentials_and_changes_nothing(self, other_side: OtherSide) -> None:
        other_side.sell({"a": "A"})
        await other_side.storefront.check()
        assert other_side.shown() == {}
        other_side.refuse(AuthFailed)
        with pytest.raises(AuthFailed):
            await other_side.storefront.check()


def level(item: str, quantity: str) -> Level:
    return Level(item, LOCATION, Decimal(quantity))


def name(number: int) -> str:
    return f"item-{number:04}"
