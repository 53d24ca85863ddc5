"""`Phones` on PostgreSQL, one statement for each deed."""

from uuid import UUID

from adapters.postgres.engine import Database, Scope
from core.ports.phones import PhoneCode

_NUMBER = "SELECT phone FROM app_user WHERE id = %(user)s"
_EXPECT = """
    INSERT INTO phone_code (user_id, id, phone, sealed, ends_at) VALUES (%(user)s, %(id)s, %(number)s, %(sealed)s, %(ends_at)s)
    ON CONFLICT (user_id) DO UPDATE SET id = excluded.id, phone = excluded.phone, sealed = excluded.sealed, ends_at = excluded.ends_at
"""
_EXPECTED = "SELECT id, phone, sealed, ends_at FROM phone_code WHERE user_id = %(user)s"
# Of two who confirm at once, one finds the code gone.
_CONFIRM = """
    WITH used AS (DELETE FROM phone_code WHERE user_id = %(user)s AND id = %(id)s RETURNING phone)
    UPDATE app_user u SET phone = used.phone, version = u.version + 1 FROM used WHERE u.id = %(user)s RETURNING 1
"""
_REMOVE = """
    WITH gone AS (DELETE FROM phone_code WHERE user_id = %(user)s)
    UPDATE app_user SET phone = NULL, version = version + 1 WHERE id = %(user)s
"""


class PostgresPhones:
    """`Phones`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def number(self, user_id: UUID) -> str | None:
        rows = await self._database.fetch(Scope(user_id=user_id), _NUMBER, {"user": user_id})
        return rows[0][0] if rows else None

    async def expect(self, user_id: UUID, code: PhoneCode) -> None:
        names = {
            "user": user_id,
            "id": code.id,
            "number": code.number,
            "sealed": code.sealed,
            "ends_at": code.ends_at,
        }
        await self._database.fetch(Scope(user_id=user_id), _EXPECT, names)

    async def expected(self, user_id: UUID) -> PhoneCode | None:
        rows = await self._database.fetch(Scope(user_id=user_id), _EXPECTED, {"user": user_id})
        return PhoneCode(*rows[0]) if rows else None

    async def confirm(self, user_id: UUID, code_id: UUID) -> bool:
        names = {"user": user_id, "id": code_id}
        return bool(await self._database.fetch(Scope(user_id=user_id), _CONFIRM, names))

    async def remove(self, user_id: UUID) -> None:
        await self._database.fetch(Scope(user_id=user_id), _REMOVE, {"user": user_id})
