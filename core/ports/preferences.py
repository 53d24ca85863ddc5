"""What of the application's looks and order belongs to each person, in each company, and where it is kept."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Literal, Protocol
from uuid import UUID

import msgspec
from msgspec import Meta

from core.domain.access import Actor
from core.domain.dashboard import Block
from core.domain.preferences import Density, PinKind, Theme
from core.domain.usage import Page

MAX_VIEWS, MAX_TABLES, MAX_PINS, MAX_COLUMNS = 50, 40, 24, 40

ColumnName = Annotated[str, Meta(min_length=1, max_length=40, pattern="^[a-z][a-z0-9_]*$")]


class SavedView(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A list as one wants to find it again: a page, and what stands behind the question mark of its address."""

    name: Annotated[str, Meta(min_length=1, max_length=80)]
    page: Page
    search: Annotated[str, Meta(max_length=1000)] = ""


class TableSettings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Which columns of a table one wants, in which order (none: the usual ones), and how many rows at once."""

    table: ColumnName
    columns: Annotated[list[ColumnName], Meta(max_length=MAX_COLUMNS)] = []
    page_size: Literal[25, 50, 100] = 50


class Pin(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Something that one wants to have at hand: `id` is the name of a page, a report or a block, or the id of a product or a site."""

    kind: PinKind
    id: Annotated[str, Meta(min_length=1, max_length=40)]


class Preferences(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """All of them; what is left out is as it is for everybody at first. Pins count in their order. `hidden` blocks do not stand on the
    dashboard. Of whoever wants no `usage`, nothing is counted and nothing kept that was."""

    views: Annotated[list[SavedView], Meta(max_length=MAX_VIEWS)] = []
    tables: Annotated[list[TableSettings], Meta(max_length=MAX_TABLES)] = []
    pins: Annotated[list[Pin], Meta(max_length=MAX_PINS)] = []
    hidden: Annotated[list[Block], Meta(max_length=len(Block))] = []
    theme: Theme = Theme.SYSTEM
    density: Density = Density.COMFORTABLE
    shortcuts: bool = True
    start_page: Page = Page.HOME
    usage: bool = True


@dataclass(frozen=True, slots=True)
class KeptPreferences:
    """What is kept of somebody. Version 0: nothing yet."""

    preferences: Preferences = field(default_factory=Preferences)
    version: int = 0


class PreferenceStore(Protocol):
    """Where preferences are kept."""

    async def kept(self, actor: Actor) -> KeptPreferences: ...

    async def known(self, actor: Actor, products: Collection[UUID], sites: Collection[UUID]) -> frozenset[UUID]:
        """Those of these products and sites that exist for the actor."""
        ...

    async def save(self, actor: Actor, preferences: Preferences, version: int | None) -> int:
        """Keeps them instead of the former ones and returns the new version. Raises `StaleVersion` unless the former version is the one
        given (None: any), and `Forbidden` `not_a_member` for whoever works in the company without being its member."""
        ...


def pinned(pins: Sequence[Pin], kind: PinKind) -> list[str]:
    """The ids of the pins of one kind."""
    return [pin.id for pin in pins if pin.kind is kind]
