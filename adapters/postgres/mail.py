"""`Mailbox` and `MailQueue` on PostgreSQL. Mails are sealed before they reach it."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

import msgspec

from adapters.postgres.engine import Connection, Database, Scope
from core.domain.ids import new_id
from core.domain.mail import disguised
from core.ports.mail import Mail, MailLease, WaitingMail
from core.ports.sealing import Sealing, Unsealable

_POST = "INSERT INTO mail (id, content, company_id, addressee, carried_for) VALUES (%s, %s, %s, %s, %s)"
# Of a waiting mail `m`. A sender that paused itself carries nothing until somebody has seen to it; meanwhile the server's own does.
_CARRIED_BY_OWN = """
    EXISTS (SELECT FROM plugin_installation i WHERE i.company_id = m.carried_for AND i.plugin_id = ANY (%(senders)s)
            AND i.state = 'enabled')
"""
_DUE = "m.state = 'waiting' AND m.next_at <= statement_timestamp()"
DUE_OF_SERVER = f"{_DUE} AND (m.carried_for IS NULL OR NOT {_CARRIED_BY_OWN})"
DUE_OF_COMPANIES = f"{_DUE} AND m.carried_for IS NOT NULL AND {_CARRIED_BY_OWN}"
_CLAIM = """
    WITH due AS (
        SELECT m.id FROM mail m WHERE {due}
        ORDER BY m.next_at LIMIT %(limit)s FOR UPDATE OF m SKIP LOCKED
    )
    UPDATE mail m SET attempts = m.attempts + 1, lease_token = %(token)s, next_at = clock_timestamp() + %(lease)s
    FROM due WHERE m.id = due.id
    RETURNING m.id, m.attempts, m.content, m.carried_for
"""
_CLAIM_OF_SERVER = _CLAIM.format(due=DUE_OF_SERVER)
_CLAIM_OF_COMPANY = _CLAIM.format(due=f"m.carried_for = %(company)s AND {_DUE} AND {_CARRIED_BY_OWN}")
# News that a mail tells know how it fares, and so do reports; of another mail of a company that is given up, an event tells.
_SENT = """
    WITH gone AS (DELETE FROM mail WHERE id = %s RETURNING id, attempts),
    brought AS (
        UPDATE report_schedule_outcome o SET state = 'sent' FROM gone WHERE o.mail_id = gone.id AND o.state = 'posted'
    )
    UPDATE notification_delivery d SET state = 'sent', attempts = gone.attempts, outcome = NULL
    FROM gone WHERE d.mail_id = gone.id AND d.state = 'posted'
"""
_FAILED = """
    WITH tried AS (
        UPDATE mail SET state = %(state)s, next_at = clock_timestamp() + %(after)s, lease_token = NULL, last_error = %(error)s,
               attempts = attempts - %(uncounted)s
        WHERE id = %(id)s AND lease_token = %(token)s RETURNING id, attempts, state, last_error, company_id, addressee
    ),
    told AS (
        INSERT INTO outbox_event (company_id, type, subject_type, subject_id, data)
        SELECT t.company_id, 'mail_failed', 'mail', t.id, json_build_object('to', t.addressee, 'error', t.last_error)
        FROM tried t WHERE t.state = 'dead' AND t.company_id IS NOT NULL
    ),
    lost AS (
        UPDATE report_schedule_outcome o SET state = 'failed', problem = 'mail_failed'
        FROM tried t WHERE t.state = 'dead' AND o.mail_id = t.id AND o.state = 'posted'
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
        await self._database.fetch(Scope(), _POST, (*sealed, None, None, None))
        return sealed[0]


class MailboxInTransaction:
    """`Mailbox` of a unit of work. The company `told` hears of mails that cannot be delivered; that which they are `carried_for` may have
    a sender of its own."""

    def __init__(
        self, connection: Connection, sealing: Sealing, told: UUID | None = None, *, carried_for: UUID | None = None
    ) -> None:
        self._connection, self._sealing, self._told, self._carried_for = connection, sealing, told, carried_for

    async def post(self, mail: Mail) -> UUID:
        sealed = _sealed(mail, self._sealing)
        of_company = (self._told, disguised(mail.to)) if self._told else (None, None)
        await self._connection.execute(_POST, (*sealed, *of_company, self._carried_for))
        return sealed[0]


class PostgresMailQueue:
    """`MailQueue` over the connections of the role that sees all queues, each call in one round trip. `senders` are the plugins that
    carry mails for companies."""

    def __init__(self, dispatch: Database, sealing: Sealing, senders: Collection[str] = ()) -> None:
        self._dispatch, self._sealing, self._senders = dispatch, sealing, sorted(senders)

    async def claim(self, limit: int, lease: timedelta) -> MailLease:
        return await self._claim(_CLAIM_OF_SERVER, limit, lease)

    async def claim_of(self, company_id: UUID, limit: int, lease: timedelta) -> MailLease:
        return await self._claim(_CLAIM_OF_COMPANY, limit, lease, company=company_id)

    async def _claim(self, statement: str, limit: int, lease: timedelta, **more: object) -> MailLease:
        token = new_id()
        names = {"limit": limit, "token": token, "lease": lease, "senders": self._senders, **more}
        rows = await self._dispatch.fetch(Scope(), statement, names)
        mails = [
            WaitingMail(mail_id, tries, self._opened(mail_id, sealed), company)
            for mail_id, tries, sealed, company in rows
        ]
        return MailLease(token, mails)

    async def sent(self, mail_id: UUID) -> None:
        await self._dispatch.fetch(Scope(), _SENT, (mail_id,))

    async def failed(self, token: UUID, mail_id: UUID, error: str, after: timedelta, *, counted: bool = True) -> None:
        await self._end_try(token, mail_id, "waiting", error, after, uncounted=0 if counted else 1)

    async def give_up(self, token: UUID, mail_id: UUID, error: str) -> None:
        await self._end_try(token, mail_id, "dead", error, timedelta(0))

    async def _end_try(
        self, token: UUID, mail_id: UUID, state: str, error: str, after: timedelta, *, uncounted: int = 0
    ) -> None:
        names = {
            "id": mail_id,
            "token": token,
            "state": state,
            "error": error,
            "after": after,
            "uncounted": uncounted,
        }
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
