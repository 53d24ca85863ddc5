"""Orders of shops follow what changes here: stock that comes goes to those who lack some, and orders that waited are looked at again.

Nothing is sold here. The worker's next turn looks at each order as it stands then, so events that come twice, late or in another order
do no harm.
"""

from collections.abc import Sequence
from uuid import UUID

from core.domain.events import Event
from core.ports.channel_orders import ChannelOrderMarks
from core.reactions.storefront_sync import touched_products

_OF_STOCK = frozenset(
    {
        "stock_received",
        "sale_returned",
        "stock_adjusted",
        "stock_transferred",
        "opening_stock_recorded",
        "stock_assembled",
        "posting_reversed",
        "reservation_released",
        "reservation_expired",
    }
)
_OF_PROMISES = frozenset({"reservation_shortened", "stock_reserved"})
_OF_PRODUCTS = frozenset({"product_created", "product_changed"})
EVENT_TYPES = _OF_STOCK | _OF_PROMISES | _OF_PRODUCTS


async def channel_orders(marks: ChannelOrderMarks, company_id: UUID, events: Sequence[Event]) -> None:
    """Has the orders looked at that the events may help, or have taken something from."""
    if products := touched_products(event for event in events if event.type in _OF_STOCK):
        await marks.stock_changed(company_id, products)
    if reservations := {event.subject_id for event in events if event.type in _OF_PROMISES}:
        await marks.promises_changed(company_id, reservations)
    if products := touched_products(event for event in events if event.type in _OF_PRODUCTS):
        await marks.products_changed(company_id, products)
