"""Order requests without storage: from which state each deed leads where, and that no unit of what was granted goes missing."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.errors import Conflict
from core.domain.ids import new_id
from core.domain.order_request import (
    MACHINE,
    OrderRequest,
    RequestDeed,
    RequestKind,
    RequestLine,
    RequestState,
    approved,
    arrived,
    cancelled,
    closed,
    fulfilled,
    obstacle,
    rejected,
    reopened,
)
from core.domain.transfer import TransferState

CUP, BOX = new_id(), new_id()
MANAGER = new_id()
ORDER, RESTOCK = RequestKind.CUSTOMER_ORDER, RequestKind.RESTOCK

quantities = st.decimals("0.000001", "1000000", places=6)

DO: dict[RequestDeed, Callable[[OrderRequest], OrderRequest]] = {
    RequestDeed.APPROVE: lambda request: approved(request, {1: Decimal(4)}, MANAGER),
    RequestDeed.REJECT: lambda request: rejected(request, "not now", MANAGER),
    RequestDeed.FULFIL: lambda request: fulfilled(request, {1: Decimal(1)}),
    RequestDeed.RECEIVE: lambda request: arrived(request, {CUP: Decimal(4)}),
    RequestDeed.CLOSE: lambda request: closed(request, "sold out"),
    RequestDeed.CANCEL: cancelled,
    RequestDeed.REOPEN: reopened,
}


def asked(kind: RequestKind, *lines: tuple[object, Decimal]) -> OrderRequest:
    numbered = tuple(RequestLine(number, one, quantity) for number, (one, quantity) in enumerate(lines, 1))  # type: ignore[arg-type]
    return OrderRequest(kind, new_id(), new_id(), "the shelf is empty", numbered)


def in_state(state: RequestState, kind: RequestKind, *, begun: bool, transfer: TransferState | None) -> OrderRequest:
    line = RequestLine(1, CUP, Decimal(4), Decimal(4), fulfilled=Decimal(3 if begun else 0))
    return replace(asked(kind), lines=(line,), state=state, transfer_state=transfer)


def situations() -> list[OrderRequest]:
    """Every combination of what the state machine looks at."""
    everything = product(RequestState, RequestKind, (False, True), (None, *TransferState))
    return [in_state(state, kind, begun=begun, transfer=transfer) for state, kind, begun, transfer in everything]


def expected(request: OrderRequest, deed: RequestDeed) -> bool:
    """The rules in other words than the machine's."""
    is_pending, is_approved = request.state == "pending", request.state == "approved"
    moving = request.transfer_state in ("in_transit", "partially_received")
    return {
        "change": is_pending,
        "delete": is_pending,
        "approve": is_pending,
        "reject": is_pending,
        "fulfil": is_approved and request.kind == "customer_order",
        "receive": is_approved and request.kind == "restock",
        "close": is_approved and request.is_begun and not moving and request.transfer_state != "pending",
        "cancel": (is_pending or is_approved) and not request.is_begun and not moving,
        "reopen": (is_approved or request.state == "rejected")
        and not request.is_begun
        and not moving
        and request.transfer_state != "confirmed",
    }[deed]


@pytest.mark.parametrize("deed", RequestDeed)
def test_a_deed_is_possible_exactly_in_the_states_and_conditions_that_the_rules_name(deed: RequestDeed) -> None:
    """Seen to fail without the condition `_UNTOUCHED` (cancel) and with APPROVED among the states that `change` leaves."""
    wrong = [request for request in situations() if (obstacle(request, deed) is None) is not expected(request, deed)]
    assert wrong == []


@pytest.mark.parametrize("deed", DO)
def test_a_transition_leads_where_the_machine_says_and_is_refused_where_it_says_so(deed: RequestDeed) -> None:
    """Seen to fail when `rejected` does not ask the machine."""
    for request in situations():
        if obstacle(request, deed) is None:
            assert DO[deed](request).state in MACHINE[deed].after
        else:
            with pytest.raises(Conflict) as refused:
                DO[deed](request)
            assert refused.value.code == "request_state"
            assert refused.value.details == {"state": request.state.value}


def test_a_decision_that_is_taken_back_leaves_the_request_as_it_was_asked() -> None:
    request = asked(ORDER, (CUP, Decimal(4)), (BOX, Decimal(1)))
    assert reopened(approved(request, {1: Decimal(3), 2: Decimal(0)}, MANAGER)) == request
    assert reopened(rejected(request, "too many", MANAGER)) == request


@given(quantities, st.lists(st.decimals("0", "1", places=3), min_size=1, max_size=6))
def test_whatever_goes_out_in_parts_and_is_then_closed_adds_up_to_what_was_granted(
    granted: Decimal, shares: list[Decimal]
) -> None:
    request = approved(asked(ORDER, (CUP, granted), (BOX, granted)), {1: granted, 2: Decimal(0)}, MANAGER)
    for share in shares:
        part = min((granted * share).quantize(Decimal("0.000001")), request.lines[0].open)
        if request.state == "approved" and part:
            request = fulfilled(request, {1: part})
    if request.is_begun and request.state == "approved":
        request = closed(request, "the rest is not coming")
    line = request.lines[0]
    assert line.granted == line.fulfilled + line.closed + line.open == granted
    assert (request.state == "fulfilled") == (line.open == 0)


@given(quantities, quantities, st.decimals("0", "3000000", places=6))
def test_what_a_transfer_brought_serves_the_lines_of_its_product_in_their_order(
    first: Decimal, second: Decimal, received: Decimal
) -> None:
    """Seen to fail when what one line took is not taken from what is left for the next."""
    lines = ((CUP, first), (BOX, Decimal(1)), (CUP, second))
    request = approved(asked(RESTOCK, *lines), {1: first, 2: Decimal(0), 3: second}, MANAGER)
    after = arrived(request, {CUP: received})
    served = [line.fulfilled for line in after.lines]
    assert sum(served) == min(received, first + second)
    assert served[0] == min(received, first)
    assert (after.state == "fulfilled") == (received >= first + second)
    assert arrived(replace(after, state=RequestState.APPROVED), {CUP: received}) == after
