"""Taking products out of what is sold, or back in, many at once."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from core.commands.catalogue import announce_change
from core.commands.changes import Saved
from core.commands.product_choice import MOST_MATCHING, change_all, matching_products, require_one_choice
from core.domain.access import Actor
from core.domain.errors import Fault, refuse_if
from core.domain.product import Product
from core.ports.catalogue import ProductFilter
from core.ports.storage import UnitOfWork


class KnownProduct(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A product, and the version of it that the caller has seen (null: any)."""

    id: UUID
    version: Annotated[int, Meta(ge=1)] | None = None


class SetActive(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Either the named products, or all that a list filtered by `matching` shows."""

    active: bool
    products: list[KnownProduct] | None = None
    matching: ProductFilter | None = None


class ActiveSet(msgspec.Struct, frozen=True):
    """`items` are the products that changed, with their versions now. Those that were as they should be are in neither list;
    `passed_over` are those that somebody else has changed since the caller read them."""

    items: list[Saved]
    passed_over: list[UUID]


async def set_active(uow: UnitOfWork, actor: Actor, command: SetActive) -> ActiveSet:
    """Activates or deactivates products. What somebody else has changed meanwhile stays as it is."""
    actor.require("product:write")
    actor.require("product:delete")
    require_one_choice(command.products, command.matching, MOST_MATCHING)
    stale: list[UUID] = []
    if command.matching is not None:
        found = await _matching(uow, actor, command.matching, active=command.active)
    else:
        found, stale = await _named(uow, command.products or [])
    changed = [replace(product, active=command.active) for product in found if product.active is not command.active]
    await change_all(uow, changed)
    for product in changed:
        await announce_change(uow, product, ["active"])
    return ActiveSet([Saved(product.id, product.version + 1) for product in changed], stale)


async def _matching(uow: UnitOfWork, actor: Actor, wanted: ProductFilter, *, active: bool) -> Sequence[Product]:
    """Only what is to change counts towards the most that can be changed at once."""
    if wanted.active is active:
        return []
    return await matching_products(uow, actor, msgspec.structs.replace(wanted, active=not active))


async def _named(uow: UnitOfWork, named: Sequence[KnownProduct]) -> tuple[Sequence[Product], list[UUID]]:
    """Those that are as the caller has seen them, and the ids of the others."""
    held = {product.id: product for product in await uow.catalogue.products_by_id([one.id for one in named])}
    refuse_if(
        [
            Fault(f"/products/{index}/id", "not_found", "no product has this id")
            for index, one in enumerate(named)
            if one.id not in held
        ],
        "invalid_products",
    )
    stale = {one.id for one in named if one.version not in (None, held[one.id].version)}
    return [product for product in held.values() if product.id not in stale], sorted(stale)
