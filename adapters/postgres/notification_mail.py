"""`MailTurns` on PostgreSQL: a person's row is held while a mail to them is written, so nobody writes to them twice at once."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from adapters.postgres.engine import Connection, Database, Row, Scope
from adapters.postgres.mail import MailboxInTransaction
from core.domain.access import PRESETS, Actor, Sites
from core.domain.mail import Mail
from core.domain.notification import DEFAULTS, Hours, NotificationKind, QuietHours, Timing
from core.ports.notifications import MailTurn, MailTurns, Reader, WaitingNews
from core.ports.sealing import Sealing

_NEXT = b"""
    SELECT r.user_id, u.name, u.locale, coalesce(u.time_zone, c.time_zone), CASE WHEN u.email = u.proven_email THEN u.email END, c.name,
           m.active AND u.active, m.role, o.permissions, m.write_site_ids, m.read_site_ids,
           r.quiet_from, r.quiet_to, r.digest_hour, r.digest_weekday
    FROM notification_reader r
    JOIN membership m ON m.company_id = r.company_id AND m.user_id = r.user_id
    JOIN app_user u ON u.id = r.user_id
    JOIN company c ON c.id = r.company_id AND NOT c.suspended
    LEFT JOIN role o ON o.company_id = m.company_id AND o.id = m.custom_role_id
    WHERE r.company_id = %(company)s AND r.next_at <= %(now)s
    ORDER BY r.next_at, r.user_id LIMIT 1 FOR UPDATE OF r SKIP LOCKED
"""
_WAITING = b"""
    SELECT d.event_id, n.kind, n.site_id, i.data, d.timing, d.created_at
    FROM notification_delivery d
    JOIN notification_item i ON i.company_id = d.company_id AND i.user_id = d.user_id AND i.event_id = d.event_id
    JOIN notification n ON n.company_id = i.company_id AND n.id = i.notification_id
    WHERE d.company_id = %(company)s AND d.user_id = %(user)s AND d.channel = 'mail' AND d.state IN ('new', 'folded')
    ORDER BY d.created_at, d.event_id
"""
_POSTED = b"""
    UPDATE notification_delivery SET state = 'posted', mail_id = %(mail)s
    WHERE company_id = %(company)s AND user_id = %(user)s AND channel = 'mail' AND event_id = ANY (%(events)s)
"""
_GIVEN_UP = b"""
    UPDATE notification_delivery SET state = 'failed', outcome = %(outcome)s
    WHERE company_id = %(company)s AND user_id = %(user)s AND channel = 'mail' AND event_id = ANY (%(events)s)
"""
_LOOK_AGAIN = b"UPDATE notification_reader SET next_at = %(at)s WHERE company_id = %(company)s AND user_id = %(user)s"


class PostgresMailTurns(MailTurns):
    """One transaction a turn."""

    def __init__(self, database: Database, sealing: Sealing) -> None:
        self._database, self._sealing = database, sealing

    @asynccontextmanager
    async def next(self, company_id: UUID, now: datetime) -> AsyncIterator[MailTurn | None]:
        async with self._database.transaction(Scope(company_id)) as connection:
            cursor = await connection.execute(_NEXT, {"company": company_id, "now": now})
            row = await cursor.fetchone()
            yield PostgresMailTurn(connection, self._sealing, _reader(company_id, row)) if row else None


class PostgresMailTurn(MailTurn):
    """One person's turn in a transaction."""

    def __init__(self, connection: Connection, sealing: Sealing, reader: Reader) -> None:
        self._connection, self._reader = connection, reader
        self._mailbox = MailboxInTransaction(connection, sealing)
        self._person = {"company": reader.actor.company, "user": reader.actor.user_id}

    @property
    def reader(self) -> Reader:
        return self._reader

    async def waiting(self) -> Sequence[WaitingNews]:
        rows = await (await self._connection.execute(_WAITING, self._person)).fetchall()
        return [
            WaitingNews(event_id, NotificationKind(kind), site, facts, Timing(timing), since)
            for event_id, kind, site, facts, timing, since in rows
        ]

    async def post(self, mail: Mail, told: Collection[UUID]) -> None:
        mail_id = await self._mailbox.post(mail)
        await self._connection.execute(_POSTED, {**self._person, "mail": mail_id, "events": list(told)})

    async def give_up(self, events: Collection[UUID], outcome: str) -> None:
        await self._connection.execute(_GIVEN_UP, {**self._person, "outcome": outcome, "events": list(events)})

    async def look_again(self, at: datetime | None) -> None:
        await self._connection.execute(_LOOK_AGAIN, {**self._person, "at": at})


def _reader(company_id: UUID, row: Row) -> Reader:
    user_id, name, locale, zone, address, company, active, role, own, sites, read_sites, *hours = row
    permissions = (PRESETS.get(role, frozenset()) if role else frozenset(own)) if active else frozenset()
    actor = Actor(user_id, company_id, permissions, _sites(sites), _sites(read_sites))
    return Reader(actor, name, locale, ZoneInfo(zone), address, company, hours_of(*hours))


def hours_of(
    quiet_from: time | None, quiet_to: time | None, digest_hour: int | None, digest_weekday: int | None
) -> Hours:
    """The hours of somebody's row; the defaults where they have set none."""
    if digest_hour is None or digest_weekday is None:
        return DEFAULTS.hours
    quiet = QuietHours(quiet_from, quiet_to) if quiet_from is not None and quiet_to is not None else None
    return Hours(quiet, digest_hour, digest_weekday)


def _sites(ids: list[UUID] | None) -> Sites:
    return None if ids is None else frozenset(ids)
