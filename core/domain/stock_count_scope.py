"""What a stock count is to cover."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from core.domain.errors import Fault

MAX_LINES = 50_000
"""Lines of one count."""

MAX_PRODUCTS = 5_000
"""Products named one by one, or taken in turn."""


class ScopeKind(StrEnum):
    """The whole site, a category with what is below it, some products, some classes of consumption, or the products whose turn it
    is: those counted least recently."""

    SITE = "site"
    CATEGORY = "category"
    PRODUCTS = "products"
    ABC = "abc"
    CYCLE = "cycle"


class AbcClass(StrEnum):
    """By what a product's consumption of the last 365 days was worth at the site: A are those that make the first 80 % of it, B
    those up to 95 %, C the rest (H. F. Dickie, "ABC Inventory Analysis Shoots for Dollars, Not Pennies", Factory Management
    and Maintenance 109, July 1951)."""

    A = "A"
    B = "B"
    C = "C"


@dataclass(frozen=True, slots=True)
class CountScope:
    """Each kind but the whole site has its own field: `category`, `products`, `classes`, or `size`, the number of products."""

    kind: ScopeKind = ScopeKind.SITE
    category: UUID | None = None
    products: tuple[str, ...] = ()
    classes: tuple[AbcClass, ...] = ()
    size: int | None = None


_FIELD_OF_KIND = {
    ScopeKind.CATEGORY: "category",
    ScopeKind.PRODUCTS: "products",
    ScopeKind.ABC: "classes",
    ScopeKind.CYCLE: "size",
}


def scope_faults(scope: CountScope) -> Iterator[Fault]:
    """What can be seen to be wrong with a scope without knowing the company."""
    own = _FIELD_OF_KIND.get(scope.kind)
    for name in _FIELD_OF_KIND.values():
        is_given = getattr(scope, name) not in (None, ())
        if name == own and not is_given:
            yield Fault(f"/scope/{name}", "required", f"a count by {scope.kind.value} needs it")
        elif name != own and is_given:
            yield Fault(f"/scope/{name}", "not_allowed", f"has no meaning for a count by {scope.kind.value}")
    if len(scope.products) > MAX_PRODUCTS:
        yield Fault("/scope/products", "out_of_range", f"must have at most {MAX_PRODUCTS} products")
    if scope.size is not None and not 1 <= scope.size <= MAX_PRODUCTS:
        yield Fault("/scope/size", "out_of_range", f"must be 1 to {MAX_PRODUCTS}")


def size_faults(lines: int) -> Iterator[Fault]:
    """Whether a count of so many lines can be made."""
    if lines == 0:
        yield Fault("/scope", "empty", "the site holds nothing of this: there is nothing to count")
    elif lines > MAX_LINES:
        yield Fault("/scope", "out_of_range", f"a count has at most {MAX_LINES} lines: this would have {lines}")
