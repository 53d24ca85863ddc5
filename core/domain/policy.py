"""Stock policies: the level at which a product is low at a site, and the level that it is brought up to."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from core.domain.errors import Fault
from core.domain.values import quantity_fault


@dataclass(frozen=True, slots=True)
class Policy:
    """At or below `minimum` a product is low at a site; it is brought up to `target`. Both in its unit."""

    product: UUID | str
    site: UUID | str
    minimum: Decimal
    target: Decimal

    def faults(self, pointer: str) -> list[Fault]:
        """What is wrong with the levels."""
        levels = {"minimum": self.minimum, "target": self.target}
        found = [fault for name, value in levels.items() if (fault := level_fault(f"{pointer}/{name}", value))]
        if not found and self.target < self.minimum:
            found.append(Fault(f"{pointer}/target", "below_minimum", "the target must not be below the minimum"))
        return found


def level_fault(pointer: str, value: Decimal) -> Fault | None:
    """What is wrong with a quantity that may be zero."""
    if value.is_finite() and value.is_signed() and value != 0:
        return Fault(pointer, "out_of_range", "must not be negative")
    return None if value.is_finite() and value == 0 else quantity_fault(pointer, value)
