"""`PersonalTurns` on PostgreSQL: a person's row is held during their turn, so nobody turns to them twice at once."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from adapters.postgres.engine import Connection, Database, Row, Scope
from adapters.postgres.mail import MailboxInTransaction
from adapters.postgres.notification_reach import CARRIER_AT_WORK, MAIL_BLOCK, MAIL_SENDER_AT_WORK
from adapters.postgres.text_budget import spend
from core.domain.access import PRESETS, Actor, Sites
from core.domain.ids import new_id
from core.domain.mail import Mail
from core.domain.notification import DEFAULTS, Channel, Hours, NotificationKind, QuietHours, Timing
from core.ports.notifications import PersonalTurn, PersonalTurns, Reader, WaitingNews
from core.ports.sealing import Sealing

_NEXT = f"""
    SELECT r.user_id, u.name, u.locale, coalesce(u.time_zone, c.time_zone), CASE WHEN u.email = u.proven_email THEN u.email END, u.phone,
           {CARRIER_AT_WORK}, {MAIL_SENDER_AT_WORK}, {MAIL_BLOCK}, (SELECT h.id FROM webhook h WHERE h.company_id = r.company_id AND h.owner_id = r.user_id), c.name,
           m.active AND u.active, m.role, o.permissions, m.write_site_ids, m.read_site_ids,
           EXISTS (SELECT FROM text_consent t WHERE t.company_id = r.company_id AND t.number = u.phone AND NOT t.wanted),
           r.quiet_from, r.quiet_to, r.digest_hour, r.digest_weekday
    FROM notification_reader r
    JOIN membership m ON m.company_id = r.company_id AND m.user_id = r.user_id
    JOIN app_user u ON u.id = r.user_id
    JOIN company c ON c.id = r.company_id AND NOT c.suspended
    LEFT JOIN role o ON o.company_id = m.company_id AND o.id = m.custom_role_id
    WHERE r.company_id = %(company)s AND r.next_at <= %(now)s
    ORDER BY r.next_at, r.user_id LIMIT 1 FOR UPDATE OF r SKIP LOCKED
""".encode()
_WAITING = b"""
    SELECT d.event_id, d.channel, n.kind, n.site_id, i.data, d.timing, d.created_at
    FROM notification_delivery d
    JOIN notification_item i ON i.company_id = d.company_id AND i.user_id = d.user_id AND i.event_id = d.event_id
    JOIN notification n ON n.company_id = i.company_id AND n.id = i.notification_id
    LEFT JOIN interest place ON place.company_id = d.company_id AND place.user_id = d.user_id AND place.site_id = n.site_id
    LEFT JOIN interest goods ON goods.company_id = d.company_id AND goods.user_id = d.user_id AND goods.category_id = i.category_id
    WHERE d.company_id = %(company)s AND d.user_id = %(user)s AND d.channel <> 'in_app' AND d.state IN ('new', 'folded')
    ORDER BY ln(1 + coalesce(place.weight, 0)) + ln(1 + coalesce(goods.weight, 0)) DESC, d.created_at, d.event_id
"""
_THESE = "company_id = %(company)s AND user_id = %(user)s AND channel = %(channel)s AND event_id = ANY (%(events)s)"
_POSTED = (
    f"UPDATE notification_delivery SET state = 'posted', mail_id = %(mail)s, mail_to = %(to)s WHERE {_THESE}".encode()
)
_TEXTED = f"UPDATE notification_delivery SET state = 'posted', text_id = %(text_id)s WHERE {_THESE}".encode()
_CALLED = f"UPDATE notification_delivery SET state = 'posted' WHERE {_THESE}".encode()
_PUT_OFF = f"UPDATE notification_delivery SET state = 'folded', timing = 'daily', created_at = %(now)s, outcome = %(outcome)s WHERE {_THESE}".encode()
_GIVEN_UP = f"UPDATE notification_delivery SET state = 'failed', outcome = %(outcome)s WHERE {_THESE}".encode()
_TEXT = b"""
    INSERT INTO text_message (company_id, id, user_id, text) VALUES (%(company)s, %(text_id)s, %(user)s, %(text)s)
"""
_CALLS = b"""
    INSERT INTO delivery (company_id, event_id, subscriber, aggregate_key, position)
    SELECT e.company_id, e.id, 'webhook:' || %(webhook)s::uuid, e.subject_type || ':' || e.subject_id, e.position
    FROM outbox_event e WHERE e.company_id = %(company)s AND e.id = ANY (%(events)s)
    ON CONFLICT DO NOTHING
