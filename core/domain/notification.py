"""News for people: what kinds there are, who may know them, by which channels they come, and who is told what unless they wish
otherwise."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from importlib.resources import files
from typing import Any
from uuid import UUID

from core.domain.access import PRESET_ROLES, Actor

PAGE = "/notifications"
"""Where the application shows them."""
_FILE = "notification_defaults.toml"


class NotificationKind(StrEnum):
    """What is worth telling."""

    LOW_STOCK = "low_stock"
    OUT_OF_STOCK = "out_of_stock"
    BACK_IN_STOCK = "back_in_stock"
    REQUEST_WAITING = "request_waiting"
    ORDER_WAITING = "order_waiting"
    TRANSFER_WAITING = "transfer_waiting"
    LATE_PURCHASE_ORDER = "late_purchase_order"
    ORDER_NOT_SENT = "order_not_sent"
    RESTOCK_SUGGESTED = "restock_suggested"
    DEMAND_CHANGE = "demand_change"
    OVERSTOCK = "overstock"
    CHANNEL_ORDER_SHORT = "channel_order_short"
    CHANNEL_ORDER_STUCK = "channel_order_stuck"
    NEW_PRODUCT = "new_product"
    REPORT_NOT_SENT = "report_not_sent"
    PLUGIN_TROUBLE = "plugin_trouble"
    FAILED_DELIVERY = "failed_delivery"


class Channel(StrEnum):
    """How news come. A text message needs a plugin, a webhook an address of the person's own."""

    IN_APP = "in_app"
    MAIL = "mail"
    SMS = "sms"
    WEBHOOK = "webhook"


class Timing(StrEnum):
    """When news come by mail, text message and webhook; in the application they come at once."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    WEEKLY = "weekly"


@dataclass(frozen=True, slots=True)
class Audience:
    """Whose news it is: of those with the permission, at the sites that they see, or may write where they are to act."""

    permission: str
    acts: bool = False


AUDIENCES: Mapping[NotificationKind, Audience] = {
    NotificationKind.LOW_STOCK: Audience("stock:read"),
    NotificationKind.OUT_OF_STOCK: Audience("stock:read"),
    NotificationKind.BACK_IN_STOCK: Audience("stock:read"),
    NotificationKind.REQUEST_WAITING: Audience("request:approve", acts=True),
    NotificationKind.ORDER_WAITING: Audience("purchase:approve", acts=True),
    NotificationKind.TRANSFER_WAITING: Audience("transfer:confirm", acts=True),
    NotificationKind.LATE_PURCHASE_ORDER: Audience("purchase:read"),
    NotificationKind.ORDER_NOT_SENT: Audience("purchase:write", acts=True),
    NotificationKind.RESTOCK_SUGGESTED: Audience("purchase:write", acts=True),
    NotificationKind.DEMAND_CHANGE: Audience("report:read"),
    NotificationKind.OVERSTOCK: Audience("stock:read"),
    NotificationKind.CHANNEL_ORDER_SHORT: Audience("channel_order:read"),
    NotificationKind.CHANNEL_ORDER_STUCK: Audience("channel_order:read"),
    NotificationKind.NEW_PRODUCT: Audience("product:read"),
    NotificationKind.REPORT_NOT_SENT: Audience("report:schedule"),
    NotificationKind.PLUGIN_TROUBLE: Audience("plugin:read"),
    NotificationKind.FAILED_DELIVERY: Audience("plugin:read"),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """By which channels one kind is told, and when outside of the application. Without channels it is not told."""

    channels: tuple[Channel, ...] = ()
    timing: Timing = Timing.AT_ONCE


@dataclass(frozen=True, slots=True)
class Preference:
    """A person's own wish about one kind, for these sites and categories with those below them; None: all."""

    kind: NotificationKind
    wish: Wish
    sites: tuple[UUID, ...] | None = None
    categories: tuple[UUID, ...] | None = None


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From when to when, by the clock on the wall, nobody is to be disturbed. They may go over midnight."""

    start: time
    end: time

    def hold(self, at: time) -> bool:
        """Whether this time is among them."""
        if self.start < self.end:
            return self.start <= at < self.end
        return at >= self.start or at < self.end


@dataclass(frozen=True, slots=True)
class Hours:
    """When news suit somebody. Digests come at the full hour; weekly ones on the weekday, of which 1 is Monday."""

    quiet: QuietHours | None
    digest_hour: int
    digest_weekday: int


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds for those who said nothing else."""

    wishes: Mapping[str, Mapping[NotificationKind, Wish]]
    hours: Hours

    def wish(self, role: str | None, kind: NotificationKind) -> Wish:
        """What a preset is told of a kind."""
        return self.wishes.get(role or "", {}).get(kind, Wish())


def _read_defaults() -> Defaults:
    tables: dict[str, Any] = tomllib.loads(files(__package__).joinpath(_FILE).read_text(encoding="utf-8"))
    hours = tables.pop("hours")
    quiet = QuietHours(hours["quiet_from"], hours["quiet_to"])
    wishes = {
        role: {NotificationKind(kind): _wish(one) for kind, one in table.items()} for role, table in tables.items()
    }
    return Defaults(wishes, Hours(quiet, hours["digest_hour"], hours["digest_weekday"]))


def _wish(table: Mapping[str, Any]) -> Wish:
    return Wish(tuple(Channel(channel) for channel in table["channels"]), Timing(table.get("timing", Timing.AT_ONCE)))


DEFAULTS = _read_defaults()


def default_role(role: str | None, permissions: frozenset[str]) -> str | None:
    """The preset whose defaults hold: the role itself, or for a company's own role the highest of which nothing is missing."""
    if role in PRESET_ROLES:
        return role
    within = [preset for preset in PRESET_ROLES.values() if preset.permissions <= permissions]
    return max(within, key=lambda preset: preset.rank).code if within else None


def kinds_for(permissions: frozenset[str]) -> tuple[NotificationKind, ...]:
    """The kinds that somebody with these permissions can be told."""
    return tuple(kind for kind, audience in AUDIENCES.items() if audience.permission in permissions)


def may_know(actor: Actor, kind: NotificationKind, site: UUID | None) -> bool:
    """Whether this news is theirs, with the rights that they have at this moment."""
    audience = AUDIENCES[kind]
    if not actor.may(audience.permission):
        return False
    return site is None or (actor.covers([site]) if audience.acts else actor.sees([site]))
