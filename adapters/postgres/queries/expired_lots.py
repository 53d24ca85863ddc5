"""`ExpiredLots` on PostgreSQL."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from adapters.postgres.engine import Database, Scope
from core.ports.expired_lots import ExpiredLot

_EXPIRED = """
    SELECT l.site_id, b.product_id, b.lot_id, b.location_id, q.id, b.on_hand
    FROM lot t
    JOIN stock_balance b ON b.company_id = t.company_id AND b.product_id = t.product_id AND b.lot_id = t.id AND b.on_hand > 0
    JOIN location l ON l.company_id = b.company_id AND l.id = b.location_id AND l.role <> 'quarantine' AND l.active
    CROSS JOIN LATERAL (SELECT o.id FROM location o WHERE o.company_id = l.company_id AND o.site_id = l.site_id
        AND o.role = 'quarantine' AND o.active ORDER BY o.id LIMIT 1) q
    WHERE t.company_id = %(company)s AND t.expires_on < %(day)s
    ORDER BY l.site_id, b.product_id, b.lot_id, b.location_id
"""


class PostgresExpiredLots:
    """`ExpiredLots` in one statement."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def expired(self, company_id: UUID, day: date) -> Sequence[ExpiredLot]:
        rows = await self._database.fetch(Scope(company_id), _EXPIRED, {"company": company_id, "day": day})
        return [ExpiredLot(*row) for row in rows]
