"""What Vendure answers, as far as it is read."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar

import msgspec

T = TypeVar("T")


class Answer(msgspec.Struct, frozen=True, rename="camel"):
    """What every answer derives from. What is not read is left out."""


class ItemList(Answer, Generic[T], frozen=True):
    items: list[T]


class CountedList(Answer, Generic[T], frozen=True):
    items: list[T]
    total_items: int


class Count(Answer, frozen=True):
    total_items: int


class Reference(Answer, frozen=True):
    id: str


class ServerConfig(Answer, frozen=True):
    money_strategy_precision: int


class ShopSettings(Answer, frozen=True):
    """Amounts of money are whole numbers of units of which ten to the power of the precision make one."""

    server_config: ServerConfig
    track_inventory: bool = True

    @property
    def precision(self) -> int:
        return self.server_config.money_strategy_precision


class Channel(Answer, frozen=True):
    default_currency_code: str
    available_currency_codes: list[str] = []
    code: str = ""


class Place(Answer, frozen=True):
    id: str
    name: str


class CheckData(Answer, frozen=True):
    active_channel: Channel
    product_variants: Count
    orders: Count


class LocationsData(Answer, frozen=True):
    stock_locations: CountedList[Place]


class StockLevel(Answer, frozen=True):
    stock_location_id: str
    stock_on_hand: int
    stock_allocated: int

    @property
    def available(self) -> int:
        """What may still be promised; below 0 where more was promised than is there."""
        return self.stock_on_hand - self.stock_allocated


class VariantLevels(Answer, frozen=True):
    id: str
    stock_levels: list[StockLevel]

    def at(self, location: str) -> StockLevel | None:
        return next((level for level in self.stock_levels if level.stock_location_id == location), None)


class LevelsData(Answer, frozen=True):
    product_variants: ItemList[VariantLevels]
    stock_locations: ItemList[Reference]


class SetLevelsData(Answer, frozen=True):
    update_product_variants: list[VariantLevels | None]


class ChangedData(Answer, frozen=True):
    update_product_variants: list[Reference | None]


class VariantPrice(Answer, frozen=True):
    currency_code: str
    price: Decimal


class Variant(Answer, frozen=True):
    id: str
    sku: str
    name: str
    track_inventory: str
    prices: list[VariantPrice]
    custom_fields: Mapping[str, Any] = {}


class ItemsData(Answer, frozen=True):
    active_channel: Channel
    global_settings: ShopSettings
    product_variants: CountedList[Variant]


class PricesData(Answer, frozen=True):
    active_channel: Channel
    global_settings: ShopSettings
    product_variants: ItemList[Reference]


class Customer(Answer, frozen=True):
    first_name: str
    last_name: str


class LineVariant(Answer, frozen=True):
    id: str
    sku: str
    name: str


class OrderLine(Answer, frozen=True):
    """`quantity` is without what was cancelled, before and after it had left."""

    id: str
    quantity: int
    prorated_unit_price: Decimal
    product_variant: LineVariant


class FulfilmentLine(Answer, frozen=True):
    order_line_id: str
    quantity: int


class Fulfilment(Answer, frozen=True):
    id: str
    state: str
    created_at: datetime
    updated_at: datetime
    lines: list[FulfilmentLine]


class HistoryEntry(Answer, frozen=True):
    id: str
    created_at: datetime
    type: str
    data: Mapping[str, Any]


class Order(Answer, frozen=True):
    id: str
    code: str
    state: str
    updated_at: datetime
    currency_code: str
    lines: list[OrderLine]
    history: ItemList[HistoryEntry]
    order_placed_at: datetime | None = None
    customer: Customer | None = None
    fulfillments: list[Fulfilment] | None = None


class OrdersData(Answer, frozen=True):
    global_settings: ShopSettings
    placed: ItemList[Order]
    changed: ItemList[Order]
    watched: ItemList[Order]


class OrderData(Answer, frozen=True):
    global_settings: ShopSettings
    order: Order | None = None


class OrderTimes(Answer, frozen=True):
    updated_at: datetime
    order_placed_at: datetime


class NewestOrdersData(Answer, frozen=True):
    placed: ItemList[OrderTimes]
    changed: ItemList[OrderTimes]
