"""What receipts teach about a supplier: how long it takes, how much that varies, how often the promised day was kept.

Only exact sums are kept: the number of observations, of their days and of the squares of these. A sum forgets an observation
as exactly as it learnt it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from uuid import UUID

from core.domain.values import normal

_STEP = Decimal("0.0001")
_EXACT = Context(prec=60)


@dataclass(frozen=True, slots=True)
class LeadTime:
    """One observation: the days from sending an order to having a line of it whole, and whether the promised day was kept (None:
    none was promised)."""

    days: int
    on_time: bool | None = None


@dataclass(frozen=True, slots=True)
class LeadTimes:
    """Sums over observations. `promised` counts those with a promised day, `on_time` those of them that kept it."""

    receipts: int = 0
    days: int = 0
    days_squared: int = 0
    promised: int = 0
    on_time: int = 0

    def after(self, observed: LeadTime, sign: int = 1) -> "LeadTimes":
        """With one more observation or, with the sign -1, with one that is taken back."""
        return LeadTimes(
            self.receipts + sign,
            self.days + sign * observed.days,
            self.days_squared + sign * observed.days**2,
            self.promised + sign * (observed.on_time is not None),
            self.on_time + sign * (observed.on_time is True),
        )

    @property
    def mean_days(self) -> Decimal | None:
        """The arithmetic mean, x̄ = Σx / n, to four decimals; None without an observation."""
        return _divided(self.days, self.receipts)

    @property
    def spread_days(self) -> Decimal | None:
        """The sample standard deviation, s = √((Σx² − (Σx)² / n) / (n − 1)), to four decimals; None below two observations.

        The one-pass formula of Chan, Golub and LeVeque, "Algorithms for Computing the Sample Variance", The American Statistician
        37 (1983), 242-247. The cancellation for which they advise against it cannot happen to whole numbers.
        """
        if self.receipts < 2:
            return None
        squares = self.receipts * self.days_squared - self.days**2
        variance = _EXACT.divide(Decimal(squares), Decimal(self.receipts * (self.receipts - 1)))
        return normal(_EXACT.sqrt(variance).quantize(_STEP))

    @property
    def on_time_share(self) -> Decimal | None:
        """The part of the promised days that were kept, from 0 to 1, to four decimals; None where none was promised."""
        return _divided(self.on_time, self.promised)


Learnt = Mapping[UUID | None, LeadTimes]
"""What changed by product; None: of all products together."""


def _divided(total: int, number: int) -> Decimal | None:
    return normal(_EXACT.divide(Decimal(total), Decimal(number)).quantize(_STEP)) if number else None
