"""Whence to have what is needed: of the cheapest supplier that brings it in time, or from a site that has more than it needs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from uuid import UUID

from core.domain.order_quantity import order_quantity
from core.domain.policy import Sources
from core.domain.replenishment import ZERO, Choice, Reason, Standing
from core.domain.stock_projection import TRANSFER_DAYS, remaining_on
from core.domain.supplier import PriceBreak
from core.domain.values import normal

_COST_STEP = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Offer:
    """On which terms a supplier sells a product. `exchange_rate` is what one unit of its currency is worth in the company's, None where
    nobody knows."""

    product: UUID
    supplier: UUID
    code: str
    is_active: bool
    is_valid: bool
    currency: str
    exchange_rate: Decimal | None
    minimum_order_value: Decimal | None
    least: Decimal | None
    pack: Decimal | None
    breaks: tuple[PriceBreak, ...]
    lead_days: Decimal
    lead_spread: Decimal
    lead_source: str

    @property
    def obstacle(self) -> Reason | None:
        """Why nothing can be ordered on these terms."""
        if not self.is_active:
            return Reason.SUPPLIER_INACTIVE
        if not self.is_valid:
            return Reason.NOT_VALID
        if not self.breaks:
            return Reason.NO_PRICE
        return Reason.NO_EXCHANGE_RATE if self.exchange_rate is None else None

    @property
    def smallest(self) -> Decimal | None:
        """The least that can be ordered: the minimum order quantity, or that of the first price."""
        first = self.breaks[0].from_quantity if self.breaks else ZERO
        return max(self.least or ZERO, first) or None

    def arrives_on(self, today: date) -> date:
        """When it comes if it is ordered today."""
        return today + timedelta(days=int(self.lead_days.to_integral_value(ROUND_CEILING)))

    def price_of(self, quantity: Decimal) -> Decimal:
        """What a unit costs in its currency, if at least the smallest quantity is ordered."""
        return [one.unit_price for one in self.breaks if one.from_quantity <= quantity][-1]


@dataclass(slots=True)
class Surplus:
    """What a site has above its own target and has not given away yet."""

    site: UUID
    code: str
    quantity: Decimal


Surpluses = Mapping[UUID, Sequence[Surplus]]
"""By product."""


def transferable(need: Standing, surpluses: Iterable[Surplus]) -> tuple[Surplus, Decimal] | None:
    """The site with the most of it, and how much it gives: what is needed or, if it has less, that, provided that it lifts the position
    above the minimum or nothing may be bought. Takes it away there, so that it is given out once."""
    if need.sources is Sources.BUY_ONLY:
        return None
    others = [one for one in surpluses if one.site != need.site]
    donor = max(others, key=lambda one: (one.quantity, one.code), default=None)
    if donor is None:
        return None
    quantity = min(need.needed, donor.quantity)
    if need.is_whole:
        rounding = ROUND_CEILING if need.needed.to_integral_value(ROUND_CEILING) <= donor.quantity else ROUND_FLOOR
        quantity = quantity.to_integral_value(rounding)
    is_enough = quantity >= need.needed or need.position + quantity > need.minimum
    if quantity <= 0 or not (is_enough or need.sources is Sources.TRANSFER_ONLY):
        return None
    donor.quantity -= quantity
    return donor, quantity


def transfer_choice(need: Standing, donor: Surplus, quantity: Decimal, today: date) -> Choice:
    """The transfer that `transferable` found, after it was taken away there."""
    arrives_on = today + timedelta(days=TRANSFER_DAYS)
    remaining = remaining_on(need, today, arrives_on)
    return Choice(
        "transfer",
        donor.code,
        quantity,
        arrives_on,
        _is_in_time(need, remaining),
        remaining,
        lead_days=Decimal(TRANSFER_DAYS),
        lead_spread=ZERO,
        lead_source="assumed",
        surplus=normal(donor.quantity + quantity),
    )


def ranked(need: Standing, offers: Iterable[Offer], today: date) -> Sequence[tuple[Offer, Choice]]:
    """The offers that can be used, the best first: those that arrive in time before the others, and of these last the fastest; those
    that do not bring more than twice the target before those that do; then the cheapest unit, the smaller quantity, the faster one."""
    usable = [offer for offer in offers if offer.obstacle is None]
    choices = [(offer, purchase_choice(need, offer, need.needed, today)) for offer in usable]
    return sorted(choices, key=lambda one: _rank(need, one[1]))


def purchase_choice(need: Standing, offer: Offer, wanted: Decimal, today: date) -> Choice:
    """What ordering so much, as it can be had of a supplier, comes to."""
    quantity = order_quantity(wanted, offer.smallest, offer.pack, whole=need.is_whole)
    return priced(need, offer, quantity, today)


def priced(need: Standing, offer: Offer, quantity: Decimal, today: date) -> Choice:
    """What ordering exactly so much comes to."""
    arrives_on = offer.arrives_on(today)
    remaining = remaining_on(need, today, arrives_on)
    price = offer.price_of(quantity)
    return Choice(
        "purchase",
        offer.code,
        quantity,
        arrives_on,
        _is_in_time(need, remaining),
        remaining,
        lead_days=offer.lead_days,
        lead_spread=offer.lead_spread,
        lead_source=offer.lead_source,
        minimum_order_quantity=offer.least,
        order_multiple=offer.pack,
        unit_price=price,
        currency=offer.currency,
        exchange_rate=offer.exchange_rate,
        cost=normal((price * (offer.exchange_rate or ZERO)).quantize(_COST_STEP)),
    )


def hole(offers: Sequence[Offer], need: Standing) -> Reason:
    """Why it can be had nowhere: of the suppliers, what is nearest to being put right."""
    if need.sources is Sources.TRANSFER_ONLY:
        return Reason.NO_SURPLUS
    found = {offer.obstacle for offer in offers}
    order = (Reason.NO_EXCHANGE_RATE, Reason.NO_PRICE, Reason.NOT_VALID, Reason.SUPPLIER_INACTIVE)
    return next((reason for reason in order if reason in found), Reason.NO_SUPPLIER)


def by_urgency(needs: Iterable[Standing]) -> Iterator[Standing]:
    """Those with the least of their target first; whoever has as much, in an order that stays."""
    yield from sorted(needs, key=lambda need: (need.cover, need.product, need.site))


def _is_in_time(need: Standing, remaining: Decimal) -> bool:
    return remaining >= 0 if need.forecast else remaining > 0


def _rank(need: Standing, choice: Choice) -> tuple[object, ...]:
    is_much = need.position + choice.quantity > 2 * need.target
    cost = choice.cost or ZERO
    if choice.in_time:
        return (0, is_much, cost, choice.quantity, choice.lead_days, choice.code)
    return (1, choice.lead_days, is_much, cost, choice.quantity, choice.code)
