"""`Sessions` on PostgreSQL: a person sees their own and nobody else's."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from adapters.postgres.engine import Connection, Database, Row, Scope
from core.domain.access import Origin
from core.domain.throttling import network_of
from core.ports.sessions import (
    GRACE,
    LONGEST,
    LONGEST_IDLE,
    NewSession,
    Reused,
    Rotated,
    SessionKind,
    Sessions,
    SessionState,
)

_COLUMNS = """s.id, s.user_id, s.kind, s.chosen_company_id, s.methods, s.address, s.device, s.authenticated_at, s.created_at,
    s.last_seen_at, s.expires_at"""
_IN_FORCE = "s.ended_at IS NULL AND s.expires_at > %(now)s AND s.last_seen_at > %(now)s - %(idle)s"
# The lock waits for whoever is changing the password; then the row is looked at as they left it.
_BEGIN = """
    WITH owner AS (
        SELECT u.id FROM app_user u
        WHERE u.id = %(user)s AND (%(password)s::text IS NULL OR u.password_hash = %(password)s) FOR SHARE
    ),
    begun AS (
        INSERT INTO session (user_id, id, kind, chosen_company_id, methods, address, device, cookie_hash, authenticated_at,
                             created_at, last_seen_at, expires_at)
        SELECT o.id, %(id)s, %(kind)s, %(company)s, %(methods)s, %(address)s, %(device)s, %(cookie)s, %(now)s, %(now)s, %(now)s,
               %(end)s FROM owner o RETURNING user_id, id
    ),
    shown AS (
        INSERT INTO refresh_token (user_id, hash, session_id, expires_at)
        SELECT b.user_id, %(refresh)s, b.id, %(idle_end)s FROM begun b WHERE %(refresh)s::bytea IS NOT NULL
    )
    SELECT FROM begun
"""
# Who is seen every few seconds is noted once a minute.
_FIND = f"""
    WITH found AS (SELECT s.* FROM session s WHERE s.user_id = %(user)s AND {{by}} AND {_IN_FORCE}),
    seen AS (
        UPDATE session s SET last_seen_at = %(now)s FROM found f
        WHERE s.user_id = f.user_id AND s.id = f.id AND f.last_seen_at < %(now)s - interval '1 minute'
    )
    SELECT {_COLUMNS} FROM found s
"""
_BY_ID, _BY_COOKIE = _FIND.format(by="s.id = %(id)s"), _FIND.format(by="s.cookie_hash = %(cookie)s")
_USE = f"""
    UPDATE refresh_token t SET used_at = %(now)s, used_by = %(by)s, successor = %(sealed)s FROM session s
    WHERE t.user_id = %(user)s AND t.hash = %(shown)s AND t.used_at IS NULL AND t.expires_at > %(now)s
      AND s.user_id = t.user_id AND s.id = t.session_id AND {_IN_FORCE}
    RETURNING {_COLUMNS}
"""
_SUCCEED = """
    WITH forgotten AS (
        UPDATE refresh_token SET successor = NULL
        WHERE user_id = %(user)s AND session_id = %(id)s AND successor IS NOT NULL AND hash <> %(shown)s
    ),
    seen AS (UPDATE session SET last_seen_at = %(now)s WHERE user_id = %(user)s AND id = %(id)s)
    INSERT INTO refresh_token (user_id, hash, session_id, expires_at) VALUES (%(user)s, %(successor)s, %(id)s, %(idle_end)s)
"""
_USED = f"""
    SELECT t.used_at, t.used_by, t.successor, {_COLUMNS} FROM refresh_token t
    JOIN session s ON s.user_id = t.user_id AND s.id = t.session_id
    WHERE t.user_id = %(user)s AND t.hash = %(shown)s AND t.used_at IS NOT NULL AND {_IN_FORCE}
"""
_CHOOSE = "UPDATE session SET chosen_company_id = %(company)s WHERE user_id = %(user)s AND id = %(id)s"
_PROVE = """
    UPDATE session SET authenticated_at = %(now)s, methods = ARRAY(SELECT DISTINCT unnest(methods || %(methods)s::text[]) ORDER BY 1)
    WHERE user_id = %(user)s AND id = %(id)s
