"""What the shop sells, where from, and for how much."""

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal

from core.ports.failures import Misconfigured, PermanentlyRejected
from core.ports.storefront import ItemPage, Location, Price, RefusedPrice

from . import documents
from .answers import ChangedData, Channel, ItemsData, LocationsData, PricesData
from .client import VendureClient
from .levels import SET_AT_ONCE, groups
from .mapping import item_of
from .settings import VendureSettings

PAGE = 100


class Catalogue:
    def __init__(self, client: VendureClient, settings: VendureSettings) -> None:
        self._client, self._settings = client, settings

    async def locations(self) -> list[Location]:
        found: list[Location] = []
        while True:
            options = {"skip": len(found), "take": PAGE, "sort": {"id": "ASC"}}
            page = (await self._client.query(documents.LOCATIONS, {"options": options}, LocationsData)).stock_locations
            found += [Location(place.id, place.name) for place in page.items]
            if not page.items or len(found) >= page.total_items:
                return found

    async def items(self, cursor: str | None) -> ItemPage:
        """A page of the variants, those that were made first at the head, so that new ones come after what was read."""
        skip = _skip(cursor)
        options = {"skip": skip, "take": PAGE, "sort": {"createdAt": "ASC", "id": "ASC"}}
        document = documents.items(self._settings.barcode_field)
        data = await self._client.query(document, {"options": options}, ItemsData)
        currency = self._currency(data.active_channel)
        field = self._settings.barcode_field
        items = [item_of(variant, data.global_settings, currency, field) for variant in data.product_variants.items]
        end = skip + len(items)
        return ItemPage(items, str(end) if items and end < data.product_variants.total_items else None)

    async def push_prices(self, prices: Sequence[Price]) -> list[RefusedPrice]:
        """Sets them. Of two prices of one item the later counts."""
        latest = {price.item: price for price in prices}
        refused: list[RefusedPrice] = []
        for some in groups(latest.values(), SET_AT_ONCE):
            refused += await self._push_prices(some)
        return refused

    async def _push_prices(self, prices: Sequence[Price]) -> list[RefusedPrice]:
        ids = [price.item for price in prices]
        variables = {"variants": {"filter": {"id": {"in": ids}}, "take": len(ids)}}
        data = await self._client.query(documents.PRICES, variables, PricesData)
        currency, precision = self._currency(data.active_channel), data.global_settings.precision
        known = {variant.id for variant in data.product_variants.items}
        rows = [
            {"id": price.item, "prices": [{"currencyCode": currency, "price": minor_units(price.amount, precision)}]}
            for price in prices
            if price.item in known
        ]
        if rows:
            await self._client.change(documents.SET_PRICES, {"input": rows}, ChangedData)
        return [RefusedPrice(item, "the shop has no such variant") for item in ids if item not in known]

    def _currency(self, channel: Channel) -> str:
        """The currency of the prices. Raises `Misconfigured` where the channel does not sell in that of the settings."""
        return currency_of(self._settings, channel)


def currency_of(settings: VendureSettings, channel: Channel) -> str:
    currency = settings.currency or channel.default_currency_code
    if channel.available_currency_codes and currency not in channel.available_currency_codes:
        raise Misconfigured(f"the channel does not sell in {currency}")
    return currency


def minor_units(amount: Decimal, precision: int) -> int:
    """What the shop calls an amount, rounded to what it can say."""
    return int(amount.scaleb(precision).to_integral_value(ROUND_HALF_EVEN))


def _skip(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not cursor.isdecimal():
        raise PermanentlyRejected("this is no place in the list of items")
    return int(cursor)
