"""Orders of any shop that brings them itself, by an API key: one whole picture at a time, taken in as those of storefronts are."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from core.commands.channel_order_postings import sites_of
from core.commands.channel_orders import Picture, take_in
from core.commands.stock import Currency, Instant, Reference, ShortText
from core.domain.access import Actor
from core.domain.barcode import lookup_key
from core.domain.channel_order_pictures import GivenPlaces
from core.domain.errors import Fault, Forbidden, refuse_if
from core.domain.remote_order import RemoteFulfilment, RemoteLine, RemoteOrder, RemoteQuantity, RemoteReturn
from core.domain.stock import CLOCK_TOLERANCE
from core.domain.values import amount_fault, level_fault, quantity_fault
from core.ports.channel_orders import ChannelOrderView, Named
from core.ports.storage import UnitOfWork

IMPORT = "channel_order:import"
MOST_LINES = 500
MOST_FACTS = 200
OWN_SOURCES = frozenset(
    {"api", "request", "return", "reversal", "transfer", "purchase_order", "count", "import", "manual"}
)
"""Names that postings of our own go by."""

ChannelName = Annotated[str, Meta(pattern="^[a-z][a-z0-9_-]{0,49}$")]
ExternalId = Annotated[str, Meta(min_length=1, max_length=255)]


class ImportedLine(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What was ordered, without what was cancelled or edited out. The product is named by its SKU or a barcode of it; `unit_price` is after
    discounts and without tax."""

    id: ExternalId
    quantity: Decimal
    sku: ShortText = ""
    barcode: ShortText = ""
    title: ShortText = ""
    unit_price: Decimal = Decimal(0)
    site: Reference | None = None


