"""What is done to many products at once: to those that are named, or to all that a list with its filters shows."""

from collections.abc import Sequence

from core.domain.access import Actor
from core.domain.errors import Fault, Invalid, refuse_if
from core.domain.product import Product
from core.ports.catalogue import ProductFilter
from core.ports.storage import UnitOfWork

MOST_MATCHING = 2_000  # within the seconds that people wait, on a busy server too
CHUNK = 500  # products that one statement changes


def require_one_choice(products: Sequence[object] | None, matching: ProductFilter | None, most: int) -> None:
    """Raises `Invalid` unless there are either 1 to `most` names or a filter."""
    faults: list[Fault] = []
    if products is None and matching is None:
        faults.append(Fault("/products", "required", "name products, or say by matching which ones"))
    if products is not None and matching is not None:
        faults.append(Fault("/matching", "not_allowed", "products are named already"))
    if products is not None and not 1 <= len(products) <= most:
        faults.append(Fault("/products", "out_of_range", f"must name 1 to {most} products"))
    refuse_if(faults, "invalid_products")


async def matching_products(uow: UnitOfWork, actor: Actor, matching: ProductFilter) -> Sequence[Product]:
    """All that the filter finds, locked. More than can be changed at once are refused as a whole, so that nobody takes a part for
    all of them."""
    found = await uow.catalogue.products_matching(actor, matching, MOST_MATCHING + 1)
    if len(found) > MOST_MATCHING:
        detail = f"finds more than the {MOST_MATCHING} products that can be changed at once"
        fault = Fault("/matching", "too_many", detail)
        raise Invalid("too_many_products", detail, [fault], {"most": MOST_MATCHING})
    return found


async def change_all(uow: UnitOfWork, products: Sequence[Product]) -> None:
    """The next version of each, some at a time: every row is recorded in the audit trail, and a statement has its time limit."""
    for start in range(0, len(products), CHUNK):
        await uow.catalogue.change_products(products[start : start + CHUNK])
