"""`Mailbox` and `MailQueue` on PostgreSQL. Mails are sealed before they reach it."""

from datetime import timedelta
from uuid import UUID

import msgspec

from adapters.postgres.engine import Connection, Database, Scope
from core.domain.ids import new_id
from core.domain.mail import disguised
from core.ports.mail import Mail, MailLease, WaitingMail
from core.ports.sealing import Sealing, Unsealable

_POST = "INSERT INTO mail (id, content, company_id, addressee) VALUES (%s, %s, %s, %s)"
_CLAIM = """
    WITH due AS (
        SELECT id FROM mail WHERE state = 'waiting' AND next_at <= clock_timestamp()
        ORDER BY next_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
    )
    UPDATE mail m SET attempts = m.attempts + 1, lease_token = %(token)s, next_at = clock_timestamp() + %(lease)s
    FROM due WHERE m.id = due.id
    RETURNING m.id, m.attempts, m.content
"""
# News that a mail tells know how it fares; of another mail of a company that is given up, an event tells.
_SENT = """
    WITH gone AS (DELETE FROM mail WHERE id = %s RETURNING id, attempts)
    UPDATE notification_delivery d SET state = 'sent', attempts = gone.attempts, outcome = NULL
    FROM gone WHERE d.mail_id = gone.id AND d.state = 'posted'
"""
_FAILED = """
    WITH tried AS (
        UPDATE mail SET state = %(state)s, next_at = clock_timestamp() + %(after)s, lease_token = NULL, last_error = %(error)s
        WHERE id = %(id)s AND lease_token = %(token)s RETURNING id, attempts, state, last_error, company_id, addressee
    ),
    told AS (
        INSERT INTO outbox_event (company_id, type, subject_type, subject_id, data)
        SELECT t.company_id, 'mail_failed', 'mail', t.id, json_build_object('to', t.addressee, 'error', t.last_error)
        FROM tried t WHERE t.state = 'dead' AND t.company_id IS NOT NULL
    )
    UPDATE notification_delivery d SET state = CASE tried.state WHEN 'dead' THEN 'failed' ELSE 'posted' END,
           attempts = tried.attempts, outcome = tried.last_error
    FROM tried WHERE d.mail_id = tried.id AND d.state = 'posted'
"""


class PostgresMailbox:
    """`Mailbox` that posts at once."""

    def __init__(self, database: Database, sealing: Sealing) -> None:
        self._database, self._sealing = database, sealing

    async def post(self, mail: Mail) -> UUID:
        sealed = _sealed(mail, self._sealing)
        await self._database.fetch(Scope(), _POST, (*sealed, None, None))
        return sealed[0]


class MailboxInTransaction:
    """`Mailbox` of a unit of work. Where a company is named, it hears of mails that cannot be delivered."""

    def __init__(self, connection: Connection, sealing: Sealing, company_id: UUID | None = None) -> None:
        self._connection, self._sealing, self._company_id = connection, sealing, company_id

    async def post(self, mail: Mail) -> UUID:
        sealed = _sealed(mail, self._sealing)
        of_company = (self._company_id, disguised(mail.to)) if self._company_id else (None, None)
        await self._connection.execute(_POST, (*sealed, *of_company))
        return sealed[0]


class PostgresMailQueue:
    """`MailQueue` over the connections of the role that sees all queues, each call in one round trip."""

    def __init__(self, dispatch: Database, sealing: Sealing) -> None:
        self._dispatch, self._sealing = dispatch, sealing

    async def claim(self, limit: int, lease: timedelta) -> MailLease:
        token = new_id()
        rows = await self._dispatch.fetch(Scope(), _CLAIM, {"limit": limit, "token": token, "lease": lease})
        return MailLease(
            token, [WaitingMail(mail_id, attempts, self._opened(mail_id, text)) for mail_id, attempts, text in rows]
        )

    async def sent(self, mail_id: UUID) -> None:
        await self._dispatch.fetch(Scope(), _SENT, (mail_id,))

    async def failed(self, token: UUID, mail_id: UUID, error: str, after: timedelta) -> None:
        await self._end_try(token, mail_id, "waiting", error, after)

    async def give_up(self, token: UUID, mail_id: UUID, error: str) -> None:
        await self._end_try(token, mail_id, "dead", error, timedelta(0))

    async def _end_try(self, token: UUID, mail_id: UUID, state: str, error: str, after: timedelta) -> None:
        names = {"id": mail_id, "token": token, "state": state, "error": error, "after": after}
        await self._dispatch.fetch(Scope(), _FAILED, names)

    def _opened(self, mail_id: UUID, sealed: str) -> Mail | None:
        try:
            return msgspec.json.decode(self._sealing.open(sealed, _place(mail_id)), type=Mail)
        except (Unsealable, msgspec.MsgspecError):
            return None


def _sealed(mail: Mail, sealing: Sealing) -> tuple[UUID, str]:
    mail_id = new_id()
    return mail_id, sealing.seal(msgspec.json.encode(mail), _place(mail_id))


def _place(mail_id: UUID) -> str:
    return f"mail|content|{mail_id}"
