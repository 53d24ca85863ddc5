"""A storefront in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import ROUND_DOWN, Decimal

from core.domain.remote_order import RemoteFulfilment, RemoteLine, RemoteOrder, RemoteQuantity
from core.ports.failures import Ambiguous, PortFailure
from core.ports.storefront import (
    Account,
    Item,
    ItemPage,
    Level,
    LevelFault,
    Location,
    MovedLevel,
    OrderPage,
    Price,
    RefusedLevel,
    RefusedPrice,
    ShownLevel,
)

_OPENED = datetime(2026, 1, 1, tzinfo=UTC)


class InMemoryStorefront:
    """`Storefront`. `trouble` is raised by every call while it is set, `Ambiguous` after what was asked for is done."""

    def __init__(
        self,
        items: Mapping[str, str] | None = None,
        page_size: int = 10,
        *,
        at: str = "main",
        whole_units: bool = False,
    ) -> None:
        self.catalogue = dict(items or {})
        self.quantities: dict[tuple[str, str], Decimal] = {}
        self.prices: dict[str, Decimal] = {}
        self.placed: dict[str, RemoteOrder] = {}
        self.changes: list[str] = []
        self.address: str | None = None
        self.trouble: PortFailure | None = None
        self.whole_units = whole_units
        self._at = at
        self._page_size = page_size
        self._keys: set[str] = set()

    async def check(self) -> Account:
        self._meet_trouble()
        return Account("A shop in memory", "USD")

    async def locations(self) -> Sequence[Location]:
        self._meet_trouble()
        return [Location(self._at, "The shop")]

    async def items(self, cursor: str | None = None) -> ItemPage:
        self._meet_trouble()
        known = sorted(self.catalogue.items())
        remaining = [Item(item, sku, title=sku) for item, sku in known if cursor is None or item > cursor]
        page = remaining[: self._page_size]
        return ItemPage(page, page[-1].id if len(remaining) > len(page) else None)

    async def levels(self, items: Sequence[str]) -> Sequence[ShownLevel]:
        self._meet_trouble()
        known = (item for item in items if item in self.catalogue)
        return [ShownLevel(item, self._at, self.quantities.get((item, self._at))) for item in known]

    async def push_levels(self, levels: Sequence[Level]) -> Sequence[LevelFault]:
        self._meet_trouble(before=True)
        faults = [fault for level in levels if (fault := self._set(level))]
        self._meet_trouble()
        return faults

    async def push_prices(self, prices: Sequence[Price]) -> Sequence[RefusedPrice]:
        self._meet_trouble(before=True)
        known = [price for price in prices if price.item in self.catalogue]
        self.prices |= {price.item: price.amount for price in known}
        self._meet_trouble()
        return [RefusedPrice(price.item, "no such item") for price in prices if price not in known]

    async def orders(self, cursor: str | None = None) -> OrderPage:
        self._meet_trouble()
        start = int(cursor or 0)
        changed = self.changes[start : start + self._page_size]
        end = start + len(changed)
        orders = [self.placed[order] for order in dict.fromkeys(changed)]
        return OrderPage(orders, str(end), more=end < len(self.changes))

    async def order(self, order_id: str) -> RemoteOrder | None:
        self._meet_trouble()
        return self.placed.get(order_id)

    async def listen(self, address: str) -> None:
        self._meet_trouble()
        self.address = address

    async def stop_listening(self) -> None:
        self._meet_trouble()
        self.address = None

    # ---- what happens in the shop itself

    def sell_one(self, item: str, quantity: Decimal) -> str:
        """A customer orders. Returns the order's id."""
        number = len(self.placed) + 1
        line = RemoteLine("1", item, self.catalogue[item], self.catalogue[item], quantity, Decimal(1))
        now = self._now()
        self._change(RemoteOrder(f"order-{number}", f"#{number}", now, now, "USD", [line], self._at))
        self.quantities[item, self._at] -= quantity
        return f"order-{number}"

    def cancel(self, order_id: str) -> None:
        order = self.placed[order_id]
        self._change(replace(order, updated_at=self._now(), cancelled_at=self._now()))
        for line in order.lines:
            self.quantities[line.item or "", self._at] += line.quantity

    def fulfil(self, order_id: str) -> None:
        order = self.placed[order_id]
        lines = [RemoteQuantity(line.id, line.quantity) for line in order.lines]
        sent = RemoteFulfilment("1", self._now(), self._at, lines)
        self._change(replace(order, updated_at=self._now(), fulfilments=[sent]))

    def _change(self, order: RemoteOrder) -> None:
        self.placed[order.id] = order
        self.changes.append(order.id)

    def _now(self) -> datetime:
        return _OPENED + timedelta(seconds=len(self.changes))

    def _set(self, level: Level) -> LevelFault | None:
        place = level.item, level.location
        shown = self.quantities.get(place)
        if level.item not in self.catalogue:
            return RefusedLevel(*place, "no such item")
        if level.key and level.key in self._keys:
            return None
        if level.last_seen is not None and self._counted(level.last_seen) != shown:
            return MovedLevel(*place, shown)
        self.quantities[place] = self._counted(level.quantity)
        self._keys.add(level.key)
        return None

    def _counted(self, quantity: Decimal) -> Decimal:
        return quantity.to_integral_value(ROUND_DOWN) if self.whole_units else quantity

    def _meet_trouble(self, *, before: bool = False) -> None:
        if self.trouble is not None and not (before and isinstance(self.trouble, Ambiguous)):
            raise self.trouble
