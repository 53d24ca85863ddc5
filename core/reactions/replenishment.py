"""Replenishment follows what changes: the policies that a change concerns are due at once.

Nothing is computed here. The worker's next turn looks at those policies as they stand then, so events that come twice, late or
in another order do no harm, and changes that wait become one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from core.domain.events import Event
from core.ports.clock import Clock
from core.ports.replenishment import PolicyDesk, Touched

_OF_STOCK = (
    *(
        "stock_received",
        "stock_issued",
        "sale_recorded",
        "sale_returned",
        "stock_returned_to_supplier",
        "stock_adjusted",
    ),
    *("stock_scrapped", "stock_transferred", "opening_stock_recorded", "stock_assembled", "posting_reversed"),
)
_OF_PROMISES = (
    *("stock_reserved", "reservation_released", "reservation_consumed", "reservation_expired", "reservation_shortened"),
    *("request_approved", "request_fulfilled", "request_closed", "request_cancelled", "request_reopened"),
    *("channel_order_short", "channel_order_changed", "channel_order_cancelled", "channel_order_settled"),
)
_OF_SUPPLY = (
    *("purchase_order_created", "purchase_order_changed", "purchase_order_deleted", "purchase_order_acknowledged"),
    *("purchase_order_closed", "purchase_order_cancelled"),
    *("transfer_created", "transfer_dispatched", "transfer_received", "transfer_cancelled", "transfer_recalled"),
    *("supplier_changed", "supplier_item_added", "supplier_item_changed", "supplier_item_removed"),
)
_OF_GOODS = ("product_changed", "product_deactivated")
EVENT_TYPES = frozenset({*_OF_STOCK, *_OF_PROMISES, *_OF_SUPPLY, *_OF_GOODS})

_SITES = ("site", "from_site", "to_site", "source", "destination")


async def replenishment(desk: PolicyDesk, clock: Clock, company_id: UUID, events: Sequence[Event]) -> None:
    """Has the policies looked at that the events touch."""
    touched = touched_by(events)
    if touched.goods or touched.suppliers:
        await desk.mark_due(company_id, touched, clock.now())


def touched_by(events: Iterable[Event]) -> Touched:
    """What the events are about."""
    goods = {pair for event in events for pair in _goods(event)}
    suppliers = {event.subject_id for event in events if event.type == "supplier_changed"}
    return Touched(goods, suppliers)


def _goods(event: Event) -> Iterator[tuple[UUID, UUID | None]]:
    """The goods of the event at the sites that it names, or everywhere where it names none. Those of a line are at the line's own sites,
    otherwise at those of the whole."""
    sites = _sites(event.data)
    if event.subject_type == "product":
        yield from _pairs(event.subject_id, sites)
    if product := event.data.get("product"):
        yield from _pairs(UUID(product), sites)
    for line in event.data.get("lines", ()):
        if line["product"]:  # of an order of a shop, a line may have none
            yield from _pairs(UUID(line["product"]), _sites(line) or sites)


def _pairs(product: UUID, sites: Sequence[UUID]) -> Iterator[tuple[UUID, UUID | None]]:
    yield from ((product, site) for site in sites or (None,))


def _sites(data: Mapping[str, Any]) -> Sequence[UUID]:
    return [UUID(data[name]) for name in _SITES if data.get(name)]
