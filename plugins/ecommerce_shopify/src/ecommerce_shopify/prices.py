"""Prices: they belong to variants, and are changed product by product."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from core.ports.storefront import Price, RefusedPrice

from . import documents
from .answers import in_words, user_errors
from .client import ShopifyClient

AT_ONCE = 100
VARIANTS = 250

_Priced = list[tuple[str, Price]]  # a variant and what it shall cost


class Prices:
    def __init__(self, client: ShopifyClient) -> None:
        self._client = client

    async def push(self, prices: Sequence[Price]) -> list[RefusedPrice]:
        latest = list({price.item: price for price in prices}.values())
        refused: list[RefusedPrice] = []
        for start in range(0, len(latest), AT_ONCE):
            refused += await self._set(latest[start : start + AT_ONCE])
        return refused

    async def _set(self, prices: Sequence[Price]) -> list[RefusedPrice]:
        products, unknown = await self._products(prices)
        refused = [RefusedPrice(price.item, "the shop does not sell this item") for price in unknown]
        for product, variants in products.items():
            for start in range(0, len(variants), VARIANTS):
                refused += await self._change(product, variants[start : start + VARIANTS])
        return refused

    async def _products(self, prices: Sequence[Price]) -> tuple[Mapping[str, _Priced], list[Price]]:
        """The prices by product, and those of items that no variant has."""
        data = await self._client.execute(documents.VARIANTS_OF_ITEMS, {"items": [price.item for price in prices]})
        variants = {item["id"]: item["variants"]["nodes"] for item in data["nodes"] if item}
        products: dict[str, _Priced] = defaultdict(list)
        for price in prices:
            for variant in variants.get(price.item, ()):
                products[variant["product"]["id"]].append((variant["id"], price))
        return products, [price for price in prices if not variants.get(price.item)]

    async def _change(self, product: str, variants: _Priced) -> list[RefusedPrice]:
        """Valid prices are set, whatever the others are. Twice is as good as once."""
        rows = [{"id": variant, "price": format(price.amount, "f")} for variant, price in variants]
        data = await self._client.execute(documents.SET_PRICES, {"product": product, "variants": rows}, repeatable=True)
        errors = user_errors(data["productVariantsBulkUpdate"])
        if any(error.row is None for error in errors):
            return [RefusedPrice(price.item, in_words(errors)) for _, price in variants]
        reasons = {variants[error.row][1].item: error.message for error in errors if error.row is not None}
        return [RefusedPrice(item, reason) for item, reason in reasons.items()]
