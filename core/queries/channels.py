"""Storefronts as a company sees them."""

from datetime import datetime
from decimal import Decimal
from typing import Literal, Protocol
from uuid import UUID

import msgspec

from core.domain.access import Actor
from core.queries.paging import Page

ItemState = Literal["linked", "unmatched", "ambiguous", "ignored", "gone"]
LinkState = Literal["clean", "dirty", "pushing", "attention", "refused"]


class ItemCounts(msgspec.Struct, frozen=True):
    """How many items the storefront has, by what became of them; `gone` ones it had once."""

    linked: int = 0
    unmatched: int = 0
    ambiguous: int = 0
    ignored: int = 0
    gone: int = 0


class LevelCounts(msgspec.Struct, frozen=True):
    """How many levels it shows, and how many of them are still to be pushed, were refused for good, wait for somebody. `read` and
    `drifted` count since the beginning how often levels were read and found to be changed by others; `oldest_read_at` is when the
    one was confirmed last that was confirmed longest ago."""

    total: int = 0
    to_push: int = 0
    refused: int = 0
    attention: int = 0
    read: int = 0
    drifted: int = 0
    drifted_at: datetime | None = None
    oldest_read_at: datetime | None = None


class ImportProgress(msgspec.Struct, frozen=True):
    """How far the latest import has come: `seen` items so far; `problem` is why it does not go on, `next_at` when it does, or when the
    next one begins."""

    seen: int
    finished_at: datetime | None
    next_at: datetime
    problem: str | None


class ChannelView(msgspec.Struct, frozen=True):
    """A storefront. `stage` is connecting, importing (its items) or ready. `problem` is why it is paused, `trouble` why it was left alone
    last; it is tried again."""

    plugin: str
    name: str
    currency: str
    state: str
    stage: str
    problem: str | None
    trouble: str | None
    price_problem: str | None
    imported: ImportProgress
    items: ItemCounts
    levels: LevelCounts


class ProductName(msgspec.Struct, frozen=True):
    id: UUID
    sku: str
    name: str


class ChannelItemView(msgspec.Struct, frozen=True):
    """An item of a storefront. `product` is what it is tied to, by `matched_by` (sku, barcode, or a person); otherwise `by_sku` and
    `by_barcode` are what it could be. `counted`: whether the storefront keeps count of it; else it gets no levels."""

    id: UUID
    external_id: str
    sku: str
    barcode: str
    title: str
    price: Decimal | None
    counted: bool
    state: str
    matched_by: str | None
    product: ProductName | None
    by_sku: ProductName | None
    by_barcode: ProductName | None
    price_error: str | None
    found_at: datetime
    seen_at: datetime


class ChannelLinkView(msgspec.Struct, frozen=True):
    """What a storefront shows of an item at one of its locations: `shown` is what was last seen, `wanted` what it is to be. `reason`
    (drift, contested) is why it waits for somebody, `error` why the storefront refused it."""

    id: UUID
    item: str
    title: str
    location: str
    site: UUID
    product: ProductName
    state: str
    shown: Decimal | None
    wanted: Decimal
    reason: str | None
    error: str | None
    tried_at: datetime | None


class ChannelReader(Protocol):
    """Reads storefronts. Levels are shown of the sites that the reader may see."""

    async def channels(self, actor: Actor) -> list[ChannelView]: ...

    async def items(
        self, actor: Actor, plugin_id: str, state: ItemState | None, text: str | None, limit: int, cursor: str | None
    ) -> Page[ChannelItemView]:
        """By SKU. `text` is sought in SKU, barcode and title."""
        ...

    async def links(
        self, actor: Actor, plugin_id: str, state: LinkState | None, limit: int, cursor: str | None
    ) -> Page[ChannelLinkView]: ...
