"""Where there is something to do, over all companies. Each question costs what the companies with work cost, not what waits.

The recursive statements jump through an index from one company (and subscriber) to the next.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from adapters.postgres.engine import Database, Scope
from adapters.postgres.mail import DUE_OF_COMPANIES, DUE_OF_SERVER

_UNRELAYED = """
    WITH RECURSIVE waiting AS (
        (SELECT company_id FROM outbox_event WHERE position IS NULL ORDER BY company_id LIMIT 1)
        UNION ALL
        SELECT n.company_id FROM waiting w CROSS JOIN LATERAL (
            SELECT e.company_id FROM outbox_event e WHERE e.position IS NULL AND e.company_id > w.company_id
            ORDER BY e.company_id LIMIT 1) n
    )
    SELECT company_id FROM waiting
"""
_DELIVERIES = """
    WITH RECURSIVE earliest AS (
        (SELECT company_id, subscriber, next_at FROM delivery WHERE state IN ('new', 'leased')
         ORDER BY company_id, subscriber, next_at LIMIT 1)
        UNION ALL
        SELECT n.company_id, n.subscriber, n.next_at FROM earliest e CROSS JOIN LATERAL (
            SELECT d.company_id, d.subscriber, d.next_at FROM delivery d
            WHERE d.state IN ('new', 'leased') AND (d.company_id, d.subscriber) > (e.company_id, e.subscriber)
            ORDER BY d.company_id, d.subscriber, d.next_at LIMIT 1) n
    )
    SELECT e.company_id, e.subscriber FROM earliest e
    WHERE e.next_at <= statement_timestamp() AND e.subscriber = ANY (%(subscribers)s)
      AND NOT EXISTS (SELECT FROM plugin_installation i WHERE i.company_id = e.company_id
            AND i.plugin_id = split_part(e.subscriber, ':', 1) AND i.state <> 'enabled')
      AND NOT EXISTS (SELECT FROM plugin_health h WHERE h.company_id = e.company_id
            AND h.plugin_id = split_part(e.subscriber, ':', 1) AND h.retry_at > statement_timestamp())
      AND NOT EXISTS (SELECT FROM company o WHERE o.id = e.company_id AND o.suspended)
"""
_CHANNELS = """
    SELECT c.company_id, c.plugin_id FROM channel c
    JOIN plugin_installation i ON i.company_id = c.company_id AND i.plugin_id = c.plugin_id
    WHERE c.plugin_id = ANY (%(plugins)s) AND c.next_at <= statement_timestamp()
      AND NOT EXISTS (SELECT FROM company o WHERE o.id = c.company_id AND o.suspended)
      AND (i.state = 'disabled' AND c.listening OR i.state = 'enabled' AND (c.import_at <= statement_timestamp()
        OR EXISTS (SELECT FROM channel_link l WHERE l.company_id = c.company_id AND l.plugin_id = c.plugin_id
            AND l.want_version > l.pushed_version AND l.attention IS NULL AND NOT l.unsure)
        OR EXISTS (SELECT FROM channel_link l WHERE l.company_id = c.company_id AND l.plugin_id = c.plugin_id
            AND l.read_at <= statement_timestamp() AND (l.flight_key IS NULL OR l.unsure))
        OR c.push_prices AND c.price_at <= statement_timestamp() AND EXISTS (SELECT FROM channel_item t
            WHERE t.company_id = c.company_id AND t.plugin_id = c.plugin_id AND t.price_wanted > t.price_pushed)))
"""
_UNSEALED = """
    WITH RECURSIVE waiting AS (
        (SELECT company_id FROM audit_unsealed ORDER BY company_id LIMIT 1)
        UNION ALL
        SELECT n.company_id FROM waiting w CROSS JOIN LATERAL (
            SELECT u.company_id FROM audit_unsealed u WHERE u.company_id > w.company_id ORDER BY u.company_id LIMIT 1) n
    )
    SELECT company_id FROM waiting
"""
_WEBHOOKS = """
    SELECT h.company_id, h.id FROM webhook h
    WHERE h.enabled AND (h.owner_id IS NOT NULL) = %(personal)s AND h.next_at <= statement_timestamp() AND EXISTS (SELECT FROM delivery d WHERE d.company_id = h.company_id
            AND d.subscriber = 'webhook:' || h.id AND d.state IN ('new', 'leased') AND d.next_at <= statement_timestamp())
      AND NOT EXISTS (SELECT FROM company o WHERE o.id = h.company_id AND o.suspended)
