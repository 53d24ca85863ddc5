"""Changing the category tree."""

from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from core.commands.changes import Saved, given, require_version
from core.domain.access import Actor
from core.domain.category import CategoryTree
from core.ports.storage import UnitOfWork


class CreateCategory(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A category, or with a parent a subcategory or a class."""

    name: str
    parent: UUID | None = None


class ChangeCategory(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Another name or another place; `parent` null puts it at the top. What lies below moves along."""

    name: str | UnsetType = UNSET
    parent: UUID | UnsetType | None = UNSET


async def create_category(uow: UnitOfWork, actor: Actor, command: CreateCategory) -> Saved:
    actor.require("category:write")
    tree = CategoryTree(await uow.catalogue.categories())
    category = tree.added(command.name, command.parent)
    await uow.catalogue.add_categories([category])
    await uow.events.append("category_created", "category", category.id, {"name": category.name})
    return Saved(category.id, category.version)


async def change_category(uow: UnitOfWork, actor: Actor, command: tuple[UUID, ChangeCategory, int | None]) -> Saved:
    """Renames or moves a category whose version the caller may state."""
    category_id, change, known_version = command
    actor.require("category:write")
    changes = given(change)
    tree = CategoryTree(await uow.catalogue.categories())
    before = tree.get(category_id)
    require_version(before.version, known_version)
    after = tree.changed(category_id, changes.get("name", before.name), changes.get("parent", before.parent_id))
    if after == before:
        return Saved(category_id, before.version)
    await uow.catalogue.change_category(after)
    await uow.events.append(
        "category_changed", "category", category_id, {"name": after.name, "changed": sorted(changes)}
    )
    return Saved(category_id, before.version + 1)


async def delete_category(uow: UnitOfWork, actor: Actor, command: tuple[UUID, int | None]) -> None:
    """Deletes a category that nothing is in."""
    category_id, known_version = command
    actor.require("category:delete")
    category = CategoryTree(await uow.catalogue.categories()).get(category_id)
    require_version(category.version, known_version)
    await uow.catalogue.delete_category(category_id)
    await uow.events.append("category_deleted", "category", category_id, {"name": category.name})
