"""What people decide about the items of a storefront, and what they ask of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from core.commands.catalogue import CreateProduct, create_product
from core.commands.channel_order_news import mark_items
from core.commands.product_parts import NewBarcode
from core.domain.access import Actor
from core.domain.barcode import parse_gtin
from core.domain.errors import DomainError, Fault, Invalid, NotFound, refuse_if
from core.ports.channel_items import KnownItem
from core.ports.storage import UnitOfWork

MOST_AT_ONCE = 500
LONGEST_NAME = 200


class ItemDecision(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What becomes of an item: it is tied to a `product` (id or SKU), left alone, or a product is made of it."""

    item: UUID
    decision: Literal["link", "ignore", "create"]
    product: str | None = None


class DecideItems(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Decisions about items, each item once. All of them take effect, or none."""

    items: Annotated[list[ItemDecision], Meta(min_length=1, max_length=MOST_AT_ONCE)]


class LinkItem(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The product, by id or SKU."""

    product: Annotated[str, Meta(min_length=1, max_length=64, examples=["LAP-001"])]


class DecidedItem(msgspec.Struct, frozen=True):
    """An item and the product that it has now, if any."""

    item: UUID
    product: UUID | None


class DecidedItems(msgspec.Struct, frozen=True):
    items: list[DecidedItem]


class ResolveLink(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`ours`: our level goes out again; `theirs`: what the storefront shows stands until our stock changes."""

    keep: Literal["ours", "theirs"]


class LevelsToRead(msgspec.Struct, frozen=True):
    levels: int


@dataclass(slots=True)
class _Choice:
    """The decisions as far as they are sound, and what is wrong with the others."""

    products: dict[str, UUID | None] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


async def decide_items(uow: UnitOfWork, actor: Actor, command: tuple[str, DecideItems]) -> DecidedItems:
    """Ties items to products, leaves them alone, or makes products of them. Invalid names every fault of all of them."""
    plugin_id, wanted = command
    _require(actor, wanted.items)
    items = await uow.channel_items.known(plugin_id, {one.item for one in wanted.items})
    choice = _Choice(faults=_double(wanted.items))
    named = await uow.channel_items.products([one.product for one in wanted.items if one.product])
    for number, one in enumerate(wanted.items):
        await _choose(uow, actor, choice, f"/items/{number}", one, items.get(one.item), named)
    refuse_if(choice.faults, "invalid_decisions")
    changed = await uow.channel_items.decide(plugin_id, choice.products, actor.user_id)
    if changed:
        await mark_items(uow, plugin_id, changed)
    return DecidedItems([DecidedItem(one.item, choice.products[items[one.item].external_id]) for one in wanted.items])


async def ask_for_import(uow: UnitOfWork, actor: Actor, plugin_id: str) -> None:
    """Has the storefront's items read again, from the first to the last."""
    _require_all(actor)
    await _require_open(uow, plugin_id)
    await uow.channel_items.want_import(plugin_id, at_once=True)


async def ask_for_reading(uow: UnitOfWork, actor: Actor, plugin_id: str) -> LevelsToRead:
    """Has all its levels read again and compared."""
    _require_all(actor)
    await _require_open(uow, plugin_id)
    return LevelsToRead(await uow.channel_items.want_reading(plugin_id))


async def resolve_link(uow: UnitOfWork, actor: Actor, command: tuple[str, UUID, ResolveLink]) -> None:
    """Decides about a level that waits for somebody."""
    plugin_id, link, wanted = command
    _require_all(actor)
    if not await uow.channel_items.resolve(plugin_id, link, ours=wanted.keep == "ours"):
        raise NotFound("link_not_found", "no level of this storefront with this id waits for a decision")


def _require(actor: Actor, wanted: Sequence[ItemDecision]) -> None:
    _require_all(actor)
    if any(one.decision == "create" for one in wanted):
        actor.require("product:write")


def _require_all(actor: Actor) -> None:
    """A storefront concerns the whole company."""
    actor.require("plugin:write")
    actor.require_all_sites()


async def _require_open(uow: UnitOfWork, plugin_id: str) -> None:
    if not await uow.channel_items.is_open(plugin_id):
        raise NotFound("channel_not_found", "no storefront of this name was ever switched on here")


def _double(wanted: Sequence[ItemDecision]) -> list[Fault]:
    first = {one.item: number for number, one in reversed(list(enumerate(wanted)))}
    return [
        Fault(f"/items/{number}/item", "duplicate", "this item comes twice")
        for number, one in enumerate(wanted)
        if first[one.item] != number
    ]


async def _choose(
    uow: UnitOfWork,
    actor: Actor,
    choice: _Choice,
    at: str,
    wanted: ItemDecision,
    item: KnownItem | None,
    named: Mapping[str, UUID],
) -> None:
    if item is None:
        choice.faults.append(Fault(f"{at}/item", "not_found", "the storefront has no such item"))
        return
    product: UUID | None = None
    match wanted.decision:
        case "link" if wanted.product is None:
            choice.faults.append(Fault(f"{at}/product", "required", "name the product"))
        case "link" if (product := named.get(wanted.product or "")) is None:
            choice.faults.append(Fault(f"{at}/product", "not_found", "no product has this id or SKU"))
        case "create":
            product = await _created(uow, actor, choice, at, item)
    if wanted.decision != "link" and wanted.product is not None:
        choice.faults.append(Fault(f"{at}/product", "not_allowed", "only an item that is linked has a product to name"))
    choice.products[item.external_id] = product


async def _created(uow: UnitOfWork, actor: Actor, choice: _Choice, at: str, item: KnownItem) -> UUID | None:
    """The product made of an item. One that was made twice over, by two items of one SKU, is a fault."""
    command = CreateProduct(
        sku=item.sku,
        name=(item.title or item.sku)[:LONGEST_NAME],
        price=item.price or Decimal(0),
        barcodes=_barcodes(item.barcode),
    )
    try:
        return (await create_product(uow, actor, command)).id
    except DomainError as refusal:
        faults = refusal.faults or [Fault("", refusal.code, str(refusal))]
        choice.faults += [Fault(f"{at}{_shown_as(fault.pointer)}", fault.code, fault.detail) for fault in faults]
        return None


def _shown_as(pointer: str) -> str:
    """Where a fault of the new product lies in the item."""
    return {"/name": "/title", "/barcodes/0": "/barcode", "/barcodes/0/code": "/barcode"}.get(pointer, pointer)


def _barcodes(code: str) -> list[NewBarcode]:
    """A GTIN goes along; what is none is no barcode that others know."""
    try:
        return [NewBarcode(code=parse_gtin(code).code)] if code else []
    except Invalid:
        return []
