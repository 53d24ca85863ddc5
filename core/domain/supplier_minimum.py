"""What is ordered along, so that an order reaches the supplier's minimum order value."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal

from core.domain.order_quantity import most_within, order_quantity
from core.domain.replenishment import Choice, Standing
from core.domain.sourcing import Offer, priced


@dataclass(frozen=True, slots=True)
class Filler:
    """A product of the site that wants nothing yet, and the terms of the supplier."""

    standing: Standing
    offer: Offer


def fill(missing: Decimal, fillers: Sequence[Filler], today: date) -> Sequence[tuple[Filler, Choice]]:
    """Adds the items of least cover first, each up to its target and never above, until what is missing of the order's value (in the
    supplier's currency) is there: the can-order policy of Balintfy, On a basic class of multi-item inventory problems, Management
    Science 10 (1964). Nothing is added where all of it would not suffice, because the order stays below the minimum either way."""
    added: list[tuple[Filler, Choice]] = []
    for filler in sorted(fillers, key=lambda one: (one.standing.cover, one.standing.product)):
        choice = _part(missing, filler, today)
        if choice is None or choice.unit_price is None:
            continue
        added.append((filler, choice))
        missing -= choice.quantity * choice.unit_price
        if missing <= 0:
            return added
    return []


def _part(missing: Decimal, filler: Filler, today: date) -> Choice | None:
    """What one of them adds: as much as is missing, as far as it fits below its target."""
    standing, offer = filler.standing, filler.offer
    room = most_within(standing.target - standing.position, offer.smallest, offer.pack, whole=standing.is_whole)
    if not room or not (price := offer.price_of(room)):
        return None
    wanted = order_quantity(_units(missing, price), offer.smallest, offer.pack, whole=standing.is_whole)
    return priced(standing, offer, min(wanted, room), today)


def _units(missing: Decimal, price: Decimal) -> Decimal:
    """How many units are worth what is missing, to the whole unit."""
    return (missing / price).to_integral_value(ROUND_CEILING)
