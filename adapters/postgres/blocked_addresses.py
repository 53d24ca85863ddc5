"""`BlockedAddresses` and `BlockedAddressReader` on PostgreSQL, one statement for each deed."""

from uuid import UUID

from adapters.postgres.engine import Database, Scope
from core.domain.access import Actor
from core.domain.errors import NotFound
from core.queries.blocked_addresses import BlockedAddressView
from core.queries.paging import Page, decode_cursor, encode_cursor, page_of

_LIST = """
    SELECT b.id, b.address, b.reason, b.since, (
            SELECT u.name FROM app_user u JOIN membership m ON m.company_id = b.company_id AND m.user_id = u.id
            WHERE lower(u.email) = b.address ORDER BY u.id LIMIT 1)
    FROM blocked_address b
    WHERE b.company_id = %(company)s AND (%(after)s::uuid IS NULL OR b.id < %(after)s) ORDER BY b.id DESC LIMIT %(limit)s
"""
_LIFT = "DELETE FROM blocked_address WHERE company_id = %(company)s AND id = %(id)s RETURNING 1"
_LIFT_OWN = """
    DELETE FROM blocked_address
    WHERE company_id = %(company)s AND address = (SELECT lower(u.email) FROM app_user u WHERE u.id = %(user)s)
"""


class PostgresBlockedAddresses:
    """Over the pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def blocked(self, actor: Actor, limit: int, cursor: str | None) -> Page[BlockedAddressView]:
        after = decode_cursor(cursor, tuple[UUID])
        names = {"company": actor.company, "after": after[0] if after else None, "limit": limit + 1}
        rows = await self._database.fetch(Scope(actor.company), _LIST, names)
        return page_of([BlockedAddressView(*row) for row in rows], limit, lambda last: encode_cursor(last.id))

    async def lift(self, actor: Actor, block_id: UUID) -> None:
        names = {"company": actor.company, "id": block_id}
        if not await self._database.fetch(Scope(actor.company), _LIFT, names, by=actor):
            raise NotFound("blocked_address_not_found", "no blocked address has this id")

    async def lift_own(self, actor: Actor) -> None:
        names = {"company": actor.company, "user": actor.user_id}
        await self._database.fetch(Scope(actor.company), _LIFT_OWN, names, by=actor)
