"""What the shop is to tell us, and where."""

from collections.abc import Sequence
from typing import Any

from core.ports.failures import Misconfigured

from . import documents
from .answers import in_words, user_errors
from .client import ShopifyClient

OF_STOCK = (
    "INVENTORY_LEVELS_UPDATE",
    "INVENTORY_LEVELS_CONNECT",
    "INVENTORY_LEVELS_DISCONNECT",
    "INVENTORY_ITEMS_CREATE",
    "INVENTORY_ITEMS_UPDATE",
    "INVENTORY_ITEMS_DELETE",
    "APP_UNINSTALLED",
)
OF_ORDERS = (
    "ORDERS_CREATE",
    "ORDERS_UPDATED",
    "ORDERS_EDITED",
    "ORDERS_CANCELLED",
    "REFUNDS_CREATE",
    "FULFILLMENTS_CREATE",
    "FULFILLMENTS_UPDATE",
)


class Subscriptions:
    """The webhooks of one shop. Ours are those that lead to this server: all of its addresses differ only in what follows the last
    slash. Where none of its addresses is known, none is ours."""

    def __init__(self, client: ShopifyClient, address: str | None) -> None:
        self._client, self._address = client, address

    async def listen(self, address: str, topics: Sequence[str]) -> None:
        """Has just these topics told to this address."""
        kept: set[str] = set()
        for one in await self._ours(address):
            if one["uri"] == address and one["topic"] in topics and one["topic"] not in kept:
                kept.add(one["topic"])
            else:
                await self._delete(one["id"])
        for topic in topics:
            if topic not in kept:
                await self._create(topic, address)

    async def stop(self) -> None:
        for one in await self._ours(self._address):
            await self._delete(one["id"])

    async def _ours(self, address: str | None) -> list[dict[str, Any]]:
        if address is None:
            return []
        below = address.rpartition("/")[0] + "/"
        return [
            one
            async for one in self._client.pages(documents.SUBSCRIPTIONS, "webhookSubscriptions")
            if one["uri"].startswith(below)
        ]

    async def _create(self, topic: str, address: str) -> None:
        """The error names a `callbackUrl`, which is what the address was called once."""
        data = await self._client.execute(documents.SUBSCRIBE, {"topic": topic, "uri": address}, repeatable=True)
        errors = user_errors(data["webhookSubscriptionCreate"])
        if errors and not all("already been taken" in error.message for error in errors):
            raise Misconfigured(f"Shopify will not tell us of {topic}: {in_words(errors)}")

    async def _delete(self, subscription: str) -> None:
        """One that is gone already is as good as deleted."""
        await self._client.execute(documents.UNSUBSCRIBE, {"id": subscription}, repeatable=True)
