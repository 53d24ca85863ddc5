"""`IdentityStore` on PostgreSQL. Accounts belong to no company; a person sees their own memberships and nobody else's."""

from collections.abc import Sequence
from uuid import UUID

from adapters.postgres.engine import Database, Row, Scope
from core.domain.access import Sites
from core.domain.ids import parse_id
from core.ports.identity import Account, CompanyIdentity, Identity, Membership

_ACCOUNT = "SELECT id, password_hash FROM app_user WHERE login = %s"
_IDENTITY = """
    SELECT u.login, u.name, u.locale, u.is_platform_owner, u.active, u.loopback_only, u.must_change_password, u.email,
           u.time_zone, c.id, c.code, c.name,
           coalesce(m.role, r.code), m.write_site_ids, m.read_site_ids, r.permissions
    FROM app_user u
    LEFT JOIN (membership m JOIN company c ON c.id = m.company_id AND NOT c.suspended
               LEFT JOIN role r ON r.company_id = m.company_id AND r.id = m.custom_role_id) ON m.user_id = u.id AND m.active
    WHERE u.id = %s
    ORDER BY m.created_at, c.id
"""
_COMPANY = "SELECT id, code, name FROM company WHERE id = %s OR code = %s"


class PostgresIdentities:
    """Reads who people are, one statement for each question."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def account(self, login: str) -> Account | None:
        rows = await self._database.fetch(Scope(), _ACCOUNT, (login,))
        return Account(*rows[0]) if rows else None

    async def identity(self, user_id: UUID) -> Identity | None:
        rows = await self._database.fetch(Scope(user_id=user_id), _IDENTITY, (user_id,))
        return _identity(user_id, rows) if rows else None

    async def company(self, reference: str) -> CompanyIdentity | None:
        rows = await self._database.fetch(Scope(platform=True), _COMPANY, (parse_id(reference), reference))
        return CompanyIdentity(*rows[0]) if rows else None


def _identity(user_id: UUID, rows: Sequence[Row]) -> Identity:
    login, name, locale, is_platform_owner, active, loopback_only, must_change_password, email, time_zone = rows[0][:9]
    return Identity(
        user_id=user_id,
        login=login,
        name=name,
        locale=locale,
        memberships=tuple(_membership(*row[9:]) for row in rows if row[9] is not None),
        is_platform_owner=is_platform_owner,
        active=active,
        loopback_only=loopback_only,
        must_change_password=must_change_password,
        email=email,
        time_zone=time_zone,
    )


def _membership(
    company_id: UUID,
    code: str,
    name: str,
    role: str,
    sites: list[UUID] | None,
    read_sites: list[UUID] | None,
    permissions: list[str] | None,
) -> Membership:
    own = None if permissions is None else frozenset(permissions)
    return Membership(CompanyIdentity(company_id, code, name), role, _sites(sites), _sites(read_sites), own)


def _sites(ids: list[UUID] | None) -> Sites:
    return None if ids is None else frozenset(ids)
