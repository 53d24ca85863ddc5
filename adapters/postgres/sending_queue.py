"""`SendingQueue` on PostgreSQL."""

from datetime import timedelta
from uuid import UUID

from adapters.postgres.engine import Database, Scope
from core.domain.ids import new_id
from core.domain.supplier_ordering import Ordering
from core.ports.order_sendings import DueSending

_CLAIM = """
    WITH due AS (
        SELECT g.id FROM purchase_order_sending g
        WHERE g.company_id = %(company)s AND g.state = 'waiting' AND g.next_at <= statement_timestamp()
          AND NOT EXISTS (SELECT FROM plugin_health h WHERE h.company_id = g.company_id AND h.plugin_id = g.channel
                          AND h.retry_at > statement_timestamp())
        ORDER BY g.next_at, g.id LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    UPDATE purchase_order_sending g SET attempts = g.attempts + 1, lease_token = %(token)s, next_at = clock_timestamp() + %(lease)s
    FROM due, purchase_order o, supplier v
    WHERE g.company_id = %(company)s AND g.id = due.id AND o.company_id = g.company_id AND o.id = g.order_id
      AND v.company_id = o.company_id AND v.id = o.supplier_id
    RETURNING g.id, g.order_id, v.id, g.channel, g.attempts, g.attempts - g.uncounted, v.order_channel, v.order_address, v.order_secret,
              v.order_secret_set_at, g.document, g.digest
"""


class PostgresSendingQueue:
    """`SendingQueue`, in one round trip."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, company_id: UUID, lease: timedelta) -> DueSending | None:
        token = new_id()
        named = {"company": company_id, "token": token, "lease": lease}
        rows = await self._database.fetch(Scope(company_id), _CLAIM, named)
        if not rows:
            return None
        sending_id, order, supplier, channel, attempts, counted, *ordering, document, digest = rows[0]
        return DueSending(
            sending_id,
            order,
            supplier,
            channel,
            attempts,
            counted,
            token,
            Ordering(*ordering),
            document.encode(),
            digest,
        )
