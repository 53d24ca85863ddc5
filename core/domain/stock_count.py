"""Stock counts: a session in which people say what lies at a site, and what the ledger makes of it.

The ledger goes on meanwhile: each line is held against what the books said at the moment when it was counted. Every
transition is checked against `MACHINE`, and each is a pure function that returns the count as it becomes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from core.domain.errors import Conflict
from core.domain.ids import new_id
from core.domain.stock_count_scope import CountScope


class CountState(StrEnum):
    PLANNED = "planned"
    COUNTING = "counting"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    POSTED = "posted"
    CANCELLED = "cancelled"


class CountDeed(StrEnum):
    """What can be done to a count. `approve` and `post` happen in one transaction."""

    CHANGE = "change"
    DELETE = "delete"
    COUNT = "count"
    SUBMIT = "submit"
    RECOUNT = "recount"
    APPROVE = "approve"
    POST = "post"
    CANCEL = "cancel"


class LineState(StrEnum):
    """How far a line is: to be counted, counted, taken for empty because nobody found any, or left out."""

    OPEN = "open"
    COUNTED = "counted"
    ZERO = "zero"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a line may be from the books before it is large: by quantity, by per cent of what the books say, by value. It is
    large beyond any of those that are given; without one, no line is."""

    quantity: Decimal | None = None
    percent: Decimal | None = None
    value: Decimal | None = None


@dataclass(frozen=True, slots=True)
class StockCount:
    """`number` is what people call it by, unique in the company. `opened_at` is when its present `round` began: figures are
    not older. Of a `blind` count nobody sees what the books say but who decides about it."""

    site: UUID
    scope: CountScope
    created_by: UUID
    blind: bool = False
    tolerance: Tolerance = Tolerance()
    note: str = ""
    state: CountState = CountState.PLANNED
    round: int = 1
    opened_at: datetime | None = None
    submitted_by: UUID | None = None
    decided_by: UUID | None = None
    reason: str = ""
    number: int = 0
    version: int = 1
    id: UUID = field(default_factory=new_id)


@dataclass(frozen=True, slots=True)
class Transition:
    """From which states a deed leads to which. A count that is deleted is in no state."""

    done: str
    before: tuple[CountState, ...]
    after: CountState | None


_PLANNED, _COUNTING, _SUBMITTED = (CountState.PLANNED,), (CountState.COUNTING,), (CountState.SUBMITTED,)

MACHINE: Mapping[CountDeed, Transition] = {
    CountDeed.CHANGE: Transition("changed", _PLANNED, CountState.PLANNED),
    CountDeed.DELETE: Transition("deleted", _PLANNED, None),
    CountDeed.COUNT: Transition("counted", (*_PLANNED, *_COUNTING), CountState.COUNTING),
    CountDeed.SUBMIT: Transition("submitted", _COUNTING, CountState.SUBMITTED),
    CountDeed.RECOUNT: Transition("counted again", _SUBMITTED, CountState.COUNTING),
    CountDeed.APPROVE: Transition("approved", _SUBMITTED, CountState.APPROVED),
    CountDeed.POST: Transition("posted", (CountState.APPROVED,), CountState.POSTED),
    CountDeed.CANCEL: Transition("cancelled", (*_PLANNED, *_COUNTING, *_SUBMITTED), CountState.CANCELLED),
}


def require_possible(count: StockCount, deed: CountDeed) -> None:
    """Raises Conflict `count_state`, which names the present state."""
    transition = MACHINE[deed]
    if count.state not in transition.before:
        detail = f"a count that is {count.state.value} cannot be {transition.done}"
        raise Conflict("count_state", detail, details={"state": count.state.value})


def _moved(count: StockCount, deed: CountDeed) -> StockCount:
    require_possible(count, deed)
    after = MACHINE[deed].after
    return replace(count, state=after) if after else count


def counting(count: StockCount) -> StockCount:
    """Begun, or still going on."""
    return _moved(count, CountDeed.COUNT)


def submitted(count: StockCount, by: UUID) -> StockCount:
    """Handed in for a decision."""
    return replace(_moved(count, CountDeed.SUBMIT), submitted_by=by)


def recounted(count: StockCount) -> StockCount:
    """Given back: some lines are counted once more."""
    return replace(_moved(count, CountDeed.RECOUNT), round=count.round + 1, submitted_by=None)


def approved(count: StockCount, reason: str, by: UUID) -> StockCount:
    """Agreed to; what differs is now posted."""
    return replace(_moved(count, CountDeed.APPROVE), decided_by=by, reason=reason)


def posted(count: StockCount) -> StockCount:
    """In the books."""
    return _moved(count, CountDeed.POST)


def cancelled(count: StockCount, reason: str, by: UUID) -> StockCount:
    """Given up. Its figures stay as they were."""
    return replace(_moved(count, CountDeed.CANCEL), decided_by=by, reason=reason)
