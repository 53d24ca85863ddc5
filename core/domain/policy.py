"""Stock policies: the level at which a product is low at a site, the level that it is brought up to, and how that is done."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from core.domain.errors import Fault
from core.domain.values import amount_fault, level_fault

MAX_PERIODS = 24
MAX_DAYS = 365
LEAST_SERVICE, MOST_SERVICE = Decimal("0.5"), Decimal("0.99")
_SERVICE_STEP = Decimal("0.001")


class Method(StrEnum):
    """Where the minimum and the target come from: as they were set, or from the forecast, for a wanted service level."""

    FIXED = "fixed"
    SERVICE_LEVEL = "service_level"


class Mode(StrEnum):
    """What is done when stock falls to the minimum: nothing, a proposal, a draft of an order, or an order that is placed."""

    OFF = "off"
    PROPOSE = "propose"
    DRAFT = "draft"
    PLACE = "place"


class Sources(StrEnum):
    """Whence a product comes: from a site that has more than it needs and else from a supplier, or from one of them alone."""

    TRANSFER_FIRST = "transfer_first"
    BUY_ONLY = "buy_only"
    TRANSFER_ONLY = "transfer_only"


class LevelSource(StrEnum):
    """Where the figures in force come from. `no_forecast`: they are the fixed ones, because nothing is forecast yet."""

    FIXED = "fixed"
    PERIOD = "period"
    FORECAST = "forecast"
    NO_FORECAST = "no_forecast"


@dataclass(frozen=True, slots=True)
class LevelBasis:
    """How a forecast led to a minimum and a target: demand `expected` over the lead time of the usual supplier and the review period, its
    `quantile` for the service level, the safety stock, and what is expected of the days that an order is to last."""

    service_level: Decimal
    forecast_as_of: date
    supplier: str | None
    lead_days: Decimal
    lead_spread: Decimal
    lead_source: str
    review_days: int
    cover_days: int
    expected: Decimal
    quantile: Decimal
    safety: Decimal
    expected_of_cover: Decimal


@dataclass(frozen=True, slots=True)
class Period:
    """A season, both of its days included: other figures, or another service level."""

    valid_from: date
    valid_to: date
    minimum: Decimal | None = None
    target: Decimal | None = None
    service_level: Decimal | None = None

    def faults(self, pointer: str) -> Iterator[Fault]:
        """What is wrong with it by itself."""
        if self.valid_to < self.valid_from:
            yield Fault(f"{pointer}/valid_to", "before_start", "must not lie before valid_from")
        if self.minimum is not None and self.target is not None and self.service_level is None:
            yield from _level_faults(pointer, self.minimum, self.target)
        elif self.service_level is not None and self.minimum is None and self.target is None:
            yield from _service_faults(f"{pointer}/service_level", self.service_level)
        else:
            yield Fault(pointer, "one_kind", "give a minimum and a target, or a service level")


@dataclass(frozen=True, slots=True)
class Terms:
    """How a policy finds its figures and what is done by them. `service_level` is the share of cycles without a stock-out that is
    wanted. `spending_limit` is the most that an order may be worth, in the company's currency, to be placed by itself. Stock that
    does not move is looked at every `review_days`; an order is to last for `cover_days` of expected demand."""

    method: Method = Method.FIXED
    service_level: Decimal | None = None
    mode: Mode = Mode.PROPOSE
    spending_limit: Decimal | None = None
    sources: Sources = Sources.TRANSFER_FIRST
    review_days: int = 1
    cover_days: int = 7
    periods: tuple[Period, ...] = ()

    def faults(self, pointer: str) -> Iterator[Fault]:
        """Everything that is wrong with them."""
        if self.service_level is not None:
            yield from _service_faults(f"{pointer}/service_level", self.service_level)
        elif self.method is Method.SERVICE_LEVEL:
            yield Fault(f"{pointer}/service_level", "required", "say which service level is wanted")
        yield from _limit_faults(f"{pointer}/spending_limit", self.mode, self.spending_limit)
        for name in ("review_days", "cover_days"):
            if not 1 <= getattr(self, name) <= MAX_DAYS:
                yield Fault(f"{pointer}/{name}", "out_of_range", f"must be from 1 to {MAX_DAYS}")
        yield from _period_faults(f"{pointer}/periods", self.periods)


@dataclass(frozen=True, slots=True)
class Policy:
    """At or below `minimum` a product is low at a site; it is brought up to `target`. Both in its unit."""

    product: UUID | str
    site: UUID | str
    minimum: Decimal
    target: Decimal
    terms: Terms = field(default_factory=Terms)

    def faults(self, pointer: str) -> list[Fault]:
        """What is wrong with the levels and the terms."""
        return [*_level_faults(pointer, self.minimum, self.target), *self.terms.faults(pointer)]


def _level_faults(pointer: str, minimum: Decimal, target: Decimal) -> Iterator[Fault]:
    levels = {"minimum": minimum, "target": target}
    found = [fault for name, value in levels.items() if (fault := level_fault(f"{pointer}/{name}", value))]
    yield from found
    if not found and target < minimum:
        yield Fault(f"{pointer}/target", "below_minimum", "the target must not be below the minimum")


def _service_faults(pointer: str, level: Decimal) -> Iterator[Fault]:
    if not level.is_finite() or not LEAST_SERVICE <= level <= MOST_SERVICE:
        yield Fault(pointer, "out_of_range", f"must be from {LEAST_SERVICE} to {MOST_SERVICE}")
    elif level % _SERVICE_STEP:
        yield Fault(pointer, "too_precise", "must have at most 3 decimals")


def _limit_faults(pointer: str, mode: Mode, limit: Decimal | None) -> Iterator[Fault]:
    if limit is None:
        if mode is Mode.PLACE:
            yield Fault(pointer, "required", "say up to which worth an order is placed without anybody's approval")
    elif fault := amount_fault(pointer, limit):
        yield fault
    elif limit == 0:
        yield Fault(pointer, "out_of_range", "must be more than zero")


def _period_faults(pointer: str, periods: Sequence[Period]) -> Iterator[Fault]:
    if len(periods) > MAX_PERIODS:
        yield Fault(pointer, "out_of_range", f"must be at most {MAX_PERIODS}")
    for index, period in enumerate(periods):
        yield from period.faults(f"{pointer}/{index}")
        if any(
            other.valid_from <= period.valid_to and period.valid_from <= other.valid_to for other in periods[:index]
        ):
            yield Fault(
                f"{pointer}/{index}/valid_from", "overlapping_validity", "a period before it has some of its days"
            )
