"""What every `SupplierOrdering` does. A suite subclasses the contract and gives it a supplier at the other end."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Protocol
from uuid import UUID

import msgspec
import pytest

from core.domain.ids import new_id
from core.domain.order_document import DocumentBuyer, DocumentLine, DocumentSupplier, OrderDocument
from core.ports.failures import PermanentlyRejected, PortFailure, Transient
from core.ports.supplier import OutgoingOrder, SupplierOrdering


class OtherSide(Protocol):
    """The supplier, as far as the contract must arrange it and look at it."""

    @property
    def ordering(self) -> SupplierOrdering:
        """The way under test, which ends at this supplier."""
        ...

    @property
    def address(self) -> str:
        """Where the supplier wants its orders."""
        ...

    def taken(self) -> Sequence[int]:
        """The numbers of the orders that it has taken, in order; what it can tell to be a repeat is none."""
        ...

    def refuse(self, failure: type[PortFailure] | None) -> None:
        """From now on it answers in the way that means this failure, or as it should."""
        ...


class SupplierOrderingContract:
    """Subclass it and override `other_side`."""

    pytestmark = pytest.mark.anyio

    @pytest.fixture
    def other_side(self) -> OtherSide:
        raise NotImplementedError("a suite gives the supplier at the other end")

    async def test_an_order_is_taken(self, other_side: OtherSide) -> None:
        await other_side.ordering.deliver(outgoing(7, other_side))
        await other_side.ordering.deliver(outgoing(8, other_side))
        assert other_side.taken() == [7, 8]

    async def test_a_repeat_is_no_other_order(self, other_side: OtherSide) -> None:
        order = outgoing(7, other_side)
        answers = [await other_side.ordering.deliver(order) for _ in range(3)]
        assert answers[1:] == answers[:1] * 2
        assert other_side.taken() == [7]

    async def test_what_is_sent_anew_is_told_from_a_repeat(self, other_side: OtherSide) -> None:
        order = outgoing(7, other_side)
        anew = replace(order, id=new_id(), key=f"{order.document.order}-2")
        for each in (order, anew, order):
            await other_side.ordering.deliver(each)
        assert other_side.taken() == [7, 7]

    @pytest.mark.parametrize("failure", [PermanentlyRejected, Transient])
    async def test_a_failure_is_named_by_its_kind_and_names_no_address(
        self, other_side: OtherSide, failure: type[PortFailure]
    ) -> None:
        other_side.refuse(failure)
        with pytest.raises(failure) as raised:
            await other_side.ordering.deliver(outgoing(7, other_side))
        assert other_side.address not in str(raised.value)
        assert other_side.taken() == []
        other_side.refuse(None)
        await other_side.ordering.deliver(outgoing(7, other_side))
        assert other_side.taken() == [7]


def outgoing(number: int, other_side: OtherSide) -> OutgoingOrder:
    """The first sending of an order of two lines."""
    order = new_id()
    document = a_document(order, number)
    body = msgspec.json.encode(document)
    return OutgoingOrder(new_id(), document.key, other_side.address, document, body, b"%PDF-1.4 of the order")


def a_document(order: UUID, number: int = 7) -> OrderDocument:
    """An order of two lines."""
    lines = (
        DocumentLine(1, "CUP", "A-77", "Taza de cerámica", "unit", Decimal(100), Decimal("2.5"), Decimal(250)),
        DocumentLine(2, "BOX", "", "Caja", "unit", Decimal(20), Decimal("0.25"), Decimal(5), date(2031, 4, 1)),
    )
    buyer = DocumentBuyer("TechCorp", "UIO", "Bodega Norte", "Ana Torres", "ana@techcorp.example")
    supplier = DocumentSupplier(
        "ACME", "Acme S. A.", "1790012345001", "Luis Vega", "ventas@acme.example", "+593 2 255 0000"
    )
    return OrderDocument(
        order, number, date(2031, 3, 21), "es-EC", buyer, supplier, "USD", 30, lines, Decimal(255), "Antes de Pascua", 1
    )
