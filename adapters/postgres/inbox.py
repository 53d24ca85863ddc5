"""`Inbox` and `InboxQueue` on PostgreSQL, each call in one round trip."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from psycopg.types.json import Jsonb

from adapters.postgres.engine import Database, Scope
from core.domain.ids import new_id
from core.ports.inbox import ArrivedWebhook, HookOwner, InboxLease, InboxOutcome, Reception, WaitingWebhook

MOST_KEPT = 20_000
"""How many webhooks of a plugin in a company may wait to be read, or to be looked at, and how many bytes of them. Those that come at the
same moment do not see each other, so it may be a few more."""
MOST_BYTES = 100_000_000

_OWNER = "SELECT company_id, plugin_id FROM plugin_hook WHERE hook_hash = %(digest)s"
_STORE = """
    WITH open AS (
        SELECT FROM plugin_installation i
        JOIN plugin_hook h ON h.company_id = i.company_id AND h.plugin_id = i.plugin_id AND h.hook_hash = %(digest)s
        WHERE i.company_id = %(company)s AND i.plugin_id = %(plugin)s AND i.state IN ('enabled', 'paused')
    ),
    known AS (
        SELECT FROM inbox_message m WHERE m.company_id = %(company)s AND m.plugin_id = %(plugin)s AND m.event_id = %(event)s
    ),
    kept AS (
        SELECT count(*) < %(most)s AND coalesce(sum(m.size), 0) + %(size)s <= %(most_bytes)s AS has_room
        FROM inbox_message m WHERE m.company_id = %(company)s AND m.plugin_id = %(plugin)s AND m.body IS NOT NULL
    ),
    stored AS (
        INSERT INTO inbox_message (company_id, id, plugin_id, event_id, received_at, url, headers, body, size, verified)
        SELECT %(company)s, %(id)s, %(plugin)s, %(event)s, %(at)s, %(url)s, %(headers)s, %(body)s, %(size)s, %(verified)s
        FROM open CROSS JOIN kept WHERE kept.has_room
        ON CONFLICT (company_id, plugin_id, event_id) DO NOTHING
    )
    SELECT EXISTS (SELECT FROM open), EXISTS (SELECT FROM known), kept.has_room FROM kept
"""
_CLAIM = """
    WITH due AS (
        SELECT m.id FROM inbox_message m
        WHERE m.company_id = %(company)s AND m.plugin_id = %(plugin)s AND m.state IN ('new', 'leased') AND m.next_at <= statement_timestamp()
          AND EXISTS (SELECT FROM plugin_installation i WHERE i.company_id = %(company)s AND i.plugin_id = %(plugin)s AND i.state = 'enabled')
          AND NOT EXISTS (SELECT FROM company c WHERE c.id = %(company)s AND c.suspended)
        ORDER BY m.next_at, m.id LIMIT %(limit)s FOR UPDATE OF m SKIP LOCKED
    )
    UPDATE inbox_message m SET state = 'leased', attempts = m.attempts + 1, lease_token = %(token)s,
           next_at = clock_timestamp() + %(lease)s
    FROM due WHERE m.company_id = %(company)s AND m.id = due.id
    RETURNING m.id, m.received_at, m.event_id, m.url, m.headers, m.body, m.attempts, m.verified
"""
_END = """
    UPDATE inbox_message m SET state = o.state, next_at = clock_timestamp() + o.after, lease_token = NULL, last_error = o.error,
           attempts = m.attempts - CASE WHEN o.counted THEN 0 ELSE 1 END,
           url = CASE WHEN NOT o.forged THEN m.url END, headers = CASE WHEN NOT o.forged THEN m.headers END,
           body = CASE WHEN NOT o.forged THEN m.body END
    FROM unnest(%(ids)s::uuid[], %(states)s::text[], %(errors)s::text[], %(afters)s::interval[], %(counted)s::boolean[],
                %(forged)s::boolean[]) AS o(id, state, error, after, counted, forged)
    WHERE m.company_id = %(company)s AND m.id = o.id AND m.lease_token = %(token)s AND m.state = 'leased'
"""


class PostgresInbox:
    """`Inbox`. Whom an address belongs to is asked of all companies; everything else happens inside the one that it is."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def owner(self, digest: bytes) -> HookOwner | None:
        rows = await self._database.fetch(Scope(), _OWNER, {"digest": digest})
        return next((HookOwner(company_id, plugin_id, digest) for company_id, plugin_id in rows), None)

    async def store(self, owner: HookOwner, webhook: ArrivedWebhook) -> Reception:
        names = {
            "company": owner.company_id,
            "plugin": owner.plugin_id,
            "digest": owner.digest,
            "most": MOST_KEPT,
            "most_bytes": MOST_BYTES,
            "id": webhook.id,
            "event": webhook.event_id,
            "at": webhook.received_at,
            "url": webhook.url,
            "headers": Jsonb(dict(webhook.headers)),
            "body": webhook.body,
            "size": len(webhook.body),
            "verified": webhook.verified,
        }
        ((is_open, is_known, has_room),) = await self._database.fetch(Scope(owner.company_id), _STORE, names)
        if not is_open:
            return Reception.CLOSED
        return Reception.STORED if is_known or has_room else Reception.FULL


class PostgresInboxQueue:
    """`InboxQueue`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, company_id: UUID, plugin_id: str, limit: int, lease: timedelta) -> InboxLease:
        token = new_id()
        names = {
            "company": company_id,
            "plugin": plugin_id,
            "limit": limit,
            "lease": lease,
            "token": token,
        }
        rows = await self._database.fetch(Scope(company_id), _CLAIM, names)
        return InboxLease(token, [WaitingWebhook(*row) for row in rows])

    async def end(self, company_id: UUID, token: UUID, outcomes: Sequence[InboxOutcome]) -> None:
        names = {
            "company": company_id,
            "token": token,
            "ids": [one.id for one in outcomes],
            "states": [one.state.value for one in outcomes],
            "errors": [one.error for one in outcomes],
            "afters": [one.after for one in outcomes],
            "counted": [one.counted for one in outcomes],
            "forged": [one.forged for one in outcomes],
        }
        await self._database.fetch(Scope(company_id), _END, names)
