"""`OrderSendingReader` on PostgreSQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from adapters.postgres.engine import Database, Scope
from core.domain.access import Actor
from core.domain.order_document import OrderDocument
from core.ports.order_sendings import SendingReport, SentFile

_SHOWN = """
    'number', g.number, 'channel', g.channel, 'state', g.state, 'requested_by', json_build_object('id', u.id, 'name', u.name),
    'requested_at', g.requested_at, 'attempts', g.attempts, 'next_try_at', CASE g.state WHEN 'waiting' THEN g.next_at END,
    'problem', g.problem, 'ended_at', g.ended_at
"""
SENDING = f"json_build_object({_SHOWN})"
_VISIBLE = "(%(reach)s::uuid[] IS NULL OR o.site_id = ANY (%(reach)s::uuid[]))"
_TRIES = """
    SELECT json_agg(json_build_object('number', t.number, 'at', t.at, 'outcome', t.outcome, 'problem', t.problem) ORDER BY t.number DESC)
    FROM purchase_order_sending_attempt t WHERE t.company_id = g.company_id AND t.sending_id = g.id
"""
_SENDINGS = f"""
    SELECT coalesce((
        SELECT json_agg(json_build_object({_SHOWN}, 'tries', coalesce(({_TRIES}), '[]'::json)) ORDER BY g.number DESC)
        FROM purchase_order_sending g JOIN app_user u ON u.id = g.requested_by
        WHERE g.company_id = o.company_id AND g.order_id = o.id), '[]'::json)::text
    FROM purchase_order o WHERE o.company_id = %(company)s AND o.id = %(id)s AND {_VISIBLE}
"""
_FILE = f"""
    SELECT o.number, g.digest FROM purchase_order o
    JOIN purchase_order_sending g ON g.company_id = o.company_id AND g.order_id = o.id AND g.number = %(number)s
    WHERE o.company_id = %(company)s AND o.id = %(id)s AND {_VISIBLE}
"""
_LINES = """
    SELECT json_agg(json_build_object('line', l.line, 'sku', p.sku, 'supplier_sku', coalesce(i.supplier_sku, ''), 'name', p.name,
               'unit', p.unit, 'quantity', trim_scale(l.quantity)::text,
               'unit_price', CASE WHEN %(costs)s THEN trim_scale(l.unit_price)::text END,
               'amount', CASE WHEN %(costs)s THEN trim_scale(round(l.quantity * l.unit_price, 4))::text END,
               'expected_on', l.expected_on) ORDER BY l.line) AS shown,
           CASE WHEN %(costs)s THEN trim_scale(round(sum(l.quantity * l.unit_price), 4))::text END AS total
    FROM purchase_order_line l JOIN product p ON p.company_id = l.company_id AND p.id = l.product_id
    LEFT JOIN supplier_item i ON i.company_id = l.company_id AND i.id = l.item_id
    WHERE l.company_id = o.company_id AND l.order_id = o.id
"""
# Who ordered is whoever handed it in, before that whoever drafted it.
_DOCUMENT = f"""
    SELECT json_build_object('order', o.id, 'number', o.number, 'issued_on', (%(at)s::timestamptz AT TIME ZONE c.time_zone)::date,
        'locale', c.locale, 'currency', o.currency, 'payment_days', v.payment_days, 'note', o.note, 'total', l.total, 'lines', l.shown,
        'standing', CASE WHEN o.state IN ('draft', 'to_approve') THEN 'draft' WHEN o.state = 'cancelled' THEN 'cancelled' ELSE 'agreed' END,
        'buyer', json_build_object('company', c.name, 'site_code', s.code, 'site_name', s.name, 'person', u.name,
                                   'email', CASE WHEN u.email = u.proven_email THEN u.email ELSE '' END),
        'supplier', json_build_object('code', v.code, 'name', v.name, 'tax_id', v.tax_id, 'contact', coalesce(v.contacts -> 0 ->> 'name', ''),
                                      'email', coalesce(v.contacts -> 0 ->> 'email', ''),
                                      'phone', coalesce(v.contacts -> 0 ->> 'phone', '')))::text
    FROM purchase_order o
    JOIN company c ON c.id = o.company_id
    JOIN supplier v ON v.company_id = o.company_id AND v.id = o.supplier_id
    JOIN site s ON s.company_id = o.company_id AND s.id = o.site_id
    JOIN app_user u ON u.id = coalesce(o.submitted_by, o.created_by)
    CROSS JOIN LATERAL ({_LINES}) l
    WHERE o.company_id = %(company)s AND o.id = %(id)s AND {_VISIBLE}
"""
DOCUMENT = _DOCUMENT.encode()


class PostgresOrderSendingReader:
    """`OrderSendingReader` over the pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def document(self, actor: Actor, order_id: UUID, at: datetime) -> OrderDocument | None:
        named = {**_asked(actor, order_id), "at": at, "costs": actor.may("cost:read")}
        rows = await self._database.fetch(Scope(actor.company), _DOCUMENT, named)
        return msgspec.json.decode(rows[0][0], type=OrderDocument) if rows else None

    async def sendings(self, actor: Actor, order_id: UUID) -> Sequence[SendingReport] | None:
        rows = await self._database.fetch(Scope(actor.company), _SENDINGS, _asked(actor, order_id))
        return msgspec.json.decode(rows[0][0], type=list[SendingReport]) if rows else None

    async def file(self, actor: Actor, order_id: UUID, number: int) -> SentFile | None:
        rows = await self._database.fetch(Scope(actor.company), _FILE, {**_asked(actor, order_id), "number": number})
        return SentFile(*rows[0]) if rows else None


def _asked(actor: Actor, order_id: UUID) -> Mapping[str, Any]:
    reach = None if actor.read_sites is None else list(actor.read_sites)
    return {"company": actor.company, "id": order_id, "reach": reach}
