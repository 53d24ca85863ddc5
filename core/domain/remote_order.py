"""An order as a storefront knows it: a whole picture of one moment. Pictures may come twice, late and in any order."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class RemoteLine:
    """What was ordered: `quantity` is what is still to be delivered or was delivered, without what was cancelled or edited out.
    `item` is the storefront's id of it (that of its levels), None for what it no longer has; `unit_price` is after discounts and without
    tax, in the order's currency."""

    id: str
    item: str | None
    sku: str
    title: str
    quantity: Decimal
    unit_price: Decimal


@dataclass(frozen=True, slots=True)
class RemoteQuantity:
    """How many units of a line."""

    line: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class RemoteFulfilment:
    """What left the shop at once, from one of its locations (None: it does not say)."""

    id: str
    at: datetime
    location: str | None
    lines: Sequence[RemoteQuantity]


@dataclass(frozen=True, slots=True)
class RemoteReturn:
    """What came back after it was fulfilled and was put on the shelf again, at one of its locations (None: it does not say)."""

    id: str
    at: datetime
    location: str | None
    lines: Sequence[RemoteQuantity]


@dataclass(frozen=True, slots=True)
class RemoteOrder:
    """`number` is what people call it, `location` where it is to be fulfilled from (None: not decided), `updated_at` orders two
    pictures of it, `buyer` is a name if any."""

    id: str
    number: str
    placed_at: datetime
    updated_at: datetime
    currency: str
    lines: Sequence[RemoteLine]
    location: str | None = None
    cancelled_at: datetime | None = None
    fulfilments: Sequence[RemoteFulfilment] = ()
    returns: Sequence[RemoteReturn] = ()
    buyer: str = field(default="", repr=False)
