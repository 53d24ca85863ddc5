"""`SecondFactorStore` and `SecondFactorReader` on PostgreSQL: a person's own rows and nobody else's."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from adapters.postgres.engine import Database, Row, Scope
from core.ports.second_factor import SharedSecret
from core.queries.second_factors import PasskeyView, SecondFactorState

_SHARED = "SELECT sealed, confirmed_at IS NOT NULL, last_step FROM totp WHERE user_id = %(user)s"
_BEGIN = """
    INSERT INTO totp (user_id, sealed, begun_at) VALUES (%(user)s, %(sealed)s, %(at)s)
    ON CONFLICT (user_id) DO UPDATE SET sealed = excluded.sealed, begun_at = excluded.begun_at
    WHERE totp.confirmed_at IS NULL
    RETURNING 1
"""
_CONFIRM = """
    WITH confirmed AS (
        UPDATE totp SET confirmed_at = %(at)s, last_step = %(step)s
        WHERE user_id = %(user)s AND sealed = %(sealed)s AND confirmed_at IS NULL
        RETURNING user_id
    )
    INSERT INTO recovery_code (user_id, digest) SELECT user_id, unnest(%(codes)s::bytea[]) FROM confirmed RETURNING 1
"""
_USE_STEP = """
    UPDATE totp SET last_step = %(step)s
    WHERE user_id = %(user)s AND sealed = %(sealed)s AND confirmed_at IS NOT NULL AND last_step < %(step)s
    RETURNING 1
"""
_USE_RECOVERY_CODE = "DELETE FROM recovery_code WHERE user_id = %(user)s AND digest = %(digest)s RETURNING 1"
_LOCK = b"SELECT 1 FROM totp WHERE user_id = %(user)s AND confirmed_at IS NOT NULL FOR UPDATE"
_DROP_RECOVERY_CODES = b"DELETE FROM recovery_code WHERE user_id = %(user)s"
_ADD_RECOVERY_CODES = (
    b"INSERT INTO recovery_code (user_id, digest) SELECT %(user)s, digest FROM unnest(%(codes)s::bytea[]) digest"
)
_END = "DELETE FROM totp WHERE user_id = %(user)s AND confirmed_at IS NOT NULL RETURNING 1"
_STATE = """
    SELECT t.confirmed_at, (SELECT count(*) FROM recovery_code r WHERE r.user_id = %(user)s),
           p.id, p.name, p.created_at, p.last_used_at
    FROM (SELECT) one
    LEFT JOIN totp t ON t.user_id = %(user)s AND t.confirmed_at IS NOT NULL
    LEFT JOIN passkey p ON p.user_id = %(user)s
    ORDER BY p.created_at, p.id
"""


class PostgresSecondFactors:
    """What is used up is used up by one statement, so of two at once one succeeds."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def secret(self, user_id: UUID) -> SharedSecret | None:
        rows = await self._ask(user_id, _SHARED)
        return SharedSecret(*rows[0]) if rows else None

    async def begin(self, user_id: UUID, sealed: str, at: datetime) -> bool:
        return bool(await self._ask(user_id, _BEGIN, sealed=sealed, at=at))

    async def confirm(self, user_id: UUID, sealed: str, step: int, codes: Sequence[bytes], at: datetime) -> bool:
        return bool(await self._ask(user_id, _CONFIRM, sealed=sealed, step=step, codes=list(codes), at=at))

    async def use_step(self, user_id: UUID, sealed: str, step: int) -> bool:
        return bool(await self._ask(user_id, _USE_STEP, sealed=sealed, step=step))

    async def use_recovery_code(self, user_id: UUID, digest: bytes) -> bool:
        return bool(await self._ask(user_id, _USE_RECOVERY_CODE, digest=digest))

    async def renew_recovery_codes(self, user_id: UUID, codes: Sequence[bytes]) -> bool:
        names = {"user": user_id, "codes": list(codes)}
        async with self._database.transaction(Scope(user_id=user_id)) as connection:
            locked = await (await connection.execute(_LOCK, names)).fetchone()
            if locked:
                await connection.execute(_DROP_RECOVERY_CODES, names)
                await connection.execute(_ADD_RECOVERY_CODES, names)
            return locked is not None

    async def end(self, user_id: UUID) -> bool:
        return bool(await self._ask(user_id, _END))

    async def state(self, user_id: UUID) -> SecondFactorState:
        rows = await self._ask(user_id, _STATE)
        since, left = rows[0][:2]
        passkeys = [PasskeyView(*row[2:]) for row in rows if row[2] is not None]
        return SecondFactorState(since is not None, since, left, passkeys)

    async def _ask(self, user_id: UUID, statement: str, **names: object) -> list[Row]:
        return await self._database.fetch(Scope(user_id=user_id), statement, {"user": user_id, **names})
