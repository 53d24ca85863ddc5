"""How records look in answers: each a mapping of the schema's field names, lists of records a function of their arguments."""

import base64
import math
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from .records import Fulfilment, Line, Location, Order, Refund, RefundLine, Shop, StockLevel, Subscription, Variant, gid

Record = dict[str, Any]


def connection(
    records: Sequence[Record], first: int | None = None, after: str | None = None, **ignored: object
) -> Record:
    """A page of records."""
    start = int(base64.b64decode(after)) if after else 0
    page = records[start : start + (first if first is not None else len(records))]
    end = start + len(page)
    return {
        "nodes": page,
        "edges": [{"node": record} for record in page],
        "pageInfo": {"hasNextPage": end < len(records), "endCursor": base64.b64encode(str(end).encode()).decode()},
    }


def listed(records: Sequence[Record]) -> Callable[..., Record]:
    return lambda **arguments: connection(records, **arguments)


def location_record(location: Location) -> Record:
    return {"id": gid("Location", location.number), "name": location.name, "isActive": location.active}


def variant_record(shop: Shop, variant: Variant) -> Record:
    return {
        "id": gid("ProductVariant", variant.number),
        "sku": variant.sku,
        "barcode": variant.barcode,
        "title": variant.title,
        "price": format(variant.price, "f"),
        "product": {"id": gid("Product", variant.product.number), "title": variant.product.title},
        "inventoryItem": item_record(shop, variant, within=True),
    }


def item_record(shop: Shop, variant: Variant, *, within: bool = False) -> Record:
    """`within` a variant, which is not repeated in it."""

    def level(locationId: str, **ignored: object) -> Record | None:
        number = int(locationId.rpartition("/")[2])
        found = shop.levels.get((variant.item, number))
        return level_record(shop, variant, number, found) if found and found.active else None

    return {
        "__typename": "InventoryItem",
        "id": gid("InventoryItem", variant.item),
        "sku": variant.sku,
        "tracked": variant.tracked,
        "inventoryLevel": level,
        "variants": listed([] if within else [variant_record(shop, variant)]),
    }


def level_record(shop: Shop, variant: Variant, location: int, level: StockLevel) -> Record:
    quantities = {"available": level.available, "on_hand": level.on_hand, "committed": level.committed}
    return {
        "id": f"gid://shopify/InventoryLevel/{location}?inventory_item_id={variant.item}",
        "isActive": level.active,
        "location": location_record(shop.locations[location]),
        "quantities": lambda names: [{"name": name, "quantity": quantities[name]} for name in names],
    }


def order_record(shop: Shop, order: Order) -> Record:
    return {
        "__typename": "Order",
        "id": gid("Order", order.number),
        "name": order.name,
        "createdAt": text(order.created_at),
        "updatedAt": text(order.updated_at),
        "cancelledAt": text(order.cancelled_at) if order.cancelled_at else None,
        "currencyCode": shop.currency,
        "taxesIncluded": order.taxes_included,
        "lineItems": listed([line_record(line) for line in order.lines]),
        "fulfillments": lambda first=None, **_: [fulfilment_record(shop, one) for one in order.fulfilments][:first],
        "refunds": lambda first=None: [refund_record(shop, one) for one in order.refunds][:first],
        "fulfillmentOrders": listed([_fulfilment_order(shop, order)]),
    }


def _fulfilment_order(shop: Shop, order: Order) -> Record:
    place = location_record(shop.locations[order.location])
    return {"status": "OPEN" if order.is_open else "CLOSED", "assignedLocation": {"location": place}}


def line_record(line: Line) -> Record:
    item = {"inventoryItem": {"id": gid("InventoryItem", line.variant.item)}} if line.variant else None
    return {
        "id": gid("LineItem", line.number),
        "name": line.name,
        "sku": line.sku,
        "quantity": line.quantity,
        "currentQuantity": line.current,
        "unfulfilledQuantity": line.unfulfilled,
        "variant": item,
        "discountedUnitPriceAfterAllDiscountsSet": money(line.price),
        "taxLines": lambda first=None: [{"priceSet": money(line.tax)}] if line.tax else [],
    }


def fulfilment_record(shop: Shop, one: Fulfilment) -> Record:
    lines = [{"quantity": quantity, "lineItem": line_record(line)} for line, quantity in one.lines]
    return {
        "__typename": "Fulfillment",
        "id": gid("Fulfillment", one.number),
        "status": one.status,
        "createdAt": text(one.at),
        "location": location_record(shop.locations[one.location]),
        "fulfillmentLineItems": listed(lines),
    }


def refund_record(shop: Shop, refund: Refund) -> Record:
    return {
        "__typename": "Refund",
        "id": gid("Refund", refund.number),
        "createdAt": text(refund.at),
        "processedAt": text(refund.at),
        "refundLineItems": listed([_refund_line(shop, line) for line in refund.lines]),
    }


def _refund_line(shop: Shop, line: RefundLine) -> Record:
    return {
        "quantity": line.quantity,
        "restockType": line.restock_type,
        "restocked": line.restock_type != "NO_RESTOCK",
        "location": location_record(shop.locations[line.location]) if line.location else None,
        "lineItem": line_record(line.line),
    }


def subscription_record(one: Subscription) -> Record:
    return {"id": gid("WebhookSubscription", one.number), "topic": one.topic, "uri": one.uri}


def money(amount: Decimal) -> Record:
    return {"shopMoney": {"amount": format(amount, "f"), "currencyCode": "USD"}}


def text(moment: datetime) -> str:
    """Shopify's times have no fractions of a second."""
    return moment.replace(microsecond=0).isoformat().replace("+00:00", "Z")


def user_error(message: str, field: Sequence[str] | None, code: str | None = None) -> Mapping[str, object]:
    return {"message": message, "field": field, "code": code}


def throttle_status(available: float, most: int, rate: int) -> Record:
    return {"maximumAvailable": most, "currentlyAvailable": math.floor(available), "restoreRate": rate}
