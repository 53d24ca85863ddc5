"""`InvitationRepository` on PostgreSQL."""

from datetime import datetime
from uuid import UUID

from adapters.postgres.engine import Connection
from core.domain.access import Sites
from core.domain.errors import Conflict
from core.domain.invitation import Invitation
from core.domain.roles import COMPANY_PRESETS, Role

_ADD = """
    INSERT INTO invitation (company_id, id, email, name, locale, role_code, custom_role_id, write_site_ids, read_site_ids,
                            secret_digest, invited_by, created_at, sent_at, expires_at)
    VALUES (%(company)s, %(id)s, %(email)s, %(name)s, %(locale)s, %(role)s, %(own_role)s, %(sites)s, %(read_sites)s,
            %(digest)s, %(by)s, %(now)s, %(now)s, %(end)s)
"""
_WITHDRAW = """
    UPDATE invitation SET revoked_at = %(now)s
    WHERE company_id = %(company)s AND email = %(email)s AND accepted_at IS NULL AND revoked_at IS NULL
"""
_FIND = """
    SELECT i.id, i.email, i.role_code, i.write_site_ids, i.read_site_ids, i.invited_by, i.expires_at, i.name, i.locale,
           i.accepted_at, i.revoked_at, r.code, r.name, r.permissions, r.id, r.version
    FROM invitation i LEFT JOIN role r ON r.company_id = i.company_id AND r.id = i.custom_role_id
    WHERE i.company_id = %(company)s AND {by} FOR NO KEY UPDATE OF i
"""
_BY_ID, _BY_SECRET = _FIND.format(by="i.id = %(id)s"), _FIND.format(by="i.secret_digest = %(digest)s")
_RENEW = """
    UPDATE invitation SET secret_digest = %(digest)s, invited_by = %(by)s, sent_at = %(now)s, expires_at = %(end)s
    WHERE company_id = %(company)s AND id = %(id)s
"""
_REVOKE = "UPDATE invitation SET revoked_at = %(now)s WHERE company_id = %(company)s AND id = %(id)s"
_ACCEPT = """
    UPDATE invitation SET accepted_at = %(now)s, accepted_by = %(user)s
    WHERE company_id = %(company)s AND id = %(id)s AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > %(now)s
    RETURNING 1
"""


class PostgresInvitations:
    """`InvitationRepository` in the transaction of a unit of work."""

    def __init__(self, connection: Connection, company_id: UUID) -> None:
        self._connection, self._company_id = connection, company_id

    async def add(self, invitation: Invitation, digest: bytes, now: datetime) -> None:
        await self._execute(
            _ADD,
            id=invitation.id,
            email=invitation.email,
            name=invitation.name,
            locale=invitation.locale,
            role=invitation.role_code,
            own_role=invitation.role.id if invitation.role else None,
            sites=_listed(invitation.sites),
            read_sites=_listed(invitation.read_sites),
            digest=digest,
            by=invitation.invited_by,
            now=now,
            end=invitation.expires_at,
        )

    async def withdraw(self, email: str, now: datetime) -> None:
        await self._execute(_WITHDRAW, email=email, now=now)

    async def by_id(self, invitation_id: UUID) -> Invitation | None:
        return await self._found(_BY_ID, id=invitation_id)

    async def by_secret(self, digest: bytes) -> Invitation | None:
        return await self._found(_BY_SECRET, digest=digest)

    async def renew(
        self, invitation_id: UUID, invited_by: UUID, digest: bytes, expires_at: datetime, now: datetime
    ) -> None:
        await self._execute(_RENEW, id=invitation_id, by=invited_by, digest=digest, now=now, end=expires_at)

    async def revoke(self, invitation_id: UUID, now: datetime) -> None:
        await self._execute(_REVOKE, id=invitation_id, now=now)

    async def accept(self, invitation_id: UUID, user_id: UUID, now: datetime) -> None:
        names = {"company": self._company_id, "id": invitation_id, "user": user_id, "now": now}
        cursor = await self._connection.execute(_ACCEPT, names)
        if await cursor.fetchone() is None:
            raise Conflict("invitation_accepted", "this invitation is accepted")

    async def _execute(self, statement: str, **names: object) -> None:
        await self._connection.execute(statement.encode(), {"company": self._company_id, **names})

    async def _found(self, statement: str, **names: object) -> Invitation | None:
        cursor = await self._connection.execute(statement.encode(), {"company": self._company_id, **names})
        row = await cursor.fetchone()
        return _invitation(*row) if row else None


def _invitation(
    own_id: UUID,
    email: str,
    role_code: str,
    sites: list[UUID] | None,
    read_sites: list[UUID] | None,
    invited_by: UUID,
    expires_at: datetime,
    name: str | None,
    locale: str,
    accepted_at: datetime | None,
    revoked_at: datetime | None,
    code: str | None,
    role_name: str,
    permissions: list[str],
    role_id: UUID,
    version: int,
) -> Invitation:
    own_role = None if code is None else Role(code, role_name, frozenset(permissions), role_id, version)
    return Invitation(
        own_id,
        email,
        role_code,
        own_role or COMPANY_PRESETS.get(role_code),
        _sites(sites),
        _sites(read_sites),
        invited_by,
        expires_at,
        name,
        locale,
        accepted_at,
        revoked_at,
    )


def _sites(ids: list[UUID] | None) -> Sites:
    return None if ids is None else frozenset(ids)


def _listed(sites: Sites) -> list[UUID] | None:
    return None if sites is None else sorted(sites)
