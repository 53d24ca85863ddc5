"""How far the stock of a site reaches for what has left it already."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, Decimal
from uuid import UUID

from core.domain.channel_order import ZERO
from core.domain.channel_order_plan import Part

Shelf = tuple[UUID, UUID]
"""A product at a location."""


@dataclass(frozen=True, slots=True)
class Stock:
    """What there is to take from: of each site its locations, its own first, and what each holds of a product. A kit has the components
    of its recipe. Of those in `whole_only` there are no fractions. A site of `boundless` gives what it does not have, but not of a
    product whose lots are told apart."""

    locations: Mapping[UUID, Sequence[UUID]]
    on_hand: Mapping[Shelf, Decimal]
    recipes: Mapping[UUID, Mapping[UUID, Decimal]] = field(default_factory=dict)
    whole_only: frozenset[UUID] = frozenset()
    with_lots: frozenset[UUID] = frozenset()
    boundless: frozenset[UUID] = frozenset()

    def recipe(self, product: UUID) -> Mapping[UUID, Decimal]:
        """What one unit of it is made of: itself, or the components of a kit."""
        return self.recipes.get(product) or {product: Decimal(1)}


@dataclass(frozen=True, slots=True)
class Taken:
    """So many units of a part come from this location."""

    part: Part
    location: UUID
    quantity: Decimal


def taken_for(parts: Sequence[Part], stock: Stock) -> list[Taken]:
    """What of the parts there is, and where it is taken: what left first comes first."""
    left = dict(stock.on_hand)
    found: list[Taken] = []
    for part in sorted(parts, key=lambda one: (one.fact.at, one.fact.id, one.line.number)):
        recipe = stock.recipe(part.product)
        wanted = part.quantity
        for location in stock.locations.get(part.site, ()):
            quantity = wanted
            if part.site not in stock.boundless or recipe.keys() & stock.with_lots:
                quantity = min(wanted, _reach(recipe, location, left, stock))
            if quantity <= 0:
                continue
            found.append(Taken(part, location, quantity))
            for product, each in recipe.items():
                left[product, location] = left.get((product, location), ZERO) - quantity * each
            wanted -= quantity
    return found


def _reach(recipe: Mapping[UUID, Decimal], location: UUID, left: Mapping[Shelf, Decimal], stock: Stock) -> Decimal:
    """How many units, or kits, the location has."""
    sets = [max(left.get((product, location), ZERO), ZERO) / each for product, each in recipe.items()]
    reach = min(sets, default=ZERO)
    in_parts = len(recipe) == 1 and set(recipe.values()) == {Decimal(1)} and not recipe.keys() & stock.whole_only
    return reach if in_parts else reach.to_integral_value(ROUND_FLOOR)
