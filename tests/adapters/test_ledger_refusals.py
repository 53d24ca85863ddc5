"""What the ledger refuses though a part of it could be done, and how it says so: nothing is shortened in silence."""

from decimal import Decimal
from uuid import UUID

import pytest

from core.commands.companies import CreateLocation, create_location
from core.domain.access import Actor
from core.domain.errors import Conflict, DomainError, Fault, Invalid
from core.domain.ids import new_id
from core.domain.reservation import Wish
from core.domain.stock import ADJUSTMENT, CUSTOMER, SCRAP, SUPPLIER, Line, Posting, PostingKind
from core.ports.storage import UnitOfWork
from tests.shop import Shop

pytestmark = pytest.mark.anyio


async def reserve(uow: UnitOfWork, actor: Actor, wish: Wish) -> list[UUID]:
    return await uow.reservations.reserve(actor, [wish])


async def promise(shop: Shop, sku: str, quantity: int) -> None:
    await shop.run(reserve, shop.admin, Wish(new_id(), sku, "UIO", Decimal(quantity), 1, new_id()))


def taking(kind: PostingKind, *lines: tuple[str, str, int]) -> Posting:
    end = SCRAP if kind is PostingKind.SCRAP else CUSTOMER
    return Posting(kind, tuple(Line(sku, place, end, Decimal(quantity)) for sku, place, quantity in lines))


async def refusal(shop: Shop, *postings: Posting) -> DomainError:
    with pytest.raises(DomainError) as refused:
        await shop.ledger.post(shop.admin, postings)
    return refused.value


def shortage(fault: Fault) -> tuple[str, object, object]:
    return fault.pointer, fault.extra["requested"], fault.extra["available"]


async def test_a_sale_that_fresh_lots_do_not_cover_is_refused_as_a_whole(shop: Shop) -> None:
    milk = await shop.product("MILK", tracking="lot")
    await shop.post("receipt", "MILK", 5, lot="OLD", expires_on=shop.day(-1))
    await shop.post("receipt", "MILK", 5, lot="FRESH", expires_on=shop.day(9))
    refused = await refusal(shop, taking(PostingKind.SALE, ("MILK", "UIO", 8)))
    assert [shortage(fault) for fault in refused.faults] == [("/lines/0/quantity", "8", "5")]
    await shop.allow_negative("UIO")
    assert (await refusal(shop, taking(PostingKind.SALE, ("MILK", "UIO", 11)))).code == "insufficient_stock"
    assert await shop.on_hand(milk) == 10


async def test_what_is_in_quarantine_is_scrapped_whole_or_not_at_all(shop: Shop) -> None:
    await shop.product("MILK", tracking="lot")
    into = Line("MILK", SUPPLIER, "UIO/QUARANTINE", Decimal(7), lot="L1")
    await shop.ledger.post(shop.admin, [Posting(PostingKind.RECEIPT, (into,))])
    refused = await refusal(shop, taking(PostingKind.SCRAP, ("MILK", "UIO/QUARANTINE", 10)))
    assert [shortage(fault) for fault in refused.faults] == [("/lines/0/quantity", "10", "7")]


async def test_a_lot_named_on_one_line_is_not_picked_again_for_another(shop: Shop) -> None:
    await shop.product("MILK", tracking="lot")
    for lot, days in (("SOON", 3), ("LATE", 30)):
        await shop.post("receipt", "MILK", 5, lot=lot, expires_on=shop.day(days))
    named = Line("MILK", "UIO", CUSTOMER, Decimal(2), lot="SOON")
    any_lot = Line("MILK", "UIO", CUSTOMER, Decimal(5))
    posted = await shop.ledger.post(shop.admin, [Posting(PostingKind.SALE, (any_lot, named))])
    assert sorted((line.line, line.lot, line.quantity) for line in posted.postings[0].lines) == [
        (1, "LATE", 2),
        (1, "SOON", 3),
        (2, "SOON", 2),
    ]


async def test_a_lot_that_does_not_exist_is_named(shop: Shop) -> None:
    await shop.product("MILK", tracking="lot")
    await shop.post("receipt", "MILK", 5, lot="L1")
    with pytest.raises(Invalid) as refused:
        await shop.post("sale", "MILK", 1, lot="NONE")
    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [("/lines/0/lot", "not_found")]


@pytest.mark.promise("I4")
async def test_promised_goods_are_not_sold_from_several_places_of_a_site(shop: Shop) -> None:
    await shop.product("A")
    await shop.run(create_location, shop.admin, (shop.sites["UIO"], CreateLocation("A-01", "Shelf")))
    for place in ("UIO", "UIO/A-01"):
        arriving = Line("A", SUPPLIER, place, Decimal(5))
        await shop.ledger.post(shop.admin, [Posting(PostingKind.RECEIPT, (arriving,))])
    await promise(shop, "A", 3)
    refused = await refusal(shop, taking(PostingKind.SALE, ("A", "UIO", 5), ("A", "UIO/A-01", 5)))
    assert [shortage(fault) for fault in refused.faults] == [
        ("/lines/0/quantity", "10", "7"),
        ("/lines/1/quantity", "10", "7"),
    ]


@pytest.mark.promise("I4")
async def test_a_loss_does_not_free_promised_goods_for_a_sale_beside_it(shop: Shop) -> None:
    product = await shop.product("A")
    await shop.post("receipt", "A", 10)
    await promise(shop, "A", 8)
    loss = taking(PostingKind.SCRAP, ("A", "UIO", 1))
    refused = await refusal(shop, loss, taking(PostingKind.SALE, ("A", "UIO", 5)))
    assert [shortage(fault) for fault in refused.faults] == [("/postings/0/lines/0/quantity", "5", "2")]
    await shop.ledger.post(shop.admin, [loss, taking(PostingKind.SALE, ("A", "UIO", 2))])
    assert await shop.on_hand(product) == 7
    assert await shop.event_types("reservation_shortened") == ["reservation_shortened"]


async def test_a_fault_points_at_a_line_that_takes_what_is_missing(shop: Shop) -> None:
    for sku in ("A", "B"):
        await shop.product(sku)
        await shop.post("receipt", sku, 5)
    first = taking(PostingKind.SALE, ("B", "UIO", 1), ("A", "UIO", 3))
    refused = await refusal(shop, first, taking(PostingKind.SALE, ("A", "UIO", 3)))
    assert [fault.pointer for fault in refused.faults] == ["/postings/0/lines/1/quantity"]


async def test_goods_do_not_jump_from_one_site_to_another(shop: Shop) -> None:
    await shop.product("A")
    await shop.post("receipt", "A", 5)
    refused = await refusal(shop, Posting(PostingKind.TRANSFER, (Line("A", "UIO", "GYE", Decimal(5)),)))
    assert isinstance(refused, Conflict)
    found = Line("A", ADJUSTMENT, "GYE", Decimal(1))
    await shop.ledger.post(shop.admin, [Posting(PostingKind.ADJUSTMENT, (found,))])


async def test_what_could_be_met_is_not_named_beside_what_could_not(shop: Shop) -> None:
    for sku, quantity in (("A", 5), ("B", 3)):
        await shop.product(sku)
        into = Line(sku, SUPPLIER, "UIO/QUARANTINE", Decimal(quantity))
        await shop.ledger.post(shop.admin, [Posting(PostingKind.RECEIPT, (into,))])
    refused = await refusal(shop, taking(PostingKind.SCRAP, ("A", "UIO/QUARANTINE", 4), ("B", "UIO/QUARANTINE", 4)))
    assert [shortage(fault) for fault in refused.faults] == [("/lines/1/quantity", "4", "3")]
