"""What goes wrong between us and Shopify, and in it."""

import random
from dataclasses import dataclass, field
from enum import StrEnum


class Fault(StrEnum):
    UNREACHED = "nothing is sent"
    LOST = "it takes effect and the answer is lost"
    TOO_MANY = "429 with Retry-After"
    THROTTLED = "THROTTLED in a 200"
    BROKEN = "500, and it took no effect"
    BROKEN_AFTER = "502, and it took effect"
    REFUSED = "401"


@dataclass
class Faults:
    """What the next requests meet: those in `coming` first, then `always`, then by chance."""

    coming: list[Fault | None] = field(default_factory=list)
    always: Fault | None = None
    share: float = 0.0
    chance: random.Random = field(default_factory=lambda: random.Random(0))

    def next(self) -> Fault | None:
        if self.coming:
            return self.coming.pop(0)
        if self.always:
            return self.always
        if self.chance.random() < self.share:
            return self.chance.choice([fault for fault in Fault if fault is not Fault.REFUSED])
        return None
