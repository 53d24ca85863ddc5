"""What an event is worth telling: its kind, whom it concerns, and the facts that go with it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from core.domain.events import Event
from core.domain.notification import NotificationKind

WORDED = "words"
"""The fact that says in which words of its kind an event is told."""
_TYPE = "type"


@dataclass(frozen=True, slots=True)
class News:
    """One event to be told, at a site and about a product where it has them, and not to who brought it about, or to one person alone.
    `facts` are chosen one by one: nothing that an event may hold one day, such as a cost, comes along by itself."""

    event_id: UUID
    kind: NotificationKind
    subject_type: str
    subject_id: UUID
    site: UUID | None
    product: UUID | None
    not_to: UUID | None
    only_to: UUID | None
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Source:
    """Events of one type that are news: those in which each name of `where` has one of its values, at the site that `site` names.
    Of those that are told in words of their own, beside others of the kind, `words` names the fact that says in which, or is
    their type."""

    kind: NotificationKind
    facts: Sequence[str]
    site: str | None = None
    not_to: str | None = None
    only_to: str | None = None
    where: Mapping[str, Sequence[str]] | None = None
    of_product: bool = False
    words: str | None = None


_STOCK = ("on_hand", "minimum", "target")
_TRANSFER_PENDING = _Source(
    NotificationKind.TRANSFER_WAITING, ("number", "state"), site="source", where={"state": ["pending"]}
)
_SOURCES: Mapping[str, _Source] = {
    "low_stock": _Source(NotificationKind.LOW_STOCK, _STOCK, site="site", of_product=True),
    "out_of_stock": _Source(NotificationKind.OUT_OF_STOCK, _STOCK, site="site", of_product=True),
    "back_in_stock": _Source(NotificationKind.BACK_IN_STOCK, _STOCK, site="site", of_product=True),
    "product_created": _Source(NotificationKind.NEW_PRODUCT, ("sku",), of_product=True),
    "request_created": _Source(
        NotificationKind.REQUEST_WAITING,
        ("number", "kind", "state"),
        site="site",
        not_to="requested_by",
        where={"state": ["pending"]},
    ),
    "purchase_order_submitted": _Source(
        NotificationKind.ORDER_WAITING,
        ("number", "state"),
        site="site",
        not_to="submitted_by",
        where={"state": ["to_approve"]},
    ),
    "purchase_order_late": _Source(
        NotificationKind.LATE_PURCHASE_ORDER, ("number", "supplier_name", "due_on", "days"), site="site"
    ),
    "purchase_order_not_sent": _Source(NotificationKind.ORDER_NOT_SENT, ("number", "problem"), site="site"),
    "replenishment_proposed": _Source(NotificationKind.RESTOCK_SUGGESTED, ("proposed", "blocked"), site="site"),
    "demand_changed": _Source(NotificationKind.DEMAND_CHANGE, (), site="site", of_product=True, words="direction"),
    "overstock_begun": _Source(NotificationKind.OVERSTOCK, ("stock", "enough"), site="site", of_product=True),
    "channel_order_short": _Source(
        NotificationKind.CHANNEL_ORDER_SHORT, ("channel", "number", "lacks", "owed"), site="site", words="what_lacks"
    ),
    "channel_order_needs_attention": _Source(
        NotificationKind.CHANNEL_ORDER_STUCK, ("channel", "number", "problem"), site="site", words="why"
    ),
    # It waits at its source to be sent off, and then at its destination to be received.
    "transfer_created": _TRANSFER_PENDING,
    "transfer_submitted": _TRANSFER_PENDING,
    "transfer_dispatched": _Source(NotificationKind.TRANSFER_WAITING, ("number", "state"), site="destination"),
    "report_schedule_not_sent": _Source(NotificationKind.REPORT_NOT_SENT, ("name",), only_to="owner"),
    "plugin_paused": _Source(NotificationKind.PLUGIN_TROUBLE, ("plugin", "problem")),
    "delivery_failed": _Source(NotificationKind.FAILED_DELIVERY, ("subscriber", "type", "error")),
    "webhook_disabled": _Source(
        NotificationKind.FAILED_DELIVERY, ("reason",), where={"reason": ["gone", "rights_lost"]}, words=_TYPE
    ),
    "mail_failed": _Source(NotificationKind.FAILED_DELIVERY, ("to", "error"), words=_TYPE),
    "channel_failed": _Source(
        NotificationKind.FAILED_DELIVERY, ("person", "channel", "error"), not_to="user", words=_TYPE
    ),
    "sms_surplus": _Source(NotificationKind.FAILED_DELIVERY, ("limit",), words=_TYPE),
}
NEWS_EVENT_TYPES = frozenset(_SOURCES)


def news_among(events: Sequence[Event]) -> Sequence[News]:
    """The news that these events bring."""
    return [news for event in events for news in _news(event)]


def _news(event: Event) -> Iterator[News]:
    source = _SOURCES.get(event.type)
    if source is None or any(event.data.get(name) not in values for name, values in (source.where or {}).items()):
        return
    facts = {name: event.data[name] for name in source.facts if event.data.get(name) is not None}
    yield News(
        event_id=event.id,
        kind=source.kind,
        subject_type=event.subject_type,
        subject_id=event.subject_id,
        site=_id(event, source.site),
        product=event.subject_id if source.of_product else None,
        not_to=_id(event, source.not_to),
        only_to=_id(event, source.only_to),
        facts=facts | {WORDED: _words(event, source.words)} if source.words else facts,
    )


def _words(event: Event, words: str) -> object:
    return event.type if words == _TYPE else event.data.get(words)


def _id(event: Event, name: str | None) -> UUID | None:
    return UUID(event.data[name]) if name and event.data.get(name) else None
