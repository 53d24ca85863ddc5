"""Stock counts by themselves: which deed is possible when, what figures come to, what is posted."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from core.domain.errors import Conflict
from core.domain.ids import new_id
from core.domain.product import ProductKind, Tracking
from core.domain.stock import ADJUSTMENT, MAX_LINES
from core.domain.stock_count import (
    MACHINE,
    CountDeed,
    CountState,
    StockCount,
    approved,
    cancelled,
    counting,
    posted,
    recounted,
    require_possible,
    submitted,
)
from core.domain.stock_count_figures import CountedGoods, CountMode, Saying, figures_of
from core.domain.stock_count_posting import Difference, adjustments
from core.domain.stock_count_scope import AbcClass, CountScope, ScopeKind, scope_faults, size_faults

NOW = datetime(2031, 5, 1, 12, tzinfo=UTC)
SOMEBODY = new_id()
COUNT = StockCount(new_id(), CountScope(), SOMEBODY, number=7, reason="counted")
GOODS = CountedGoods(new_id(), ProductKind.UNIT, Tracking.NONE, Decimal(1), new_id())

# From each state, what can be done and what it leads to, said a second time.
POSSIBLE: Mapping[CountState, Mapping[str, str | None]] = {
    CountState.PLANNED: {"change": "planned", "delete": None, "count": "counting", "cancel": "cancelled"},
    CountState.COUNTING: {"count": "counting", "submit": "submitted", "cancel": "cancelled"},
    CountState.SUBMITTED: {"recount": "counting", "approve": "approved", "cancel": "cancelled"},
    CountState.APPROVED: {"post": "posted"},
    CountState.POSTED: {},
    CountState.CANCELLED: {},
}
TRANSITIONS: dict[CountDeed, Callable[[StockCount], StockCount]] = {
    CountDeed.COUNT: counting,
    CountDeed.SUBMIT: lambda count: submitted(count, SOMEBODY),
    CountDeed.RECOUNT: recounted,
    CountDeed.APPROVE: lambda count: approved(count, "counted", SOMEBODY),
    CountDeed.POST: posted,
    CountDeed.CANCEL: lambda count: cancelled(count, "no", SOMEBODY),
}


@pytest.mark.parametrize("deed", CountDeed)
@pytest.mark.parametrize("state", CountState)
def test_a_count_goes_only_the_ways_that_there_are(state: CountState, deed: CountDeed) -> None:
    count = replace(COUNT, state=state)
    if deed.value not in POSSIBLE[state]:
        with pytest.raises(Conflict) as refused:
            TRANSITIONS.get(deed, lambda one: require_possible(one, deed))(count)
        assert (refused.value.code, refused.value.details) == ("count_state", {"state": state.value})
        return
    assert MACHINE[deed].after == POSSIBLE[state][deed.value]
    if deed in TRANSITIONS:
        assert TRANSITIONS[deed](count).state == POSSIBLE[state][deed.value]


def test_every_round_is_a_new_one_and_forgets_who_handed_the_last_one_in() -> None:
    again = recounted(submitted(replace(COUNT, state=CountState.COUNTING), SOMEBODY))
    assert (again.round, again.submitted_by) == (2, None)


def saying(quantity: str, mode: str = "set", at: datetime | None = None, lot: str | None = None) -> Saying:
    return Saying(Decimal(quantity), CountMode(mode), lot, at, GOODS)


@pytest.mark.parametrize(
    ("sayings", "mode", "quantity"),
    [
        ([saying("1", "add"), saying("2", "add")], "add", "3"),
        ([saying("5"), saying("2", "add")], "set", "7"),
        ([saying("2", "add"), saying("5")], "set", "5"),
        ([saying("5"), saying("4")], "set", "4"),
    ],
)
def test_what_a_request_says_of_one_key_is_one_figure(sayings: list[Saying], mode: str, quantity: str) -> None:
    [figure] = figures_of(sayings)
    assert (figure.mode.value, figure.quantity) == (mode, Decimal(quantity))


def test_a_figure_of_several_scans_is_as_new_as_the_last_of_them() -> None:
    earlier = NOW - timedelta(minutes=5)
    [figure] = figures_of([saying("1", "add", NOW), saying("1", "add", earlier)])
    assert figure.counted_at == NOW
    [figure] = figures_of([saying("1", "add", NOW), saying("1", "add")])
    assert figure.counted_at is None  # the moment of recording is later than both


def test_lots_are_keys_of_their_own_and_packs_are_units() -> None:
    milk = replace(GOODS, tracking=Tracking.LOT, pack=Decimal(12))
    figures = figures_of([replace(saying("2", lot=lot), goods=milk) for lot in (" L1 ", "L2", "L1")])
    assert [(figure.lot, figure.quantity) for figure in figures] == [("L1", 24), ("L2", 24)]


def test_a_posting_has_no_more_lines_than_the_ledger_takes_and_what_goes_out_comes_first() -> None:
    quantities = [Decimal(1 if number % 2 else -1) for number in range(2 * MAX_LINES + 1)]
    differences = [Difference(new_id(), new_id(), "", quantity, is_large=False) for quantity in quantities]
    postings = list(adjustments(COUNT, differences))
    assert [len(posting.lines) for posting in postings] == [MAX_LINES, MAX_LINES, 1]
    assert [posting.source_ref for posting in postings] == [f"{COUNT.id}/{part}" for part in (1, 2, 3)]
    comes_in = [line.source == ADJUSTMENT for posting in postings for line in posting.lines]
    assert comes_in == sorted(comes_in)
    assert list(adjustments(COUNT, [])) == []


@pytest.mark.parametrize(
    ("scope", "faults"),
    [
        (CountScope(), []),
        (CountScope(size=3), [("/scope/size", "not_allowed")]),
        (CountScope(ScopeKind.ABC), [("/scope/classes", "required")]),
        (CountScope(ScopeKind.ABC, classes=(AbcClass.A,)), []),
        (CountScope(ScopeKind.CYCLE, size=0), [("/scope/size", "out_of_range")]),
        (
            CountScope(ScopeKind.CATEGORY, products=("CUP",)),
            [("/scope/category", "required"), ("/scope/products", "not_allowed")],
        ),
        (CountScope(ScopeKind.PRODUCTS, products=("CUP",) * 5001), [("/scope/products", "out_of_range")]),
    ],
)
def test_each_kind_of_scope_has_its_own_field(scope: CountScope, faults: list[tuple[str, str]]) -> None:
    assert [(fault.pointer, fault.code) for fault in scope_faults(scope)] == faults


@pytest.mark.parametrize(("lines", "codes"), [(0, ["empty"]), (1, []), (50_000, []), (50_001, ["out_of_range"])])
def test_a_count_has_some_lines_and_not_too_many(lines: int, codes: list[str]) -> None:
    assert [fault.code for fault in size_faults(lines)] == codes
