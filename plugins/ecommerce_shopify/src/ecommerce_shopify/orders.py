"""Orders: what is open, what has changed since, and one of them."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from core.domain.remote_order import RemoteOrder
from core.ports.clock import Clock
from core.ports.storefront import OrderPage

from . import documents
from .client import ShopifyClient
from .mapping import order_of

OVERLAP = timedelta(minutes=10)  # clocks differ, and what has changed is found a little later

_PAGE = {"count": 10, "lines": 20, "parts": 5}
_ONE = {"lines": 100, "parts": 50}
_MANY_PARTS = {"lines": 10, "parts": 250}  # Shopify names no more fulfilments or refunds of an order


class Cursor(msgspec.Struct, frozen=True, omit_defaults=True):
    """Orders that changed at or after `since` (None: those that are open), behind the page that ended at `after`. The asking began at
    `began`: from there, less the overlap, the next one starts."""

    since: datetime | None = None
    began: datetime | None = None
    after: str | None = None

    @property
    def query(self) -> str:
        return f"updated_at:>='{_text(self.since)}'" if self.since else "status:open"


class Orders:
    def __init__(self, client: ShopifyClient, clock: Clock) -> None:
        self._client, self._clock = client, clock

    async def page(self, cursor: str | None) -> OrderPage:
        asked = msgspec.json.decode(cursor, type=Cursor) if cursor else Cursor()
        began = asked.began or self._clock.now()
        variables = {"query": asked.query, "after": asked.after, **_PAGE}
        page = (await self._client.execute(documents.ORDERS, variables))["orders"]
        orders = [await self._whole(order) for order in page["nodes"]]
        more = page["pageInfo"]["hasNextPage"]
        following = Cursor(asked.since, began, page["pageInfo"]["endCursor"]) if more else Cursor(since=began - OVERLAP)
        return OrderPage(orders, msgspec.json.encode(following).decode(), more)

    async def one(self, order_id: str) -> RemoteOrder | None:
        order = await self._ask(order_id, _ONE)
        if order and not _has_all_parts(order, _ONE):
            order = await self._ask(order_id, _MANY_PARTS)
        if order is None:
            return None
        await self._read_on(order)
        return order_of(order)

    async def _ask(self, order_id: str, sizes: Mapping[str, int]) -> dict[str, Any] | None:
        found: dict[str, Any] | None = (await self._client.execute(documents.ORDER, {"id": order_id, **sizes}))["order"]
        return found

    async def _whole(self, order: dict[str, Any]) -> RemoteOrder:
        """The order of a page of orders, asked for by itself if the page could not hold all of it. It may have gone in between."""
        cut = any(part["pageInfo"]["hasNextPage"] for _, _, part in _parts(order))
        if _has_all_parts(order, _PAGE) and not cut:
            return order_of(order)
        return await self.one(order["id"]) or order_of(order)

    async def _read_on(self, order: dict[str, Any]) -> None:
        """Adds whatever the lists in it lack."""
        for document, record, part in _parts(order):
            info = part["pageInfo"]
            while info["hasNextPage"]:
                data = await self._client.execute(document, {"id": record, "after": info["endCursor"]})
                page = (data["node"] or {}).get("page") or {"nodes": [], "pageInfo": {"hasNextPage": False}}
                part["nodes"] += page["nodes"]
                info = page["pageInfo"]


def _has_all_parts(order: Mapping[str, Any], sizes: Mapping[str, int]) -> bool:
    return len(order["fulfillments"]) < sizes["parts"] and len(order["refunds"]) < sizes["parts"]


def _parts(order: dict[str, Any]) -> Iterable[tuple[str, str, dict[str, Any]]]:
    """The lists in an order: what asks for more of each, of which record, and as far as it is there."""
    yield documents.MORE_LINES, order["id"], order["lineItems"]
    for one in order["fulfillments"]:
        yield documents.MORE_SENT, one["id"], one["fulfillmentLineItems"]
    for one in order["refunds"]:
        yield documents.MORE_REFUNDED, one["id"], one["refundLineItems"]


def _text(moment: datetime | None) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z") if moment else ""