class ImportedPart(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """How many units of a line, by its id."""

    line: ExternalId
    quantity: Decimal


class ImportedFact(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What left the shop, or came back to it, at once. Without a site: that of its lines."""

    id: ExternalId
    at: Instant
    lines: Annotated[list[ImportedPart], Meta(min_length=1, max_length=MOST_LINES)]
    site: Reference | None = None


class ImportOrder(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """An order as the shop knows it: always the whole of it. `external_id` is what it is known by, `number` what people call it; one of them
    will do. Of two pictures the one with the later `updated_at` counts (without: now). `site` is where it is fulfilled from, for lines that
    name none."""

    channel: ChannelName
    external_id: ExternalId | None = None
    number: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    placed_at: Instant
    updated_at: Instant | None = None
    currency: Currency
    site: Reference | None = None
    buyer: ShortText = ""
    lines: Annotated[list[ImportedLine], Meta(min_length=1, max_length=MOST_LINES)]
    cancelled_at: Instant | None = None
    fulfilments: Annotated[list[ImportedFact], Meta(max_length=MOST_FACTS)] = []
    returns: Annotated[list[ImportedFact], Meta(max_length=MOST_FACTS)] = []


class ImportedOrder(msgspec.Struct, frozen=True):
    """The order after it was taken in, and whether it was not known before."""

    order: ChannelOrderView
    created: bool


async def import_order(uow: UnitOfWork, actor: Actor, command: ImportOrder) -> ImportedOrder:
    """Takes in one picture of an order. Raises Invalid with every fault of it; what is short is no fault."""
    actor.require(IMPORT)
    named = await uow.channel_orders.named(command.channel, sorted(set(_references(command))))
    faults = [*_head_faults(command, named, uow.now), *_line_faults(command), *_fact_faults(command, uow.now)]
    refuse_if([*faults, *_site_faults(command, named, actor)], "invalid_channel_order")
    order_id = command.external_id or command.number or ""
    before = await uow.channel_orders.locked(command.channel, order_id)
    if before and not actor.covers(sites_of(before)):
        raise Forbidden("site_out_of_reach", "this order is fulfilled outside the sites that you may write")
    picture = Picture(command.channel, _picture(command, order_id, uow.now), _places(command, named))
    taken, created = await take_in(uow, actor, picture)
    return ImportedOrder(await uow.channel_orders.view(taken), created)


def _references(command: ImportOrder) -> Iterator[str]:
    places: Sequence[ImportOrder | ImportedLine | ImportedFact] = [
        command,
        *command.lines,
        *command.fulfilments,
        *command.returns,
    ]
    yield from (place.site for place in places if place.site is not None)


def _head_faults(command: ImportOrder, named: Named, now: datetime) -> Iterator[Fault]:
    if command.channel in OWN_SOURCES or named.is_storefront:
        detail = (
            "orders of this storefront come from itself" if named.is_storefront else "this name means something else"
        )
        yield Fault("/channel", "reserved", detail)
    if command.external_id is None and command.number is None:
        yield Fault("/external_id", "required", "give the order's id, its number, or both")
    for name, moment in (("updated_at", command.updated_at), ("cancelled_at", command.cancelled_at)):
        if moment is not None and moment > now + CLOCK_TOLERANCE:
            yield Fault(f"/{name}", "in_the_future", "must not lie in the future")


def _line_faults(command: ImportOrder) -> Iterator[Fault]:
    yield from _repeated("/lines", [line.id for line in command.lines])
    for index, line in enumerate(command.lines):
        found = (
            level_fault(f"/lines/{index}/quantity", line.quantity),
            amount_fault(f"/lines/{index}/unit_price", line.unit_price),
        )
        yield from (fault for fault in found if fault)
        if not line.sku.strip() and not line.barcode.strip():
            yield Fault(f"/lines/{index}/sku", "required", "give a SKU or a barcode")


def _fact_faults(command: ImportOrder, now: datetime) -> Iterator[Fault]:
    known = {line.id for line in command.lines}
    for name, facts in (("fulfilments", command.fulfilments), ("returns", command.returns)):
        yield from _repeated(f"/{name}", [fact.id for fact in facts])
        for index, fact in enumerate(facts):
            if fact.at > now + CLOCK_TOLERANCE:
                yield Fault(f"/{name}/{index}/at", "in_the_future", "must not lie in the future")
            for place, part in enumerate(fact.lines):
                pointer = f"/{name}/{index}/lines/{place}"
                if part.line not in known:
                    yield Fault(f"{pointer}/line", "not_found", "the order has no line with this id")
                if fault := quantity_fault(f"{pointer}/quantity", part.quantity):
                    yield fault


def _repeated(pointer: str, ids: Sequence[str]) -> Iterator[Fault]:
    for index, one in enumerate(ids):
        if one in ids[:index]:
            yield Fault(f"{pointer}/{index}/id", "repeated", "this id comes twice")


def _site_faults(command: ImportOrder, named: Named, actor: Actor) -> Iterator[Fault]:
    lacking = [index for index, line in enumerate(command.lines) if line.site is None]
    if command.site is None and lacking:
        yield Fault("/site", "required", "say where it is fulfilled from, here or at every line")
    for pointer, reference in _sites(command):
        site = named.sites.get(reference)
        if site is None or not actor.sees([site]):
            yield Fault(pointer, "not_found", "no site has this id or code")
        elif not actor.covers([site]):
            yield Fault(pointer, "forbidden", "outside the sites that you may write")
        elif site in named.closed:
            yield Fault(pointer, "closed", "the site is closed")


def _sites(command: ImportOrder) -> Iterator[tuple[str, str]]:
    if command.site is not None:
        yield "/site", command.site
    parts: Iterable[tuple[str, Sequence[ImportedLine | ImportedFact]]] = (
        ("lines", command.lines),
        ("fulfilments", command.fulfilments),
        ("returns", command.returns),
    )
    for name, each in parts:
        yield from ((f"/{name}/{index}/site", one.site) for index, one in enumerate(each) if one.site is not None)


def _picture(command: ImportOrder, order_id: str, now: datetime) -> RemoteOrder:
    return RemoteOrder(
        id=order_id,
        number=command.number or order_id,
        placed_at=command.placed_at,
        updated_at=command.updated_at or now,
        currency=command.currency,
        lines=[
            RemoteLine(line.id, None, line.sku.strip(), line.title, line.quantity, line.unit_price)
            for line in command.lines
        ],
        cancelled_at=command.cancelled_at,
        fulfilments=[RemoteFulfilment(fact.id, fact.at, None, _parts(fact)) for fact in command.fulfilments],
        returns=[RemoteReturn(fact.id, fact.at, None, _parts(fact)) for fact in command.returns],
        buyer=command.buyer,
    )


def _parts(fact: ImportedFact) -> list[RemoteQuantity]:
    return [RemoteQuantity(part.line, part.quantity) for part in fact.lines]


def _places(command: ImportOrder, named: Named) -> GivenPlaces:
    def by_id(given: Sequence[ImportedLine | ImportedFact]) -> dict[str, UUID]:
        return {one.id: named.sites[one.site] for one in given if one.site is not None}

    first = command.site or next(line.site for line in command.lines if line.site is not None)
    return GivenPlaces(
        named.sites[first],
        by_id(command.lines),
        by_id(command.fulfilments),
        by_id(command.returns),
        {line.id: lookup_key(line.barcode.strip()) for line in command.lines if line.barcode.strip()},
    )
