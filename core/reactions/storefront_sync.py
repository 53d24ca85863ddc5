"""Storefronts follow the stock: whatever changes what may be sold marks what they show as out of date.

Nothing is computed or sent here. A pusher reads the present stock when it comes to push, so events that come twice, late or
in another order do no harm, and changes that wait become one.
"""

from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

from core.domain.events import Event
from core.ports.channels import ChannelLinks

EVENT_TYPES = frozenset(
    {
        "stock_received",
        "stock_issued",
        "sale_recorded",
        "sale_returned",
        "stock_returned_to_supplier",
        "stock_adjusted",
        "stock_scrapped",
        "stock_transferred",
        "opening_stock_recorded",
        "stock_assembled",
        "posting_reversed",
        "stock_reserved",
        "reservation_released",
        "reservation_consumed",
        "reservation_expired",
        "reservation_shortened",
        "product_created",
        "product_changed",
        "product_deactivated",
    }
)


async def storefront_sync(links: ChannelLinks, company_id: UUID, events: Sequence[Event]) -> None:
    """Marks the links of all products that the events touch, their prices where those may have changed, and has items that have no
    product yet look for theirs among the new ones."""
    if named := {event.subject_id for event in events if _tells(event, "sku", "barcodes", new=True)}:
        await links.match_anew(company_id, named)
    if priced := {event.subject_id for event in events if _tells(event, "price", new=False)}:
        await links.mark_prices(company_id, priced)
    await links.mark_dirty(company_id, touched_products(events))


def _tells(event: Event, *parts: str, new: bool) -> bool:
    """Whether one of these parts of a product has changed, or the product is new and that counts."""
    if event.type == "product_created":
        return new
    return event.type == "product_changed" and not set(parts).isdisjoint(event.data.get("changed", ()))


def touched_products(events: Iterable[Event]) -> set[UUID]:
    """The products that the events are about."""
    return {product for event in events for product in _products(event)}


def _products(event: Event) -> Iterator[UUID]:
    if event.subject_type == "product":
        yield event.subject_id
    if product := event.data.get("product"):
        yield UUID(product)
    for line in event.data.get("lines", ()):
        yield UUID(line["product"])
