"""Replenishment: how a product stands at a site, what it needs, and what is proposed, with every number that led there.

A proposal is computed by a run, accepted or dismissed by people, ordered at most once; of a product and site at most one is not
ordered yet, which the next run replaces, or withdraws when its need is gone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from core.domain.errors import Conflict
from core.domain.forecast import Forecast
from core.domain.policy import LevelBasis, LevelSource, Mode, Sources
from core.domain.product import ProductKind, Tracking
from core.domain.values import normal

ZERO = Decimal(0)


class ProposalState(StrEnum):
    """`blocked`: something is needed that can be had nowhere. `withdrawn`: nothing is needed any more."""

    PROPOSED = "proposed"
    BLOCKED = "blocked"
    DISMISSED = "dismissed"
    WITHDRAWN = "withdrawn"
    ORDERED = "ordered"


class Reason(StrEnum):
    """Why nothing can be proposed."""

    INACTIVE = "inactive"
    KIT = "kit"
    NO_SUPPLIER = "no_supplier"
    NOT_VALID = "not_valid"
    SUPPLIER_INACTIVE = "supplier_inactive"
    NO_PRICE = "no_price"
    NO_EXCHANGE_RATE = "no_exchange_rate"
    NO_SURPLUS = "no_surplus"


@dataclass(frozen=True, slots=True)
class Current:
    """What is proposed at present. `position` is that of the moment of the proposal or of its dismissal."""

    id: UUID
    state: ProposalState
    is_filler: bool
    position: Decimal
    supplier: UUID | None = None
    dismissed_until: date | None = None
    dismissed_change: Decimal | None = None

    def is_dismissed(self, today: date, position: Decimal) -> bool:
        """Whether it was dismissed and that still counts: the day has not come, nor has the position moved so far."""
        if self.state is not ProposalState.DISMISSED:
            return False
        if self.dismissed_until is not None and today >= self.dismissed_until:
            return False
        if self.dismissed_change is None:
            return True
        return abs(position - self.position) * 100 <= abs(self.position) * self.dismissed_change


@dataclass(frozen=True, slots=True)
class Standing:
    """How a policy stands. `available` may be sold and is promised to nobody; `owed` is what approved orders of customers lack a
    promise for; `ordered` is on its way from suppliers or about to be, `drafted` may be, `arriving` comes from other sites.
    `receipts` are the days, if known, and quantities of what was ordered or drafted. Every figure is in the product's unit."""

    product: UUID
    site: UUID
    site_code: str
    minimum: Decimal
    target: Decimal
    level_source: LevelSource
    basis: LevelBasis | None
    mode: Mode
    sources: Sources
    is_active: bool
    kind: ProductKind
    tracking: Tracking
    on_hand: Decimal
    available: Decimal
    owed: Decimal
    ordered: Decimal
    drafted: Decimal
    arriving: Decimal
    receipts: Sequence[tuple[date | None, Decimal]]
    forecast: Forecast | None
    current: Current | None
    position: Decimal = field(init=False)
    """What is there and to come, less what is owed: each unit once."""
    needed: Decimal = field(init=False)
    """What brings the position up to the target, once it has fallen to the minimum."""

    def __post_init__(self) -> None:
        position = normal(self.available - self.owed + self.ordered + self.drafted + self.arriving)
        is_low = self.mode is not Mode.OFF and position <= self.minimum and position < self.target
        object.__setattr__(self, "position", position)
        object.__setattr__(self, "needed", normal(self.target - position) if is_low else ZERO)

    @property
    def cover(self) -> Decimal:
        """How much of its target it has: the least of it is the most urgent."""
        return self.position / self.target if self.target else Decimal(1)

    @property
    def is_whole(self) -> bool:
        """Whether only whole units of it exist."""
        return self.tracking is Tracking.SERIAL

    @property
    def obstacle(self) -> Reason | None:
        """Why it cannot be replenished, whoever has it."""
        if self.kind is ProductKind.KIT:
            return Reason.KIT
        return None if self.is_active else Reason.INACTIVE


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to have it: of a supplier or of a site, by its code. `unit_price` is in `currency`, `cost` in the company's currency for
    one unit. It is `in_time` where something is left on the day on which it arrives. `remaining` is what is expected to be left then."""

    kind: str
    code: str
    quantity: Decimal
    arrives_on: date
    in_time: bool
    remaining: Decimal
    lead_days: Decimal
    lead_spread: Decimal
    lead_source: str
    minimum_order_quantity: Decimal | None = None
    order_multiple: Decimal | None = None
    surplus: Decimal | None = None
    unit_price: Decimal | None = None
    currency: str | None = None
    exchange_rate: Decimal | None = None
    cost: Decimal | None = None


@dataclass(frozen=True, slots=True)
class SupplierMinimum:
    """What the supplier wants an order to be worth at least, and what those of its site come to, in the supplier's currency."""

    minimum_order_value: Decimal
    proposed_value: Decimal
    currency: str

    @property
    def is_reached(self) -> bool:
        return self.proposed_value >= self.minimum_order_value


@dataclass(frozen=True, slots=True)
class Why:
    """Every number that led to a proposal: the figures of the policy, what was there and to come, the forecast, the way that was chosen
    and the next best. `position` = available − owed + ordered + drafted + arriving; `needed` = target − position. What is paid is None
    where it is shown to those who may not see costs."""

    day: date
    minimum: Decimal
    target: Decimal
    level_source: LevelSource
    on_hand: Decimal
    available: Decimal
    owed: Decimal
    ordered: Decimal
    drafted: Decimal
    arriving: Decimal
    position: Decimal
    needed: Decimal
    forecast_as_of: date | None = None
    daily_demand: Decimal | None = None
    stock_out_on: date | None = None
    basis: LevelBasis | None = None
    chosen: Choice | None = None
    runner_up: Choice | None = None
    supplier_minimum: SupplierMinimum | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a run concludes about a standing: so much of a supplier or from a site or, with a reason, nothing."""

    standing: Standing
    why: Why
    reason: Reason | None = None
    supplier: UUID | None = None
    source: UUID | None = None
    is_filler: bool = False

    @property
    def state(self) -> ProposalState:
        return ProposalState.BLOCKED if self.reason else ProposalState.PROPOSED

    @property
    def is_new(self) -> bool:
        """Whether people have not been told of it before."""
        current = self.standing.current
        return current is None or current.state is not self.state

    @property
    def value(self) -> Decimal:
        """What it is worth in the supplier's currency."""
        chosen = self.why.chosen
        return chosen.quantity * chosen.unit_price if chosen and chosen.unit_price is not None else ZERO


def require_open(state: ProposalState, deed: str, *allowed: ProposalState, document: UUID | None = None) -> None:
    """Raises Conflict `proposal_state`, which names the present state and what was made of it."""
    if state not in allowed:
        details = {"state": state.value, **({"document": str(document)} if document else {})}
        raise Conflict("proposal_state", f"a proposal that is {state.value} cannot be {deed}", details=details)
