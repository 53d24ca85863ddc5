"""Categories: one tree of three levels, category, subcategory and class."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from uuid import UUID

from core.domain.errors import Conflict, Fault, NotFound, refuse_if
from core.domain.ids import new_id
from core.domain.text import text_fault

LONGEST_NAME = 100
PATH_SEPARATOR = ">"

Path = tuple[str, ...]


class Level(StrEnum):
    CATEGORY = "category"
    SUBCATEGORY = "subcategory"
    CLASS = "class"


LEVELS = tuple(Level)


@dataclass(frozen=True, slots=True)
class Category:
    """A node of the tree. `depth` is 1 for a category, 2 for a subcategory, 3 for a class."""

    name: str
    parent_id: UUID | None = None
    depth: int = 1
    id: UUID = field(default_factory=new_id)
    version: int = 1


def name_fault(pointer: str, name: str) -> Fault | None:
    """What is wrong with the name of a category."""
    if fault := text_fault(pointer, name, LONGEST_NAME):
        return fault
    if PATH_SEPARATOR in name:
        return Fault(pointer, "not_allowed", f"must not contain {PATH_SEPARATOR}, which separates the levels of a path")
    return None


def parse_path(text: str) -> Path:
    """The names in `Electronics > Phones > Smartphones`."""
    return tuple(name.strip() for name in text.split(PATH_SEPARATOR))


def format_path(path: Path) -> str:
    """The inverse of `parse_path`."""
    return f" {PATH_SEPARATOR} ".join(path)


class CategoryTree:
    """The categories of a company, as they are before a change."""

    def __init__(self, categories: Iterable[Category]) -> None:
        self._by_id = {category.id: category for category in categories}
        self._by_path = {self.path(category.id): category for category in self._by_id.values()}

    def __contains__(self, category_id: UUID) -> bool:
        return category_id in self._by_id

    def get(self, category_id: UUID) -> Category:
        """Raises `NotFound`."""
        if found := self._by_id.get(category_id):
            return found
        raise NotFound("category_not_found", "no category has this id")

    def at(self, path: Path) -> Category | None:
        """The category of these names."""
        return self._by_path.get(path)

    def path(self, category_id: UUID) -> Path:
        """The names from the top down to this category."""
        category = self._by_id[category_id]
        above = self.path(category.parent_id) if category.parent_id else ()
        return (*above, category.name)

    def height(self, category_id: UUID) -> int:
        """How many levels the category and what is below it span: 1 to 3."""
        below = [self.height(one.id) for one in self._by_id.values() if one.parent_id == category_id]
        return 1 + max(below, default=0)

    def added(self, name: str, parent_id: UUID | None) -> Category:
        """A new category below the parent, or at the top. Raises `Invalid` with every fault, and `Conflict`."""
        return self._placed(Category(name.strip()), parent_id, height=1)

    def changed(self, category_id: UUID, name: str, parent_id: UUID | None) -> Category:
        """The category with another name or parent, depth included. Raises `Invalid` with every fault, and `Conflict`."""
        category = self.get(category_id)
        if parent_id is not None and parent_id in self and category_id in self._ancestry(parent_id):
            refuse_if([Fault("/parent", "inside_itself", "must not lie in the category that moves")])
        return self._placed(replace(category, name=name.strip()), parent_id, self.height(category_id))

    def extended(self, paths: Iterable[Path]) -> tuple["CategoryTree", Sequence[Category]]:
        """The tree with a category at each of these paths, and the categories that were added for them, parents first."""
        by_path = dict(self._by_path)
        added: list[Category] = []
        for path in paths:
            for depth, name in enumerate(path, start=1):
                if path[:depth] not in by_path:
                    parent_id = by_path[path[: depth - 1]].id if depth > 1 else None
                    by_path[path[:depth]] = Category(name, parent_id, depth)
                    added.append(by_path[path[:depth]])
        return (CategoryTree(by_path.values()) if added else self), added

    def _ancestry(self, category_id: UUID) -> set[UUID]:
        """The category and all above it."""
        parent_id = self._by_id[category_id].parent_id
        return {category_id} | (self._ancestry(parent_id) if parent_id else set())

    def _placed(self, category: Category, parent_id: UUID | None, height: int) -> Category:
        faults = [fault] if (fault := name_fault("/name", category.name)) else []
        parent = self._by_id.get(parent_id) if parent_id else None
        depth = parent.depth + 1 if parent else 1
        if parent_id is not None and parent is None:
            faults.append(Fault("/parent", "not_found", "no category has this id"))
        elif depth + height - 1 > len(LEVELS):
            faults.append(Fault("/parent", "too_deep", f"the tree has {len(LEVELS)} levels"))
        refuse_if(faults, "invalid_category")
        self._refuse_twin(category, parent)
        return replace(category, parent_id=parent_id, depth=depth)

    def _refuse_twin(self, category: Category, parent: Category | None) -> None:
        twin = self.at((*(self.path(parent.id) if parent else ()), category.name))
        if twin is not None and twin.id != category.id:
            detail = "there is already a category of this name here"
            raise Conflict("category_name_taken", detail, [Fault("/name", "taken", detail)])
