"""`IdentityProviders` and `IdentityLinks` on PostgreSQL."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from adapters.postgres.engine import Connection, Row
from core.domain.errors import NotFound
from core.domain.ids import new_id
from core.domain.roles import COMPANY_PRESETS, Role
from core.domain.single_sign_on import IdentityProvider, KnownAccount

PROVIDERS = """
    SELECT p.id, p.code, p.name, p.issuer, p.client_id, p.client_secret, p.client_secret_hint, p.client_secret_set_at, p.scopes,
           p.algorithms, p.domains, p.default_site_ids, p.enabled, p.version, p.default_role, r.code, r.name, r.permissions, r.id, r.version
    FROM identity_provider p LEFT JOIN role r ON r.company_id = p.company_id AND r.id = p.default_custom_role_id
    WHERE p.company_id = %(company)s
"""
_PROVIDER = f"{PROVIDERS} AND p.id = %(id)s FOR NO KEY UPDATE OF p"
_ADD = """
    INSERT INTO identity_provider (code, name, issuer, client_id, client_secret, client_secret_hint, client_secret_set_at, scopes,
        algorithms, domains, default_role, default_custom_role_id, default_site_ids, enabled, company_id, id)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_CHANGE = """
    UPDATE identity_provider SET code = %s, name = %s, issuer = %s, client_id = %s, client_secret = %s, client_secret_hint = %s,
        client_secret_set_at = %s, scopes = %s, algorithms = %s, domains = %s, default_role = %s, default_custom_role_id = %s,
        default_site_ids = %s, enabled = %s, version = version + 1
    WHERE company_id = %s AND id = %s RETURNING version
"""
_REMOVE = "DELETE FROM identity_provider WHERE company_id = %s AND id = %s"

_OWNER = "SELECT user_id FROM identity_link WHERE issuer = %s AND subject = %s"
_ACCOUNTS = """
    SELECT u.id, u.active AND m.active, u.email IS NOT DISTINCT FROM u.proven_email
    FROM app_user u JOIN membership m ON m.user_id = u.id AND m.company_id = %s
    WHERE u.email = %s ORDER BY u.id LIMIT 10
"""
_IN_FORCE = """
    SELECT FROM membership m JOIN app_user u ON u.id = m.user_id
    WHERE m.company_id = %s AND m.user_id = %s AND m.active AND u.active AND NOT u.is_platform_owner
"""
# From here on the transaction acts for that person too: they see in which companies they are, and have links of their own.
_ACT_FOR = "SELECT set_config('app.user_id', %s, true)"
_ELSEWHERE = "SELECT FROM membership WHERE user_id = %s AND company_id <> %s LIMIT 1"
_LINK = "INSERT INTO identity_link (user_id, id, issuer, subject) VALUES (%s, %s, %s, %s)"
_TAKEN = "SELECT FROM app_user WHERE login = %s"


class PostgresIdentityProviders:
    """`IdentityProviders` in the transaction of a unit of work."""

    def __init__(self, connection: Connection, company_id: UUID) -> None:
        self._connection, self._company_id = connection, company_id

    async def provider(self, provider_id: UUID) -> IdentityProvider | None:
        named = {"company": self._company_id, "id": provider_id}
        row = await (await self._connection.execute(_PROVIDER.encode(), named)).fetchone()
        return provider_of(row) if row else None

    async def add(self, provider: IdentityProvider) -> None:
        await self._connection.execute(_ADD, (*_columns(provider), self._company_id, provider.id))

    async def change(self, provider: IdentityProvider) -> int:
        cursor = await self._connection.execute(_CHANGE, (*_columns(provider), self._company_id, provider.id))
        row = await cursor.fetchone()
        if row is None:
            raise NotFound("identity_provider_not_found", "no provider has this id")
        return int(row[0])

    async def remove(self, provider_id: UUID) -> None:
        await self._connection.execute(_REMOVE, (self._company_id, provider_id))


class PostgresIdentityLinks:
    """`IdentityLinks` in the transaction of a unit of work."""

    def __init__(self, connection: Connection, company_id: UUID) -> None:
        self._connection, self._company_id = connection, company_id

    async def owner(self, issuer: str, subject: str) -> UUID | None:
        row = await self._row(_OWNER, issuer, subject)
        return row[0] if row else None

    async def accounts(self, email: str) -> Sequence[KnownAccount]:
        cursor = await self._connection.execute(_ACCOUNTS, (self._company_id, email))
        found = await cursor.fetchall()
        return [
            KnownAccount(user_id, in_force, is_proven, not await self._is_elsewhere(user_id))
            for user_id, in_force, is_proven in found
        ]

    async def is_member(self, user_id: UUID) -> bool:
        return await self._row(_IN_FORCE, self._company_id, user_id) is not None

    async def add(self, user_id: UUID, issuer: str, subject: str) -> None:
        await self._row(_ACT_FOR, str(user_id))
        await self._connection.execute(_LINK, (user_id, new_id(), issuer, subject))

    async def login_is_free(self, login: str) -> bool:
        return await self._row(_TAKEN, login) is None

    async def _is_elsewhere(self, user_id: UUID) -> bool:
        await self._row(_ACT_FOR, str(user_id))
        return await self._row(_ELSEWHERE, user_id, self._company_id) is not None

    async def _row(self, statement: str, *parameters: object) -> Row | None:
        cursor = await self._connection.execute(statement.encode(), parameters)
        return await cursor.fetchone()


def provider_of(row: Sequence[Any]) -> IdentityProvider:
    """The provider in a row of `PROVIDERS`."""
    provider_id, code, name, issuer, client_id, secret, hint, secret_set_at, *rest = row
    scopes, algorithms, domains, sites, enabled, version, preset, *own_role = rest
    return IdentityProvider(
        provider_id,
        code,
        name,
        issuer,
        client_id,
        secret,
        hint,
        secret_set_at,
        tuple(scopes),
        tuple(algorithms),
        tuple(domains),
        _role(preset, own_role),
        None if sites is None else frozenset(sites),
        enabled,
        version,
    )


def _role(preset: str | None, own: Sequence[Any]) -> Role | None:
    if preset is not None:
        return COMPANY_PRESETS.get(preset)
    code, name, permissions, role_id, version = own
    return Role(code, name, frozenset(permissions), role_id, version) if code is not None else None


def _columns(provider: IdentityProvider) -> tuple[object, ...]:
    role, sites = provider.default_role, provider.default_sites
    return (
        provider.code,
        provider.name,
        provider.issuer,
        provider.client_id,
        provider.secret,
        provider.secret_hint,
        provider.secret_set_at,
        list(provider.scopes),
        list(provider.algorithms),
        list(provider.domains),
        role.code if role and role.id is None else None,
        role.id if role else None,
        None if sites is None else sorted(sites),
        provider.enabled,
    )