"""
_UNTOLD = """
    SELECT DISTINCT r.company_id FROM notification_reader r
    WHERE r.next_at <= %(now)s AND NOT EXISTS (SELECT FROM company o WHERE o.id = r.company_id AND o.suspended)
"""
_UNSENT_TEXTS = """
    SELECT DISTINCT t.company_id FROM text_message t
    WHERE t.state = 'waiting' AND t.next_at <= statement_timestamp()
      AND NOT EXISTS (SELECT FROM company o WHERE o.id = t.company_id AND o.suspended)
"""
_UNREAD = """
    SELECT DISTINCT m.company_id, m.plugin_id FROM inbox_message m
    JOIN plugin_installation i ON i.company_id = m.company_id AND i.plugin_id = m.plugin_id AND i.state = 'enabled'
    WHERE m.plugin_id = ANY (%(plugins)s) AND m.state IN ('new', 'leased') AND m.next_at <= statement_timestamp()
      AND NOT EXISTS (SELECT FROM company o WHERE o.id = m.company_id AND o.suspended)
"""
_FORECASTS = """
    SELECT EXISTS (SELECT FROM forecast_run r WHERE r.state IN ('waiting', 'running') AND r.next_at <= statement_timestamp()
                     AND NOT EXISTS (SELECT FROM company o WHERE o.id = r.company_id AND o.suspended))
"""
_REPORTS = """
    SELECT EXISTS (SELECT FROM job j WHERE j.state IN ('waiting', 'running') AND j.next_at <= statement_timestamp()
                     AND NOT EXISTS (SELECT FROM company o WHERE o.id = j.company_id AND o.suspended))
"""
_MAIL = f"SELECT EXISTS (SELECT FROM mail m WHERE {DUE_OF_SERVER})"
_COMPANY_MAIL = f"""
    SELECT DISTINCT m.carried_for FROM mail m
    WHERE {DUE_OF_COMPANIES} AND NOT EXISTS (SELECT FROM company o WHERE o.id = m.carried_for AND o.suspended)
"""
_TO_HAND_OVER = """
    SELECT DISTINCT g.company_id FROM purchase_order_sending g
    WHERE g.state = 'waiting' AND g.next_at <= statement_timestamp()
      AND NOT EXISTS (SELECT FROM plugin_health h WHERE h.company_id = g.company_id AND h.plugin_id = g.channel
                      AND h.retry_at > statement_timestamp())
      AND NOT EXISTS (SELECT FROM company o WHERE o.id = g.company_id AND o.suspended)
"""
_UNREVIEWED = """
    SELECT o.id FROM company o
    WHERE NOT o.suspended AND EXISTS (SELECT FROM reorder_policy r WHERE r.company_id = o.id AND r.due_at <= %(now)s)
"""
# A storefront of which no order was ever asked for has no feed yet.
_ORDER_FEEDS = """
    SELECT c.company_id, c.plugin_id FROM channel c
    JOIN plugin_installation i ON i.company_id = c.company_id AND i.plugin_id = c.plugin_id AND i.state = 'enabled'
    LEFT JOIN channel_order_feed f ON f.company_id = c.company_id AND f.plugin_id = c.plugin_id
    WHERE c.plugin_id = ANY (%(plugins)s) AND c.take_orders AND coalesce(f.leased_until <= statement_timestamp(), true)
      AND (coalesce(f.next_at <= statement_timestamp(), true) OR (f.failures = 0 AND EXISTS (SELECT FROM channel_order_hint h
            WHERE h.company_id = c.company_id AND h.plugin_id = c.plugin_id AND h.next_at <= statement_timestamp())))
      AND NOT EXISTS (SELECT FROM company o WHERE o.id = c.company_id AND o.suspended)
"""
_WITH_ORDERS_TO_LOOK_AT = """
    SELECT DISTINCT r.company_id FROM channel_order r
    WHERE r.look_at <= %(now)s AND NOT EXISTS (SELECT FROM company o WHERE o.id = r.company_id AND o.suspended)
