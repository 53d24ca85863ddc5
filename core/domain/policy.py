"""Stock policies: the level at which a product is low at a site, and the level that it is brought up to."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from core.domain.errors import Fault
from core.domain.values import level_fault


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
