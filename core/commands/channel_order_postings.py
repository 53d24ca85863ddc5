"""What left a shop is posted as sold, what came back as returned: each fact once, however often it is told."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from uuid import UUID

from core.domain.access import Actor
from core.domain.channel_order import ChannelOrder, Fact, FactKind, posted
from core.domain.channel_order_plan import Part
from core.domain.channel_order_return import PastSale, TakenBack, taken_back
from core.domain.channel_order_stock import Stock, Taken, taken_for
from core.domain.errors import Conflict, Invalid
from core.domain.stock import CUSTOMER, Document, DocumentType, Line, Posting, PostingKind
from core.ports.storage import UnitOfWork


async def past_sales(uow: UnitOfWork, actor: Actor, order: ChannelOrder) -> list[PastSale]:
    """The sales of the order that stand. Nobody else takes anything back of them until the transaction ends."""
    found = []
    for sale in await uow.channel_orders.sold_before(order):
        posting = await uow.postings.posting(actor, sale)
        if posting is not None:
            found.append(PastSale(posting, await uow.postings.returned(sale)))
    return found


async def post_sales(
    uow: UnitOfWork, actor: Actor, order: ChannelOrder, parts: Sequence[Part], stock: Stock
) -> ChannelOrder:
    """Posts as much of what left as there is. Returns the order after it."""
    taken = taken_for(parts, stock)
    for (_, _), group in groupby(taken, lambda one: (one.part.fact.at, one.part.fact.id)):
        of_fact = list(group)
        await _post(uow, actor, order, of_fact[0].part.fact, _sale(order, of_fact))
    done = [(FactKind.FULFILMENT, one.part.fact.id, one.part.line.id, one.quantity) for one in taken]
    return posted(order, done)


def _sale(order: ChannelOrder, taken: Iterable[Taken]) -> Posting:
    lines = tuple(
        Line(one.part.product, one.location, CUSTOMER, one.quantity, unit_price=one.part.line.unit_price)
        for one in taken
    )
    return Posting(PostingKind.SALE, lines, currency=order.currency, has_happened=True)


async def post_returns(
    uow: UnitOfWork, actor: Actor, order: ChannelOrder, parts: Sequence[Part], stock: Stock
) -> ChannelOrder:
    """Posts what came back. Returns the order after it."""
    done: list[TakenBack] = []
    for part in parts:
        sales = await past_sales(uow, actor, order)
        recipe = stock.recipe(part.product)
        back = list(taken_back(part, sales, order.currency, has_lots=bool(recipe.keys() & stock.with_lots)))
        for one in back:
            await _post(uow, actor, order, part.fact, one.posting)
        done += back
    return posted(order, [(FactKind.RETURN, one.part.fact.id, one.part.line.id, one.quantity) for one in done])


async def _post(uow: UnitOfWork, actor: Actor, order: ChannelOrder, fact: Fact, posting: Posting) -> None:
    """At the moment when it happened or, where the books admit nothing of then any more, now."""
    number = await uow.channel_orders.next_number(order, fact.kind, fact.id)
    documented = replace(
        posting,
        document=Document(DocumentType.SALES_NOTE, order.number, fact.at.date()),
        reason=f"{order.channel} order {order.number}"[:200],
        source=order.channel,
        source_ref=_reference(order, fact, number),
    )
    if fact.at >= uow.now or not await _post_then(uow, actor, documented, fact.at):
        await uow.ledger.post(actor, [documented])
    await uow.channel_orders.add_posting(order, fact.kind, fact.id, documented.id)


async def _post_then(uow: UnitOfWork, actor: Actor, posting: Posting, at: datetime) -> bool:
    try:
        async with uow.channel_orders.trial():
            await uow.ledger.post(actor, [replace(posting, effective_at=at)])
    except (Conflict, Invalid):
        return False
    return True


def _reference(order: ChannelOrder, fact: Fact, number: int) -> str:
    """What the ledger knows the posting by, for ever: the order, the fact and, where it was posted in parts, which of them."""
    reference = f"{order.external_id}/{fact.kind.value}/{fact.id}"
    return reference if number == 1 else f"{reference}/{number}"


def sites_of(order: ChannelOrder) -> set[UUID]:
    """The sites that the order names."""
    named = [order.site, *(line.site for line in order.lines), *(fact.site for fact in order.facts)]
    return {site for site in named if site is not None}