"""
_COMPANIES = "SELECT id FROM company WHERE NOT suspended ORDER BY id"
_COMPANIES_WITH_ENDED_HOLDS = (
    "SELECT DISTINCT company_id FROM reservation WHERE state = 'held' AND expires_at <= statement_timestamp()"
)


class DueWork:
    """Looks over the queues of all companies, as the role that may."""

    def __init__(self, dispatch: Database) -> None:
        self._dispatch = dispatch

    async def companies_to_relay(self) -> Sequence[UUID]:
        """Companies with events that have no number yet."""
        return await self._ids(_UNRELAYED)

    async def deliveries(self, subscribers: Collection[str]) -> Sequence[tuple[UUID, str]]:
        """Companies that are not suspended and subscribers, of those named, with deliveries that are due."""
        rows = await self._dispatch.fetch(Scope(), _DELIVERIES, {"subscribers": sorted(subscribers)})
        return [(company_id, subscriber) for company_id, subscriber in rows]

    async def channels(self, plugins: Collection[str]) -> Sequence[tuple[UUID, str]]:
        """Companies that are not suspended and storefronts, of those named, at which there is something to do."""
        rows = await self._dispatch.fetch(Scope(), _CHANNELS, {"plugins": sorted(plugins)})
        return [(company_id, plugin_id) for company_id, plugin_id in rows]

    async def webhooks(self, *, personal: bool) -> Sequence[tuple[UUID, UUID]]:
        """Companies that are not suspended and their webhooks, or those of people, that are neither stopped nor resting, with
        events that are due."""
        rows = await self._dispatch.fetch(Scope(), _WEBHOOKS, {"personal": personal})
        return [(company_id, webhook_id) for company_id, webhook_id in rows]

    async def companies_to_seal(self) -> Sequence[UUID]:
        """Companies with audit entries that have no seal yet."""
        return await self._ids(_UNSEALED)

    async def companies_to_notify(self, now: datetime) -> Sequence[UUID]:
        """Companies that are not suspended with members who may be due news outside of the application."""
        return [row[0] for row in await self._dispatch.fetch(Scope(), _UNTOLD, {"now": now})]

    async def companies_to_replenish(self, now: datetime) -> Sequence[UUID]:
        """Companies that are not suspended with policies that are due."""
        return [row[0] for row in await self._dispatch.fetch(Scope(), _UNREVIEWED, {"now": now})]

    async def companies_to_text(self) -> Sequence[UUID]:
        """Companies that are not suspended with text messages that are due."""
        return await self._ids(_UNSENT_TEXTS)

    async def inboxes(self, plugins: Collection[str]) -> Sequence[tuple[UUID, str]]:
        """Companies that are not suspended and plugins, of those named, that are at work there and have webhooks to read."""
        rows = await self._dispatch.fetch(Scope(), _UNREAD, {"plugins": sorted(plugins)})
        return [(company_id, plugin_id) for company_id, plugin_id in rows]

    async def companies_to_hand_over(self) -> Sequence[UUID]:
        """Companies that are not suspended with orders that are due at their suppliers."""
        return await self._ids(_TO_HAND_OVER)

    async def has_mail(self, senders: Collection[str]) -> bool:
        """Whether mails are due that the server's own sender carries; these plugins carry those of companies."""
        return bool((await self._dispatch.fetch(Scope(), _MAIL, {"senders": sorted(senders)}))[0][0])

    async def companies_to_mail(self, senders: Collection[str]) -> Sequence[UUID]:
        """Companies that are not suspended with mails that are due, of those whose own sender is one of these plugins."""
        return [row[0] for row in await self._dispatch.fetch(Scope(), _COMPANY_MAIL, {"senders": sorted(senders)})]

    async def has_forecasts(self) -> bool:
        """Whether forecasts are to be made for a company that is not suspended."""
        return bool((await self._dispatch.fetch(Scope(), _FORECASTS))[0][0])

    async def order_feeds(self, plugins: Collection[str]) -> Sequence[tuple[UUID, str]]:
        """Companies that are not suspended and storefronts, of those named, that are to be asked for orders."""
        rows = await self._dispatch.fetch(Scope(), _ORDER_FEEDS, {"plugins": sorted(plugins)})
        return [(company_id, plugin_id) for company_id, plugin_id in rows]

    async def companies_with_orders_to_look_at(self, now: datetime) -> Sequence[UUID]:
        """Companies that are not suspended with orders of shops that are to be looked at again."""
        return [row[0] for row in await self._dispatch.fetch(Scope(), _WITH_ORDERS_TO_LOOK_AT, {"now": now})]

    async def has_reports(self) -> bool:
        """Whether somebody of a company that is not suspended waits for a report."""
        return bool((await self._dispatch.fetch(Scope(), _REPORTS))[0][0])

    async def companies(self) -> Sequence[UUID]:
        """All companies that are not suspended."""
        return await self._ids(_COMPANIES)

    async def companies_with_ended_holds(self) -> Sequence[UUID]:
        """Companies with reservations whose time is over."""
        return await self._ids(_COMPANIES_WITH_ENDED_HOLDS)

    async def _ids(self, statement: str) -> Sequence[UUID]:
        return [row[0] for row in await self._dispatch.fetch(Scope(), statement)]
