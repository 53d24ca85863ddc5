"""`PasskeyStore` on PostgreSQL: a person's own rows and nobody else's; the challenges of nobody are for whoever signs in."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from adapters.postgres.engine import Database, Row, Scope
from core.ports.passkeys import KeyPair

# A person answers one challenge at a time: a new one takes the place of theirs, and of what has expired.
_ISSUE = """
    WITH outdated AS (
        DELETE FROM passkey_challenge WHERE digest IN (
            SELECT digest FROM passkey_challenge WHERE expires_at <= %(now)s OR user_id = %(user)s LIMIT 100 FOR UPDATE SKIP LOCKED)
    )
    INSERT INTO passkey_challenge (digest, user_id, expires_at) VALUES (%(digest)s, %(user)s, %(end)s)
"""
_REDEEM = """
    DELETE FROM passkey_challenge
    WHERE digest = %(digest)s AND user_id IS NOT DISTINCT FROM %(user)s::uuid AND expires_at > %(now)s
    RETURNING 1
"""
_CREDENTIALS = "SELECT credential_id FROM passkey WHERE user_id = %(user)s ORDER BY created_at, id"
_ADD = """
    INSERT INTO passkey (user_id, id, name, credential_id, public_key, sign_count, created_at)
    VALUES (%(user)s, %(id)s, %(name)s, %(credential)s, %(key)s, %(count)s, %(at)s)
"""
_KEY = """
    SELECT credential_id, public_key, sign_count FROM passkey WHERE user_id = %(user)s AND credential_id = %(credential)s
"""
_NOTE_USE = """
    UPDATE passkey SET sign_count = %(count)s, last_used_at = %(at)s
    WHERE user_id = %(user)s AND credential_id = %(credential)s
      AND (sign_count < %(count)s OR sign_count = 0 AND %(count)s = 0)
    RETURNING 1
"""
_REMOVE = "DELETE FROM passkey WHERE user_id = %(user)s AND id = %(id)s RETURNING 1"


class PostgresPasskeys:
    """Each question is one statement."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def issue(self, digest: bytes, user_id: UUID | None, expires_at: datetime, now: datetime) -> None:
        await self._ask(user_id, _ISSUE, digest=digest, end=expires_at, now=now)

    async def redeem(self, digest: bytes, user_id: UUID | None, now: datetime) -> bool:
        return bool(await self._ask(user_id, _REDEEM, digest=digest, now=now))

    async def credential_ids(self, user_id: UUID) -> Sequence[bytes]:
        return [row[0] for row in await self._ask(user_id, _CREDENTIALS)]

    async def add(self, user_id: UUID, passkey_id: UUID, name: str, key: KeyPair, at: datetime) -> None:
        await self._ask(
            user_id,
            _ADD,
            id=passkey_id,
            name=name,
            credential=key.credential_id,
            key=key.public_key,
            count=key.sign_count,
            at=at,
        )

    async def key(self, user_id: UUID, credential_id: bytes) -> KeyPair | None:
        rows = await self._ask(user_id, _KEY, credential=credential_id)
        return KeyPair(*rows[0]) if rows else None

    async def note_use(self, user_id: UUID, key: KeyPair, sign_count: int, at: datetime) -> bool:
        return bool(await self._ask(user_id, _NOTE_USE, credential=key.credential_id, count=sign_count, at=at))

    async def remove(self, user_id: UUID, passkey_id: UUID) -> bool:
        return bool(await self._ask(user_id, _REMOVE, id=passkey_id))

    async def _ask(self, user_id: UUID | None, statement: str, **names: object) -> list[Row]:
        return await self._database.fetch(Scope(user_id=user_id), statement, {"user": user_id, **names})
