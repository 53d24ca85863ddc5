"""`PeopleRepository` on PostgreSQL."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from adapters.postgres.engine import Connection, Row
from core.domain.access import Sites
from core.domain.account import AccountState, NewAccount
from core.domain.errors import NotFound
from core.domain.ids import parse_id
from core.domain.roles import COMPANY_PRESETS, Member, Role
from core.ports.audit import AuditAction

# The company's row is the one lock: two administrators who demote each other wait here, and the second sees what the first did.
_CLOSE_RANKS = "SELECT FROM company WHERE id = %s FOR NO KEY UPDATE"
_ROLE = "SELECT code, name, permissions, id, version FROM role WHERE company_id = %s AND (id = %s OR code = %s)"
_ADD_ROLE = "INSERT INTO role (company_id, id, code, name, permissions) VALUES (%s, %s, %s, %s, %s)"
_CHANGE_ROLE = """
    UPDATE role SET name = %s, permissions = %s, version = version + 1 WHERE company_id = %s AND id = %s RETURNING version
"""
_REMOVE_ROLE = "DELETE FROM role WHERE company_id = %s AND id = %s"
_ADD_ACCOUNT = """
    INSERT INTO app_user (id, login, name, password_hash, email, proven_email, locale, must_change_password, loopback_only)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_ACCOUNT = "SELECT email, active, is_platform_owner FROM app_user WHERE id = %s"
_OWNER_OF = "SELECT id FROM app_user WHERE email = %s AND proven_email = email"
_PROVE_EMAIL = "UPDATE app_user SET email = %s, proven_email = %s WHERE id = %s"
_MEMBER_AT = """
    SELECT FROM membership m JOIN app_user u ON u.id = m.user_id WHERE m.company_id = %s AND u.email = %s LIMIT 1
"""
_NOTE = "SELECT audit_note(%s, 'app_user', %s)"
_MEMBER = """
    SELECT u.login, m.role, r.code, r.name, r.permissions, r.id, r.version, m.write_site_ids, m.read_site_ids, m.active, m.version
    FROM membership m JOIN app_user u ON u.id = m.user_id
    LEFT JOIN role r ON r.company_id = m.company_id AND r.id = m.custom_role_id
    WHERE m.company_id = %s AND m.user_id = %s
"""
_ADD_MEMBER = """
    INSERT INTO membership (role, custom_role_id, write_site_ids, read_site_ids, active, company_id, user_id)
    VALUES (%s, %s, %s, %s, %s, %s, %s)
"""
_CHANGE_MEMBER = """
    UPDATE membership SET role = %s, custom_role_id = %s, write_site_ids = %s, read_site_ids = %s, active = %s, version = version + 1
    WHERE company_id = %s AND user_id = %s RETURNING version
"""
_REMOVE_MEMBER = "DELETE FROM membership WHERE company_id = %s AND user_id = %s"
_OTHER_ADMIN = """
    SELECT FROM membership m JOIN app_user u ON u.id = m.user_id
    WHERE m.company_id = %s AND m.user_id <> %s AND m.role = 'admin' AND m.write_site_ids IS NULL AND m.active AND u.active LIMIT 1
"""


class PostgresPeople:
    """`PeopleRepository` in the transaction of a unit of work."""

    def __init__(self, connection: Connection, company_id: UUID) -> None:
        self._connection, self._company_id = connection, company_id

    async def close_ranks(self) -> None:
        await self._connection.execute(_CLOSE_RANKS, (self._company_id,))

    async def role(self, reference: str) -> Role | None:
        row = await self._row(_ROLE, self._company_id, parse_id(reference), reference)
        return _role(row) if row else None

    async def add_role(self, role: Role) -> None:
        permissions = sorted(role.permissions)
        await self._connection.execute(_ADD_ROLE, (self._company_id, role.id, role.code, role.name, permissions))

    async def change_role(self, role: Role) -> int:
        row = await self._row(_CHANGE_ROLE, role.name, sorted(role.permissions), self._company_id, role.id)
        return _version(row, "role")

    async def remove_role(self, role_id: UUID) -> None:
        await self._connection.execute(_REMOVE_ROLE, (self._company_id, role_id))

    async def member(self, user_id: UUID) -> Member | None:
        row = await self._row(_MEMBER, self._company_id, user_id)
        if row is None:
            return None
        login, preset, *own, sites, read_sites, active, version = row
        role = COMPANY_PRESETS.get(preset, Role(preset, preset, frozenset())) if preset else _role(own)
        return Member(user_id, login, role, _sites(sites), _sites(read_sites), active, version)

    async def add_account(self, account: NewAccount) -> None:
        columns = (
            account.id,
            account.login,
            account.name,
            account.password_hash,
            account.email,
            account.email if account.email_is_proven else None,
            account.locale,
            account.must_change_password,
            account.loopback_only,
        )
        await self._connection.execute(_ADD_ACCOUNT, columns)

    async def account(self, user_id: UUID) -> AccountState | None:
        row = await self._row(_ACCOUNT, user_id)
        return AccountState(*row) if row else None

    async def owner_of(self, email: str) -> UUID | None:
        row = await self._row(_OWNER_OF, email)
        return row[0] if row else None

    async def prove_email(self, user_id: UUID, email: str) -> None:
        await self._connection.execute(_PROVE_EMAIL, (email, email, user_id))

    async def has_member_at(self, email: str) -> bool:
        return await self._row(_MEMBER_AT, self._company_id, email) is not None

    async def note(self, action: AuditAction, user_id: UUID) -> None:
        await self._connection.execute(_NOTE, (action.value, str(user_id)))

    async def add_member(self, member: Member) -> None:
        await self._connection.execute(_ADD_MEMBER, (*_columns(member), self._company_id, member.user_id))

    async def change_member(self, member: Member) -> int:
        row = await self._row(_CHANGE_MEMBER, *_columns(member), self._company_id, member.user_id)
        return _version(row, "user")

    async def remove_member(self, user_id: UUID) -> None:
        await self._connection.execute(_REMOVE_MEMBER, (self._company_id, user_id))

    async def has_other_admin(self, user_id: UUID) -> bool:
        return await self._row(_OTHER_ADMIN, self._company_id, user_id) is not None

    async def _row(self, statement: str, *parameters: object) -> Row | None:
        cursor = await self._connection.execute(statement.encode(), parameters)
        return await cursor.fetchone()


def _role(row: Sequence[Any]) -> Role:
    code, name, permissions, role_id, version = row
    return Role(code, name, frozenset(permissions), role_id, version)


def _sites(ids: list[UUID] | None) -> Sites:
    return None if ids is None else frozenset(ids)


def _columns(member: Member) -> tuple[object, ...]:
    """Role and reach as they are stored: the code of a preset, or the id of the company's own role."""
    preset = member.role.code if member.role.id is None else None
    return (preset, member.role.id, _listed(member.sites), _listed(member.read_sites), member.active)


def _listed(sites: Sites) -> list[UUID] | None:
    return None if sites is None else sorted(sites)


def _version(row: Row | None, what: str) -> int:
    if row is None:
        raise NotFound(f"{what}_not_found", f"no {what} has this id")
    return int(row[0])
