"""Transfers without storage: whatever happens to a shipment, no unit and no cent of it goes missing."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.errors import Conflict, Invalid
from core.domain.ids import new_id
from core.domain.stock import ADJUSTMENT, Posting
from core.domain.transfer import (
    Load,
    Movement,
    Transfer,
    TransferLine,
    TransferSite,
    TransferState,
    cancelled,
    departed,
    departure,
    recalled,
    submitted,
)
from core.domain.transfer_arrival import Receipt, arrived, read_receipts, spread_over_lots
from core.domain.transfer_draft import read_shipment

UIO = TransferSite(new_id(), "UIO")
GYE = TransferSite(new_id(), "GYE")
ZERO = Decimal(0)

quantities = st.decimals("0.000001", "1000000", places=6)
costs = st.decimals("0", "99999999", places=4)


def pending(*requested: Decimal | int) -> Transfer:
    lines = tuple(TransferLine(number, new_id(), Decimal(quantity)) for number, quantity in enumerate(requested, 1))
    return submitted(Transfer(UIO, GYE, lines, number=7))


def under_way(*loads: tuple[Decimal | int, Decimal | int]) -> Transfer:
    """A transfer of which everything has left: quantity and cost of each line."""
    transfer = pending(*(quantity for quantity, _ in loads))
    return departed(
        transfer, [Load(line, None, Decimal(one), Decimal(cost)) for line, (one, cost) in enumerate(loads, 1)]
    )


@dataclass
class Books:
    """Adds up what the postings of a transfer do in transit and at both ends: quantity and cost by place."""

    quantity: dict[object, Decimal]
    cost: dict[object, Decimal]

    def post(self, movements: list[Movement]) -> None:
        for move in (line for movement in movements for line in movement.posting.lines):
            for place, sign in ((move.source, -1), (move.destination, 1)):
                self.quantity[place] = self.quantity.get(place, ZERO) + sign * move.quantity
                self.cost[place] = self.cost.get(place, ZERO) + sign * (move.cost or ZERO)


@st.composite
def shipments(draw: st.DrawFn) -> list[tuple[Decimal, Decimal]]:
    return draw(st.lists(st.tuples(quantities, costs), min_size=1, max_size=4))


@st.composite
def receipts_of(draw: st.DrawFn, transfer: Transfer) -> list[Receipt]:
    """What a receiver may say of some of the lines in transit: something of each, never more than is there."""
    open_lines = [line for line in transfer.lines if line.in_transit]
    chosen = draw(st.lists(st.sampled_from(open_lines), min_size=1, unique=True))
    return [draw(receipt_of(line)) for line in chosen]


@st.composite
def receipt_of(draw: st.DrawFn, line: TransferLine) -> Receipt:
    rest, parts = line.in_transit, []
    for least in (Decimal("0.000001"), ZERO, ZERO, ZERO):
        parts.append(draw(st.one_of(st.just(rest), st.decimals(least, rest, places=6))))
        rest -= parts[-1]
    return Receipt(line.number, *draw(st.permutations(parts)))


@given(shipments(), st.data())
def test_any_order_of_partial_receipts_accounts_for_every_unit_and_every_cent(
    shipped: list[tuple[Decimal, Decimal]], data: st.DataObject
) -> None:
    transfer, books = under_way(*shipped), Books({}, {})
    value = sum(cost for _, cost in shipped)
    for _ in range(data.draw(st.integers(1, 5))):
        if transfer.state is TransferState.CONFIRMED:
            break
        transfer, movements = arrived(transfer, read_receipts(transfer, data.draw(receipts_of(transfer))))
        books.post(movements)
        for line, (left, cost) in zip(transfer.lines, shipped, strict=True):
            assert line.shipped == left == line.received + line.in_transit + line.resolved
            assert line.in_transit >= 0
            assert 0 <= line.settled_cost <= cost
        assert (transfer.state is TransferState.CONFIRMED) == (transfer.in_transit == 0)
        assert -books.cost[UIO.transit] == sum(line.settled_cost for line in transfer.lines)
    if transfer.in_transit:
        transfer, movement = recalled(transfer)
        books.post([movement])
    assert transfer.in_transit == 0
    assert -books.quantity[UIO.transit] == sum(left for left, _ in shipped)
    assert -books.cost[UIO.transit] == value


def settled(transfer: Transfer, *receipts: Receipt) -> tuple[Transfer, dict[str, Posting]]:
    after, movements = arrived(transfer, read_receipts(transfer, receipts))
    return after, {movement.posting.reason: movement.posting for movement in movements}


def test_gaps_are_settled_by_name() -> None:
    after, postings = settled(
        under_way((10, 30)),
        Receipt(1, damaged=Decimal(1), short=Decimal(2), lost=Decimal(3)),
    )
    ends = {
        reason: (posting.kind.value, posting.lines[0].quantity, posting.lines[0].destination)
        for reason, posting in postings.items()
    }
    assert ends == {
        "received": ("transfer", 4, GYE.id),
        "damaged": ("transfer", 1, "GYE/QUARANTINE"),
        "short": ("adjustment", 2, ADJUSTMENT),
        "lost": ("adjustment", 3, ADJUSTMENT),
    }
    assert after.state is TransferState.CONFIRMED
    assert [(line.received, line.resolved) for line in after.lines] == [(4, 6)]
    assert {posting.transfer_id for posting in postings.values()} == {after.id}


def test_more_than_was_sent_is_found_at_the_destination_at_the_same_cost() -> None:
    after, postings = settled(under_way((10, 30)), Receipt(1, Decimal(12)))
    assert postings["received"].lines[0].quantity == 10
    surplus = postings["over"].lines[0]
    assert (surplus.source, surplus.destination, surplus.quantity, surplus.cost) == (ADJUSTMENT, GYE.id, 2, 6)
    assert [(line.shipped, line.received) for line in after.lines] == [(10, 10)]


def test_lines_not_spoken_of_stay_in_transit() -> None:
    after, _ = settled(under_way((10, 30), (5, 5)), Receipt(2))
    assert after.state is TransferState.PARTIALLY_RECEIVED
    assert [line.in_transit for line in after.lines] == [10, 0]


def test_a_line_that_took_several_lots_becomes_one_line_for_each() -> None:
    transfer = pending(10, 4)
    loads = [
        Load(1, "SOON", Decimal(6), Decimal(12)),
        Load(1, "LATE", Decimal(3), Decimal(9)),
        Load(2, None, Decimal(4), Decimal(4)),
    ]
    after = departed(transfer, loads)
    assert [(line.number, line.lot, line.requested, line.shipped, line.shipped_cost) for line in after.lines] == [
        (1, "SOON", 7, 6, 12),
        (2, None, 4, 4, 4),
        (3, "LATE", 3, 3, 9),
    ]


def test_what_is_received_straight_from_pending_is_spread_over_the_lots_that_were_taken() -> None:
    transfer = pending(10)
    arrivals = read_receipts(transfer, [Receipt(1, Decimal(7), lost=Decimal(2))])
    shipped = {arrival.line: arrival.settled for arrival in arrivals}
    assert departure(transfer, shipped).posting.lines[0].quantity == 9
    loads = [Load(1, "SOON", Decimal(6), Decimal(12)), Load(1, "LATE", Decimal(3), Decimal(9))]
    after, movements = arrived(departed(transfer, loads), spread_over_lots(transfer, loads, arrivals))
    assert after.state is TransferState.CONFIRMED
    assert [
        (movement.posting.reason, move.lot, move.quantity, move.cost)
        for movement in movements
        for move in movement.posting.lines
    ] == [("received", "SOON", 6, 12), ("received", "LATE", 1, 3), ("lost", "LATE", 2, 6)]


def test_every_fault_of_a_receipt_is_named_at_once() -> None:
    with pytest.raises(Invalid) as refused:
        read_receipts(
            under_way((10, 30), (5, 5)),
            [
                Receipt(1, Decimal(-1)),
                Receipt(9, Decimal(1)),
                Receipt(1, Decimal("0.0000001"), lost=Decimal("NaN")),
                Receipt(2, Decimal(4), short=Decimal(2)),
            ],
        )
    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [
        ("/lines/1/line", "not_found"),
        ("/lines/2/line", "repeated"),
        ("/lines/0/received", "out_of_range"),
        ("/lines/2/received", "too_precise"),
        ("/lines/2/resolution/lost", "not_a_number"),
        ("/lines/3/resolution", "out_of_range"),
    ]


def test_a_pending_transfer_is_settled_line_by_line_or_as_a_whole() -> None:
    with pytest.raises(Invalid) as refused:
        read_receipts(pending(10, 5), [Receipt(2, Decimal(5))])
    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [("/lines", "incomplete")]
    with pytest.raises(Invalid) as refused:
        read_shipment(pending(10, 5), [(1, Decimal(11)), (3, Decimal(1))])
    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [
        ("/lines/1/line", "not_found"),
        ("/lines", "incomplete"),
        ("/lines/0/quantity", "out_of_range"),
    ]
    with pytest.raises(Invalid) as refused:
        read_shipment(pending(10), [(1, ZERO)])
    assert refused.value.faults[0].code == "nothing_shipped"


def refusal(deed: Callable[[Transfer], object], state: TransferState) -> object:
    """The state that a refusal names, None if the deed is done."""
    transfer = under_way((1, 1))
    try:
        deed(Transfer(transfer.source, transfer.destination, transfer.lines, state))
    except Conflict as refused:
        return refused.details["state"]
    return None


@pytest.mark.parametrize(
    ("deed", "allowed"),
    [
        (submitted, ["draft"]),
        (cancelled, ["draft", "pending"]),
        (lambda transfer: read_shipment(transfer, None), ["pending"]),
        (lambda transfer: read_receipts(transfer, None), ["pending", "in_transit", "partially_received"]),
        (recalled, ["in_transit", "partially_received"]),
    ],
    ids=["submit", "cancel", "dispatch", "receive", "recall"],
)
def test_each_step_is_taken_from_its_states_only(deed: Callable[[Transfer], object], allowed: list[str]) -> None:
    assert {state: refusal(deed, state) for state in TransferState} == {
        state: None if state in allowed else state.value for state in TransferState
    }
