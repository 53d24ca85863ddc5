"""Proposals of replenishment as they are shown. What is paid is None for those who may not see costs."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import msgspec

from core.domain.policy import Mode
from core.domain.replenishment import ProposalState, Reason, Why
from core.ports.order_requests import PersonName
from core.ports.purchase_orders import SupplierName
from core.ports.transfers import SiteName


class MadeOf(msgspec.Struct, frozen=True):
    """The order or transfer that was made of a proposal, by its number, and how it stands."""

    id: UUID
    number: int
    state: str


class ProposalView(msgspec.Struct, frozen=True):
    """A proposal. `site` is a code. It comes of a `supplier`, in whose `currency` its price is, or from a `source`; a blocked one says the
    `reason`. `is_filler`: wanted only so that the supplier's minimum order value is reached."""

    id: UUID
    state: ProposalState
    reason: Reason | None
    product: UUID
    sku: str
    name: str
    site: str
    mode: Mode | None
    supplier: SupplierName | None
    source: SiteName | None
    quantity: Decimal | None
    unit_price: Decimal | None
    currency: str | None
    expected_on: date | None
    is_filler: bool
    why: Why
    proposed_at: datetime
    updated_at: datetime
    dismissed_until: date | None
    dismissed_change: Decimal | None
    decided_by: PersonName | None
    decided_at: datetime | None
    is_edited: bool
    purchase_order: MadeOf | None
    transfer: MadeOf | None
    version: int