"""
_END = "UPDATE session SET ended_at = %(now)s WHERE user_id = %(user)s AND id = %(id)s AND ended_at IS NULL RETURNING 1"
_END_OTHERS = """
    UPDATE session SET ended_at = %(now)s
    WHERE user_id = %(user)s AND id IS DISTINCT FROM %(keep)s AND ended_at IS NULL RETURNING 1
"""
_OF = f"SELECT {_COLUMNS} FROM session s WHERE s.user_id = %(user)s AND {_IN_FORCE} ORDER BY s.last_seen_at DESC, s.id LIMIT 200"


class PostgresSessions(Sessions):
    """Each question is one statement; the change of a refresh token is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, session: NewSession, now: datetime) -> bool:
        is_cookie = session.kind is SessionKind.COOKIE
        begun = await self._ask(
            session.user_id,
            _BEGIN,
            id=session.id,
            kind=session.kind.value,
            company=session.company_id,
            methods=list(session.methods),
            address=session.origin.address,
            device=session.origin.device,
            cookie=session.digest if is_cookie else None,
            refresh=None if is_cookie else session.digest,
            now=now,
            end=now + LONGEST,
            idle_end=now + LONGEST_IDLE,
            password=session.password_hash,
        )
        return bool(begun)

    async def in_force(self, user_id: UUID, session_id: UUID, now: datetime) -> SessionState | None:
        rows = await self._ask(user_id, _BY_ID, id=session_id, now=now, idle=LONGEST_IDLE)
        return _state(rows[0]) if rows else None

    async def by_cookie(self, user_id: UUID, digest: bytes, now: datetime) -> SessionState | None:
        rows = await self._ask(user_id, _BY_COOKIE, cookie=digest, now=now, idle=LONGEST_IDLE)
        return _state(rows[0]) if rows else None

    async def rotate(
        self, user_id: UUID, shown: bytes, successor: bytes, sealed: str, origin: Origin, now: datetime
    ) -> Rotated | Reused | None:
        by = f"{network_of(origin.address)} {origin.device}"
        names = {"user": user_id, "shown": shown, "now": now, "idle": LONGEST_IDLE, "by": by, "sealed": sealed}
        async with self._database.transaction(Scope(user_id=user_id)) as connection:
            if row := await _row(connection, _USE, names):
                session = _state(row)
                more = {"id": session.id, "successor": successor, "idle_end": now + LONGEST_IDLE}
                await connection.execute(_SUCCEED, names | more)
                return Rotated(session, sealed)
            row = await _row(connection, _USED, names)
            if row is None:
                return None
            used_at, used_by, kept, *rest = row
            session = _state(rest)
            if kept is not None and used_by == by and now - used_at <= GRACE:
                return Rotated(session, kept)
            await connection.execute(_END, names | {"id": session.id})
            return Reused(session.id)

    async def choose(self, user_id: UUID, session_id: UUID, company_id: UUID | None) -> None:
        await self._ask(user_id, _CHOOSE, id=session_id, company=company_id)

    async def prove(self, user_id: UUID, session_id: UUID, methods: Sequence[str], now: datetime) -> None:
        await self._ask(user_id, _PROVE, id=session_id, methods=list(methods), now=now)

    async def end(self, user_id: UUID, session_id: UUID, now: datetime) -> bool:
        return bool(await self._ask(user_id, _END, id=session_id, now=now))

    async def end_others(self, user_id: UUID, keep: UUID | None, now: datetime) -> int:
        return len(await self._ask(user_id, _END_OTHERS, keep=keep, now=now))

    async def of(self, user_id: UUID, now: datetime) -> Sequence[SessionState]:
        return [_state(row) for row in await self._ask(user_id, _OF, now=now, idle=LONGEST_IDLE)]

    async def _ask(self, user_id: UUID, statement: str, **names: object) -> list[Row]:
        return await self._database.fetch(Scope(user_id=user_id), statement, {"user": user_id, **names})


async def _row(connection: Connection, statement: str, names: dict[str, object]) -> Row | None:
    cursor = await connection.execute(statement.encode(), names)
    return await cursor.fetchone()


def _state(row: Sequence[object]) -> SessionState:
    session_id, user_id, kind, company_id, methods, *rest = row
    return SessionState(session_id, user_id, SessionKind(kind), company_id, tuple(methods), *rest)  # type: ignore[arg-type]
