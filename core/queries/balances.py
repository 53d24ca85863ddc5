"""What there is, where it is, and how much of it can still be promised."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Protocol
from uuid import UUID

import msgspec

from core.domain.access import Actor
from core.queries.paging import Page


class PlaceBalance(msgspec.Struct, frozen=True):
    """What lies in one place of a site, of one lot if the product has lots. `location` is an address."""

    location: str
    role: str
    lot: str | None
    expires_on: date | None
    on_hand: Decimal


class Balance(msgspec.Struct, frozen=True):
    """A product at a site. `available` is what can still be promised: sound stock less what is `reserved`. `in_transit` has
    left this site and not arrived yet. `minimum` and `target` are None without a policy. `places` only where asked for."""

    product: UUID
    sku: str
    name: str
    site: str
    on_hand: Decimal
    reserved: Decimal
    available: Decimal
    in_transit: Decimal
    minimum: Decimal | None
    target: Decimal | None
    low: bool
    places: list[PlaceBalance] | None = None


class BalanceFilter(msgspec.Struct, frozen=True):
    """Which balances: of a product (id or SKU), at a site (id or code), at or below their minimum, or with nothing on hand."""

    product: str | None = None
    site: str | None = None
    low: bool | None = None
    out: bool | None = None


class SiteAvailability(msgspec.Struct, frozen=True):
    """What can still be promised at one site."""

    site: str
    available: Decimal


class Availability(msgspec.Struct, frozen=True):
    """What can still be promised of a product; of a kit, as many as its components make."""

    product: UUID
    sku: str
    kind: str
    sites: list[SiteAvailability]


class BalanceReader(Protocol):
    """Reads stock within the actor's reach. Holds past their time count as given back, cleared away or not."""

    async def balances(
        self, actor: Actor, wanted: BalanceFilter, limit: int, cursor: str | None, *, places: bool, total: bool
    ) -> Page[Balance]:
        """Balances of products that a site has ever held or has a policy for, by SKU and site."""
        ...

    async def availability(self, actor: Actor, products: Sequence[str]) -> Sequence[Availability | None]:
        """For each product (id or SKU) what every open site can promise, None where there is no such product."""
        ...
