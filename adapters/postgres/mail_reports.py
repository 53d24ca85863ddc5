"""`MailReports` and `MailHistories` on PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from adapters.postgres.engine import Connection, Database, Scope
from core.domain.mail import one_line
from core.ports.incoming import MailReport, MessageState
from core.ports.mail_reports import MailHistory

LONGEST_DETAIL = 500

# Of each mail the weightiest report counts, and what makes an address unwanted counts whenever it comes, once. A mail is known by the
# news that it tells or by the order that it brings.
_RECORD = b"""
    WITH told AS MATERIALIZED (
        SELECT DISTINCT ON (r.mail) r.mail, r.state, r.detail, bool_or(r.unwanted) OVER (PARTITION BY r.mail) AS unwanted
        FROM unnest(%(mails)s::uuid[], %(states)s::text[], %(details)s::text[], %(unwanted)s::boolean[])
             WITH ORDINALITY AS r(mail, state, detail, unwanted, place)
        ORDER BY r.mail, array_position(%(ranks)s::text[], r.state) DESC, r.unwanted DESC, r.place DESC
    ),
    known AS MATERIALIZED (
        SELECT t.*, lower(coalesce(n.mail_to, o.order_address)) AS address, n.mail_to IS NULL AS of_order,
               t.unwanted AND NOT coalesce(p.unwanted, false) AS blocks, t.state = 'failed' AND p.state IS DISTINCT FROM 'failed' AS fails
        FROM told t
        LEFT JOIN LATERAL (SELECT d.mail_to FROM notification_delivery d WHERE d.company_id = %(company)s AND d.mail_id = t.mail
                           LIMIT 1) n ON true
        LEFT JOIN LATERAL (
            SELECT v.order_address FROM purchase_order_sending g
            JOIN purchase_order q ON q.company_id = g.company_id AND q.id = g.order_id
            JOIN supplier v ON v.company_id = q.company_id AND v.id = q.supplier_id
            WHERE g.company_id = %(company)s AND g.id = t.mail AND g.channel = 'mail') o ON true
        LEFT JOIN mail_report p ON p.company_id = %(company)s AND p.mail_id = t.mail
        WHERE coalesce(n.mail_to, o.order_address) IS NOT NULL
    ),
    changed AS (
        INSERT INTO mail_report AS r (company_id, mail_id, state, detail, unwanted, at)
        SELECT %(company)s, k.mail, k.state, k.detail, k.unwanted, %(now)s FROM known k ORDER BY k.mail
        ON CONFLICT (company_id, mail_id) DO UPDATE
        SET (state, detail) = (SELECT CASE WHEN s.outweighed THEN r.state ELSE excluded.state END,
                                      CASE WHEN s.outweighed THEN r.detail ELSE excluded.detail END
                               FROM (SELECT array_position(%(ranks)s::text[], r.state)
                                          > array_position(%(ranks)s::text[], excluded.state) AS outweighed) s),
            unwanted = r.unwanted OR excluded.unwanted, at = excluded.at
        WHERE array_position(%(ranks)s::text[], excluded.state) > array_position(%(ranks)s::text[], r.state)
           OR excluded.unwanted AND NOT r.unwanted
           OR excluded.state = r.state AND excluded.detail NOT IN ('', r.detail)
        RETURNING r.mail_id, r.state, r.detail
    ),
    shown AS (
        UPDATE notification_delivery d SET state = c.state, outcome = nullif(c.detail, ''), attempts = greatest(d.attempts, 1)
        FROM changed c WHERE d.company_id = %(company)s AND d.mail_id = c.mail_id
    ),
    blocked AS (
        INSERT INTO blocked_address (company_id, address, reason, since)
        SELECT DISTINCT ON (k.address) %(company)s, k.address, k.detail, %(now)s FROM known k WHERE k.blocks ORDER BY k.address
        ON CONFLICT (company_id, address) DO NOTHING RETURNING address, reason
    ),
    unreached AS (
        INSERT INTO failing_channel (company_id, user_id, channel, since)
        SELECT %(company)s, u.id, 'mail', %(now)s FROM blocked b JOIN app_user u ON lower(u.email) = b.address
        JOIN membership m ON m.company_id = %(company)s AND m.user_id = u.id
        ON CONFLICT (company_id, user_id, channel) DO NOTHING RETURNING user_id
    )
    INSERT INTO outbox_event (company_id, type, subject_type, subject_id, data)
    SELECT %(company)s, 'channel_failed', 'user', f.user_id,
           json_build_object('user', f.user_id, 'person', u.name, 'channel', 'mail', 'error', b.reason)
    FROM unreached f JOIN app_user u ON u.id = f.user_id JOIN blocked b ON b.address = lower(u.email)
    UNION ALL
    SELECT %(company)s, 'mail_failed', 'mail', k.mail,
           json_build_object('to', regexp_replace(k.address, '^(.?).*@', '\\1\xe2\x80\xa6@'), 'error', k.detail)
    FROM known k JOIN changed c ON c.mail_id = k.mail WHERE k.of_order AND (k.fails OR k.blocks)
"""
_HISTORY = """
    SELECT (SELECT r.state FROM mail_report r WHERE r.company_id = %(company)s AND r.mail_id = %(mail)s),
           (SELECT b.reason FROM blocked_address b WHERE b.company_id = %(company)s AND b.address = lower(%(address)s))
"""


class MailReportsInTransaction:
    """`MailReports` of a unit of work, in one statement."""

    def __init__(self, connection: Connection, company_id: UUID) -> None:
        self._connection, self._company_id = connection, company_id

    async def record(self, reports: Sequence[MailReport], now: datetime) -> None:
        names = {
            "company": self._company_id,
            "now": now,
            "ranks": [state.value for state in MessageState],
            "mails": [one.mail for one in reports],
            "states": [one.state.value for one in reports],
            "details": [one_line(one.detail)[:LONGEST_DETAIL] for one in reports],
            "unwanted": [one.unwanted for one in reports],
        }
        await self._connection.execute(_RECORD, names)


class PostgresMailHistories:
    """`MailHistories`, in one round trip."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, company_id: UUID, mail_id: UUID, address: str) -> MailHistory:
        names = {"company": company_id, "mail": mail_id, "address": address}
        [(state, block)] = await self._database.fetch(Scope(company_id), _HISTORY, names)
        return MailHistory(MessageState(state) if state else None, block)
