"""`WebhookReader` on PostgreSQL."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec

from adapters.postgres.engine import Database, Row, Scope
from core.domain.access import Actor
from core.domain.errors import NotFound
from core.domain.webhook import StopReason, require_sight
from core.ports.clock import Clock
from core.queries.events import Subject
from core.queries.paging import Page, decode_cursor, encode_cursor, page_of
from core.queries.webhooks import Arrival, DeliveryView, TryView, WebhookSecretView, WebhookView

_SHOWN = """
    SELECT h.id, h.url, h.event_types, h.description, h.enabled, h.disabled_reason, h.acts_for, h.created_by, h.created_at,
           h.failures, CASE WHEN h.lease_token IS NULL AND h.next_at > %(now)s THEN h.next_at END,
           (SELECT json_agg(json_build_object('created_at', s.created_at, 'ends_at', s.ends_at) ORDER BY s.id DESC)
            FROM webhook_secret s WHERE s.company_id = h.company_id AND s.webhook_id = h.id
              AND (s.ends_at IS NULL OR s.ends_at > %(now)s)), h.version
    FROM webhook h WHERE h.company_id = %(company)s
"""
_WEBHOOKS = f"{_SHOWN} AND h.owner_id IS NULL"
_OWN = f"{_SHOWN} AND h.owner_id = %(user)s"
_ONE = f"{_WEBHOOKS} AND h.id = %(webhook)s"
_LIST = f"{_WEBHOOKS} AND (%(before)s::uuid IS NULL OR h.id < %(before)s) ORDER BY h.id DESC LIMIT %(limit)s"
_DELIVERIES = """
    SELECT d.position, d.event_id, e.type, e.occurred_at, e.subject_type, e.subject_id, d.state, d.attempts,
           CASE WHEN d.state IN ('new', 'leased') THEN d.next_at END, d.last_error,
           (SELECT json_agg(json_build_object('at', a.at, 'status', a.status, 'duration_ms', a.duration_ms, 'error', a.error)
                            ORDER BY a.id DESC)
            FROM (SELECT * FROM webhook_attempt t WHERE t.company_id = d.company_id AND t.webhook_id = d.webhook_id
                    AND t.event_id = d.event_id ORDER BY t.id DESC LIMIT 10) a)
    FROM delivery d JOIN outbox_event e ON e.company_id = d.company_id AND e.id = d.event_id
    WHERE d.company_id = %(company)s AND d.webhook_id = %(webhook)s AND d.state = ANY (%(states)s::text[])
      AND (%(before)s::bigint IS NULL OR d.position < %(before)s)
    ORDER BY d.position DESC LIMIT %(limit)s
"""
_STATES: Mapping[Arrival, Sequence[str]] = {
    Arrival.WAITING: ("new", "leased"),
    Arrival.DELIVERED: ("done",),
    Arrival.DEAD: ("dead",),
}
_ARRIVALS = {state: arrival for arrival, states in _STATES.items() for state in states}


class PostgresWebhookReader:
    """`WebhookReader` over the pool."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    async def webhooks(self, actor: Actor, limit: int, cursor: str | None) -> Page[WebhookView]:
        before = decode_cursor(cursor, tuple[UUID])
        named = {"before": before[0] if before else None, "limit": limit + 1}
        rows = await self._rows(actor, _LIST, named)
        return page_of([_webhook(row) for row in rows], limit, lambda last: encode_cursor(last.id))

    async def webhook(self, actor: Actor, webhook_id: UUID) -> WebhookView:
        rows = await self._rows(actor, _ONE, {"webhook": webhook_id})
        if not rows:
            raise NotFound("webhook_not_found", "no webhook has this id")
        return _webhook(rows[0])

    async def own_webhook(self, actor: Actor) -> WebhookView:
        rows = await self._rows(actor, _OWN, {"user": actor.user_id})
        if not rows:
            raise NotFound("webhook_not_found", "you have named no webhook of your own")
        return _webhook(rows[0])

    async def deliveries(
        self, actor: Actor, webhook_id: UUID, state: Arrival | None, limit: int, cursor: str | None
    ) -> Page[DeliveryView]:
        require_sight(actor)
        before = decode_cursor(cursor, tuple[int])
        await self.webhook(actor, webhook_id)
        named = {
            "webhook": webhook_id,
            "states": list(_ARRIVALS if state is None else _STATES[state]),
            "before": before[0] if before else None,
            "limit": limit + 1,
        }
        rows = await self._rows(actor, _DELIVERIES, named)
        page = page_of(rows, limit, lambda last: encode_cursor(last[0]))
        return Page([_delivery(row) for row in page.items], page.next_cursor)

    async def _rows(self, actor: Actor, statement: str, named: Mapping[str, object]) -> list[Row]:
        known = {"company": actor.company, "now": self._clock.now()}
        return await self._database.read(Scope(actor.company), statement, {**known, **named})


def _webhook(row: Row) -> WebhookView:
    (
        webhook_id,
        url,
        types,
        description,
        enabled,
        reason,
        acts_for,
        created_by,
        created_at,
        failures,
        rests_until,
        secrets,
        version,
    ) = row
    return WebhookView(
        webhook_id,
        url,
        types,
        description,
        enabled,
        StopReason(reason) if reason else None,
        acts_for,
        created_by,
        created_at,
        failures,
        rests_until,
        msgspec.convert(secrets or [], list[WebhookSecretView]),
        version,
    )


def _delivery(row: Row) -> DeliveryView:
    _, event_id, event_type, occurred_at, subject_type, subject_id, state, attempts, next_at, error, tries = row
    return DeliveryView(
        event_id,
        event_type,
        occurred_at,
        Subject(subject_type, subject_id),
        _ARRIVALS[state],
        attempts,
        next_at,
        error,
        msgspec.convert(tries or [], list[TryView]),
    )