"""
_LOOK_AGAIN = b"UPDATE notification_reader SET next_at = %(at)s WHERE company_id = %(company)s AND user_id = %(user)s"


class PostgresPersonalTurns(PersonalTurns):
    """One transaction a turn. `carriers` are the plugins that send text messages, `senders` those that carry mails; without a `sealing` no
    mail can be posted."""

    def __init__(
        self, database: Database, sealing: Sealing | None, carriers: Collection[str], senders: Collection[str] = ()
    ) -> None:
        self._database, self._sealing = database, sealing
        self._carriers, self._senders = sorted(carriers), sorted(senders)

    @asynccontextmanager
    async def next(self, company_id: UUID, now: datetime) -> AsyncIterator[PersonalTurn | None]:
        names = {"company": company_id, "now": now, "carriers": self._carriers, "senders": self._senders}
        async with self._database.transaction(Scope(company_id)) as connection:
            row = await (await connection.execute(_NEXT, names)).fetchone()
            yield PostgresPersonalTurn(connection, self._sealing, _reader(company_id, row), now) if row else None


class PostgresPersonalTurn(PersonalTurn):
    """One person's turn in a transaction."""

    def __init__(self, connection: Connection, sealing: Sealing | None, reader: Reader, now: datetime) -> None:
        self._connection, self._sealing, self._reader, self._now = connection, sealing, reader, now
        self._person = {"company": reader.actor.company, "user": reader.actor.user_id}

    @property
    def reader(self) -> Reader:
        return self._reader

    async def waiting(self) -> Sequence[WaitingNews]:
        rows = await (await self._connection.execute(_WAITING, self._person)).fetchall()
        return [
            WaitingNews(event_id, Channel(channel), NotificationKind(kind), site, facts, Timing(timing), since)
            for event_id, channel, kind, site, facts, timing, since in rows
        ]

    async def post(self, mail: Mail, told: Collection[UUID]) -> None:
        if self._sealing is None:
            raise ValueError("a server without mail has nothing to seal mails with")
        company = self._reader.actor.company
        mail_id = await MailboxInTransaction(self._connection, self._sealing, carried_for=company).post(mail)
        await self._execute(_POSTED, Channel.MAIL, told, mail=mail_id, to=mail.to)

    async def send_text(self, text: str, told: Collection[UUID]) -> bool:
        if not await spend(self._connection, self._reader.actor.company, self._now):
            return False
        text_id = new_id()
        await self._connection.execute(_TEXT, {**self._person, "text_id": text_id, "text": text})
        await self._execute(_TEXTED, Channel.SMS, told, text_id=text_id)
        return True

    async def call_webhook(self, webhook_id: UUID, told: Collection[UUID]) -> None:
        await self._execute(_CALLS, Channel.WEBHOOK, told, webhook=webhook_id)
        await self._execute(_CALLED, Channel.WEBHOOK, told)

    async def put_off(self, channel: Channel, events: Collection[UUID], outcome: str) -> None:
        await self._execute(_PUT_OFF, channel, events, outcome=outcome, now=self._now)

    async def give_up(self, channel: Channel, events: Collection[UUID], outcome: str) -> None:
        await self._execute(_GIVEN_UP, channel, events, outcome=outcome)

    async def look_again(self, at: datetime | None) -> None:
        await self._connection.execute(_LOOK_AGAIN, {**self._person, "at": at})

    async def _execute(self, statement: bytes, channel: Channel, events: Collection[UUID], **more: object) -> None:
        names = {**self._person, "channel": channel, "events": list(events), **more}
        await self._connection.execute(statement, names)


def _reader(company_id: UUID, row: Row) -> Reader:
    (
        user_id,
        name,
        locale,
        zone,
        address,
        phone,
        carrier,
        mail_sender,
        mail_block,
        webhook,
        company,
        active,
        role,
        own,
        sites,
        read_sites,
        unwanted,
        *hours,
    ) = row
    permissions = (PRESETS.get(role, frozenset()) if role else frozenset(own)) if active else frozenset()
    actor = Actor(user_id, company_id, permissions, _sites(sites), _sites(read_sites))
    return Reader(
        actor,
        name,
        locale,
        ZoneInfo(zone),
        address,
        phone,
        carrier,
        webhook,
        company,
        hours_of(*hours),
        has_mail_sender=mail_sender,
        mail_block=mail_block,
        unwanted=unwanted,
    )


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
