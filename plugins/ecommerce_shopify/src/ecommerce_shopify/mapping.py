"""What Shopify's records mean in the terms of the core. Pure functions on decoded answers."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from core.domain.remote_order import RemoteFulfilment, RemoteLine, RemoteOrder, RemoteQuantity, RemoteReturn
from core.ports.storefront import Item, ShownLevel

Record = Mapping[str, Any]

_PRICE_STEP = Decimal("0.0001")
_WITHOUT_OPTIONS = "Default Title"


def item_of(variant: Record) -> Item:
    """What is sold is a variant; what is counted is its inventory item, and that one's id is used."""
    stocked, product = variant["inventoryItem"], variant["product"]["title"]
    title = product if variant["title"] == _WITHOUT_OPTIONS else f"{product} – {variant['title']}"
    return Item(
        stocked["id"],
        variant["sku"] or "",
        variant["barcode"] or "",
        title,
        Decimal(variant["price"]),
        counted=stocked["tracked"],
    )


def level_of(item: Record, location: str) -> ShownLevel:
    """What an item shows at a location. One that is not counted, or not stocked there, shows nothing."""
    level = item["inventoryLevel"]
    if not item["tracked"] or level is None or not level["isActive"]:
        return ShownLevel(item["id"], location, None)
    quantities = {one["name"]: one["quantity"] for one in level["quantities"]}
    return ShownLevel(item["id"], location, Decimal(quantities["available"]))


def order_of(order: Record) -> RemoteOrder:
    """An order with all of its lines, fulfilments and refunds. Its buyer is not asked for."""
    sent, returned = fulfilments_of(order), returns_of(order)
    delivered, back = _by_line(sent), _by_line(returned)
    return RemoteOrder(
        id=order["id"],
        number=order["name"],
        placed_at=_time(order["createdAt"]),
        updated_at=_time(order["updatedAt"]),
        currency=order["currencyCode"],
        lines=[
            _line(line, delivered[line["id"]], back[line["id"]], taxed=order["taxesIncluded"])
            for line in order["lineItems"]["nodes"]
        ],
        location=_location(order),
        cancelled_at=_time(order["cancelledAt"]) if order["cancelledAt"] else None,
        fulfilments=sent,
        returns=returned,
    )


def fulfilments_of(order: Record) -> Sequence[RemoteFulfilment]:
    """What has left; a fulfilment that failed, was cancelled or still waits for somebody has not."""
    return [
        RemoteFulfilment(
            one["id"], _time(one["createdAt"]), _id(one["location"]), _quantities(one["fulfillmentLineItems"])
        )
        for one in order["fulfillments"]
        if one["status"] == "SUCCESS"
    ]


def returns_of(order: Record) -> Sequence[RemoteReturn]:
    """What refunds put back on a shelf after it had left: lines of the type RETURN that were restocked. Of the other types CANCEL never
    left, and NO_RESTOCK never came back."""
    return [
        RemoteReturn(name, _time(refund["processedAt"] or refund["createdAt"]), location, lines)
        for refund in order["refunds"]
        for name, location, lines in _restocked(refund)
    ]


def _restocked(refund: Record) -> Iterable[tuple[str, str | None, Sequence[RemoteQuantity]]]:
    """By location, each with a name that is always the same."""
    places: dict[str | None, list[Record]] = defaultdict(list)
    for line in refund["refundLineItems"]["nodes"]:
        if line["restockType"] == "RETURN" and line["restocked"]:
            places[_id(line["location"])].append(line)
    for location, lines in places.items():
        name = refund["id"] if len(places) == 1 else f"{refund['id']}@{location}"
        yield name, location, _quantities({"nodes": lines})


def _quantities(connection: Record) -> Sequence[RemoteQuantity]:
    """How many of each line; a line may stand in several rows."""
    total: dict[str, int] = defaultdict(int)
    for row in connection["nodes"]:
        total[row["lineItem"]["id"]] += row["quantity"] or 0
    return [RemoteQuantity(line, Decimal(quantity)) for line, quantity in total.items()]


def _line(line: Record, delivered: Decimal, back: Decimal, *, taxed: bool) -> RemoteLine:
    return RemoteLine(
        id=line["id"],
        item=_id((line["variant"] or {}).get("inventoryItem")),
        sku=line["sku"] or "",
        title=line["name"],
        quantity=_wanted(line, delivered, back),
        unit_price=_unit_price(line, taxed=taxed),
    )


def _wanted(line: Record, delivered: Decimal, back: Decimal) -> Decimal:
    """What was delivered or still is to be. `currentQuantity` leaves out whatever was refunded, also of what had been delivered; and
    `unfulfilledQuantity` falls below 0 then."""
    return max(
        Decimal(line["currentQuantity"]) + back, delivered + max(Decimal(line["unfulfilledQuantity"]), Decimal(0))
    )


def _unit_price(line: Record, *, taxed: bool) -> Decimal:
    """After all discounts and without tax. Shopify's taxes are those of the whole line as it was ordered."""
    price = _amount(line["discountedUnitPriceAfterAllDiscountsSet"])
    if taxed and line["quantity"]:
        price -= sum((_amount(tax["priceSet"]) for tax in line["taxLines"]), Decimal(0)) / line["quantity"]
    return max(price, Decimal(0)).quantize(_PRICE_STEP, ROUND_HALF_EVEN)


def _location(order: Record) -> str | None:
    """Where all of it is to be fulfilled from; None where that is several places or none."""
    open_ones = [one for one in order["fulfillmentOrders"]["nodes"] if one["status"] != "CANCELLED"]
    places = {_id(one["assignedLocation"]["location"]) for one in open_ones}
    return places.pop() if len(places) == 1 else None


def _by_line(parts: Sequence[RemoteFulfilment] | Sequence[RemoteReturn]) -> Mapping[str, Decimal]:
    total: dict[str, Decimal] = defaultdict(Decimal)
    for part in parts:
        for one in part.lines:
            total[one.line] += one.quantity
    return total


def _id(record: Record | None) -> str | None:
    return record["id"] if record else None


def _amount(money: Record) -> Decimal:
    return Decimal(money["shopMoney"]["amount"])


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
