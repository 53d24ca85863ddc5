"""The fields of Shopify's query and mutation that this shop has, by name."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from .answers import (
    Record,
    connection,
    fulfilment_record,
    item_record,
    location_record,
    order_record,
    refund_record,
    subscription_record,
    text,
    user_error,
    variant_record,
)
from .bulk import BulkQueries
from .execution import Resolver
from .inventory import Inventory
from .records import Order, Shop, Subscription, gid, number_in

_SINCE = re.compile(r"updated_at:>='([^']+)'")
MOST_IN_A_LIST = 250


class Admin:
    def __init__(self, shop: Shop, domain: str, inventory: Inventory, bulk: BulkQueries) -> None:
        self._shop, self._domain, self._inventory, self._bulk = shop, domain, inventory, bulk

    def fields(self) -> Mapping[str, Resolver]:
        return {
            "shop": self._about,
            "currentAppInstallation": lambda: {"accessScopes": [{"handle": scope} for scope in self._shop.scopes]},
            "locations": self._locations,
            "productVariantsCount": lambda limit=None, query=None: {"count": len(self._shop.variants)},
            "productVariants": self._variants,
            "nodes": lambda ids: [self._node(one) for one in _short(ids)],
            "node": lambda id: self._node(id),
            "orders": self._orders,
            "order": lambda id: self._order(self._shop.orders.get(number_in(id, "Order") or 0)),
            "webhookSubscriptions": self._subscriptions,
            "bulkOperation": lambda id: self._bulk.asked_for(number_in(id, "BulkOperation")),
            "bulkOperationRunQuery": lambda query, groupObjects=False: self._bulk.start(query),
            "inventorySetQuantities": self._set_levels,
            "inventoryActivate": lambda inventoryItemId, locationId, available=None, onHand=None, **_: (
                self._inventory.activate(inventoryItemId, locationId, available, onHand)
            ),
            "inventoryItemUpdate": self._update_item,
            "productVariantsBulkUpdate": self._update_variants,
            "webhookSubscriptionCreate": self._subscribe,
            "webhookSubscriptionDelete": self._unsubscribe,
        }

    def _about(self) -> Record:
        return {"name": self._shop.name, "currencyCode": self._shop.currency, "myshopifyDomain": self._domain}

    def _locations(self, includeInactive: bool = False, **page: Any) -> Record:
        there = [one for one in self._shop.locations.values() if one.active or includeInactive]
        return connection([location_record(one) for one in there], **page)

    def _variants(self, **page: Any) -> Record:
        return connection([variant_record(self._shop, one) for one in self._shop.variants.values()], **page)

    def _node(self, id: str) -> Record | None:
        if variant := self._shop.variant_of_item(number_in(id, "InventoryItem")):
            return item_record(self._shop, variant)
        if order := self._shop.orders.get(number_in(id, "Order") or 0):
            return order_record(self._shop, order)
        for order in self._shop.orders.values():
            for fulfilment in order.fulfilments:
                if gid("Fulfillment", fulfilment.number) == id:
                    return fulfilment_record(self._shop, fulfilment)
            for refund in order.refunds:
                if gid("Refund", refund.number) == id:
                    return refund_record(self._shop, refund)
        return None

    def _orders(self, query: str, first: int, after: str | None = None, sortKey: str | None = None, **_: Any) -> Record:
        """Sorted and filtered as the plugin asks; another question is an error of this shop. Cursors are places in the order, so that
        what changes meanwhile moves nothing else."""
        assert sortKey == "UPDATED_AT"
        chosen: Callable[[Order], bool]
        if since := _SINCE.fullmatch(query):
            earliest = datetime.fromisoformat(since[1])
            chosen = lambda order: order.updated_at >= earliest  # noqa: E731
        else:
            assert query == "status:open", query
            chosen = lambda order: order.is_open  # noqa: E731
        places = {f"{order.updated_at.isoformat()} {order.number}": order for order in self._shop.orders.values()}
        found = [place for place in sorted(places) if chosen(places[place]) and place > (after or "")]
        page = connection([order_record(self._shop, places[place]) for place in found], first)
        page["pageInfo"]["endCursor"] = found[:first][-1] if found else None
        return page

    def _order(self, order: Order | None) -> Record | None:
        return order_record(self._shop, order) if order else None

    def _set_levels(self, input: dict[str, Any]) -> Record:
        _short(input["quantities"])
        return self._inventory.set(input)

    def _update_item(self, id: str, input: dict[str, Any]) -> Record:
        variant = self._shop.variant_of_item(number_in(id, "InventoryItem"))
        if variant is None:
            return {"inventoryItem": None, "userErrors": [user_error("Inventory item does not exist.", ["id"])]}
        variant.tracked = input.get("tracked", variant.tracked)
        return {"inventoryItem": item_record(self._shop, variant), "userErrors": []}

    def _update_variants(
        self, productId: str, variants: list[dict[str, Any]], allowPartialUpdates: bool = False
    ) -> Record:
        """Prices; without partial updates an error keeps all of them as they are."""
        own = {gid("ProductVariant", one.number): one for one in self._shop.variants.values()}
        own = {id: one for id, one in own.items() if gid("Product", one.product.number) == productId}
        errors, prices = [], {}
        for index, given in enumerate(_short(variants)):
            if given["id"] not in own:
                errors.append(
                    user_error(
                        "Product variant does not exist",
                        ["variants", str(index), "id"],
                        "PRODUCT_VARIANT_DOES_NOT_EXIST",
                    )
                )
            elif Decimal(given["price"]) < 0:
                words = "Price must be greater than or equal to 0"
                errors.append(user_error(words, ["variants", str(index), "price"], "GREATER_THAN_OR_EQUAL_TO"))
            else:
                prices[given["id"]] = Decimal(given["price"])
        if allowPartialUpdates or not errors:
            for id, price in prices.items():
                own[id].price = price
        named = [own[given["id"]] for given in variants if given["id"] in own]
        changed = [{"id": gid("ProductVariant", one.number), "price": format(one.price, "f")} for one in named]
        return {"productVariants": changed, "userErrors": errors}

    def _subscriptions(self, **page: Any) -> Record:
        return connection([subscription_record(one) for one in self._shop.subscriptions.values()], **page)

    def _subscribe(self, topic: str, webhookSubscription: dict[str, Any]) -> Record:
        uri = webhookSubscription["uri"]
        if words := self._objection(topic, uri):
            error = user_error(words, ["webhookSubscription", "callbackUrl"])
            return {"webhookSubscription": None, "userErrors": [error]}
        number = self._shop.next_number()
        one = self._shop.subscriptions[number] = Subscription(number, topic, uri)
        return {"webhookSubscription": subscription_record(one), "userErrors": []}

    def _objection(self, topic: str, uri: str) -> str:
        """Addresses on this machine are taken here, which Shopify refuses."""
        parts = urlsplit(uri)
        if parts.scheme != "https" and parts.hostname != "127.0.0.1":
            return f"Address protocol {parts.scheme}:// is not supported"
        if not parts.hostname:
            return "Address is invalid"
        if parts.hostname.endswith((".shopify.com", ".myshopify.com", "shopify.com")) or parts.hostname == "localhost":
            return "Address cannot be a Shopify or an internal domain"
        if any(one.topic == topic and one.uri == uri for one in self._shop.subscriptions.values()):
            return "Address for this topic has already been taken"
        return ""

    def _unsubscribe(self, id: str) -> Record:
        gone = self._shop.subscriptions.pop(number_in(id, "WebhookSubscription") or 0, None)
        errors = [] if gone else [user_error("Webhook subscription does not exist", ["id"])]
        return {"deletedWebhookSubscriptionId": id if gone else None, "userErrors": errors}


def _short(values: Sequence[Any]) -> Sequence[Any]:
    assert len(values) <= MOST_IN_A_LIST, "Shopify takes no longer list"
    return values


def level_payload(item: int, location: int, available: int, at: datetime) -> Record:
    return {
        "inventory_item_id": item,
        "location_id": location,
        "available": available,
        "updated_at": text(at),
        "admin_graphql_api_id": f"gid://shopify/InventoryLevel/{location}?inventory_item_id={item}",
    }
