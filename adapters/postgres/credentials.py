"""`Credentials` on PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from adapters.postgres.engine import Connection, Database, Scope

MOST_RESETS = 3  # that are good at a time for one person
MOST_PEOPLE = 5  # with one mail address

_CHANGE = """
    UPDATE app_user SET password_hash = %(new)s, must_change_password = false
    WHERE id = %(user)s AND password_hash = %(known)s RETURNING 1
"""
_SET = "UPDATE app_user SET password_hash = %(new)s, must_change_password = false WHERE id = %(user)s"
_END_SESSIONS = """
    UPDATE session SET ended_at = %(now)s WHERE user_id = %(user)s AND id IS DISTINCT FROM %(keep)s AND ended_at IS NULL
"""
_REACHABLE = "SELECT id FROM app_user WHERE (login = %s OR email = %s) AND email IS NOT NULL ORDER BY id LIMIT %s"
_ISSUE = """
    WITH dropped AS (
        DELETE FROM password_reset r
        WHERE r.user_id = %(user)s AND r.digest NOT IN (
            SELECT k.digest FROM password_reset k WHERE k.user_id = %(user)s AND k.expires_at > %(now)s
            ORDER BY k.expires_at DESC, k.digest LIMIT %(others)s)
    )
    INSERT INTO password_reset (user_id, digest, expires_at) VALUES (%(user)s, %(digest)s, %(end)s)
"""
_GOOD = "SELECT 1 FROM password_reset WHERE user_id = %(user)s AND digest = %(digest)s AND expires_at > %(now)s"
# The account's row comes first, as in a change: the two would else wait for each other without end.
_LOCK = "SELECT 1 FROM app_user WHERE id = %(user)s FOR NO KEY UPDATE"
_USE = f"DELETE FROM password_reset r USING ({_GOOD}) good WHERE r.user_id = %(user)s RETURNING 1"
_DROP_RESETS = "DELETE FROM password_reset WHERE user_id = %(user)s"


class PostgresCredentials:
    """What is used up is used up by one statement, in the transaction of what it is used for."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def change(
        self, user_id: UUID, known_hash: str, new_hash: str, keep_session: UUID | None, now: datetime
    ) -> bool:
        names = {"user": user_id, "known": known_hash, "new": new_hash, "keep": keep_session, "now": now}
        async with self._database.transaction(Scope(user_id=user_id)) as connection:
            if not await _any(connection, _CHANGE, names):
                return False
            await connection.execute(_END_SESSIONS, names)
            await connection.execute(_DROP_RESETS, names)
            return True

    async def reachable_as(self, name: str) -> Sequence[UUID]:
        rows = await self._database.fetch(Scope(), _REACHABLE, (name, name, MOST_PEOPLE))
        return [user_id for (user_id,) in rows]

    async def issue_reset(self, user_id: UUID, digest: bytes, expires_at: datetime, now: datetime) -> None:
        names = {"user": user_id, "digest": digest, "end": expires_at, "now": now, "others": MOST_RESETS - 1}
        await self._database.fetch(Scope(user_id=user_id), _ISSUE, names)

    async def can_reset(self, user_id: UUID, digest: bytes, now: datetime) -> bool:
        names = {"user": user_id, "digest": digest, "now": now}
        return bool(await self._database.fetch(Scope(user_id=user_id), _GOOD, names))

    async def reset(self, user_id: UUID, digest: bytes, new_hash: str, now: datetime) -> bool:
        names = {"user": user_id, "digest": digest, "new": new_hash, "keep": None, "now": now}
        async with self._database.transaction(Scope(user_id=user_id)) as connection:
            await connection.execute(_LOCK, names)
            if not await _any(connection, _USE, names):
                return False
            await connection.execute(_SET, names)
            await connection.execute(_END_SESSIONS, names)
            return True


async def _any(connection: Connection, statement: str, names: dict[str, object]) -> bool:
    cursor = await connection.execute(statement.encode(), names)
    return await cursor.fetchone() is not None
