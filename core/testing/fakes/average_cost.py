"""Moving average cost, as the ledger keeps it: what is on hand, what it is worth, and the last unit cost."""

from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

_AMOUNT = Decimal("0.0001")
_UNIT_COST = Decimal("0.0000000001")


def amount(value: Decimal) -> Decimal:
    """Rounded to an amount of money, half away from zero."""
    return value.quantize(_AMOUNT, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Worth:
    """The stock of a product at a site."""

    on_hand: Decimal = Decimal(0)
    value: Decimal = Decimal(0)
    unit_cost: Decimal = Decimal(0)

    def before_request(self, product_cost: Decimal) -> "Worth":
        """What is unknown so far costs what the catalogue says."""
        return self if self.unit_cost else replace(self, unit_cost=product_cost)

    def after_request(self, unit_cost_before: Decimal) -> "Worth":
        return replace(self, unit_cost=self._average if self.on_hand > 0 else unit_cost_before)

    def after_arrival(self, quantity: Decimal, given: Decimal | None) -> tuple["Worth", Decimal]:
        """The worth after goods came in, and their cost: what was given, else the last unit cost. What was sold below zero
        keeps the cost that it was posted with; only what is left over is worth what came in."""
        cost = amount(quantity * self.unit_cost) if given is None else given
        on_hand = self.on_hand + quantity
        if self.on_hand >= 0:
            value = self.value + cost
        else:
            value = amount(cost * on_hand / quantity) if on_hand > 0 else amount(on_hand * self.unit_cost)
        after = Worth(on_hand, value, self.unit_cost)
        return (replace(after, unit_cost=after._average) if on_hand > 0 else after), cost

    def after_departure(self, quantity: Decimal, given: Decimal | None) -> tuple["Worth", Decimal]:
        """The worth after goods left, and their cost: their share of the value; below zero, the last unit cost."""
        left = self.on_hand - quantity
        if left == 0:
            cost = self.value
        elif self.on_hand <= 0:
            cost = amount(quantity * self.unit_cost)
        elif left < 0:
            cost = self.value + amount(-left * self.unit_cost)
        else:
            cost = amount(self.value * quantity / self.on_hand) if given is None else min(given, self.value)
        return Worth(left, self.value - cost, self.unit_cost), cost

    @property
    def _average(self) -> Decimal:
        return (self.value / self.on_hand).quantize(_UNIT_COST, ROUND_HALF_UP)
