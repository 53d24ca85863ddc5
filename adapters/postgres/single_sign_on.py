"""`PendingLogins` and `OwnLinks` on PostgreSQL: each step is a transaction of its own, so that none is open while a provider thinks."""

from datetime import datetime
from uuid import UUID

from adapters.postgres.engine import Database, Scope
from adapters.postgres.repositories.identity_providers import PROVIDERS, provider_of
from core.domain.ids import new_id, parse_id
from core.domain.single_sign_on import IdentityProvider
from core.ports.single_sign_on import PendingLogin

_COMPANY = "SELECT id FROM company WHERE (id = %s OR code = %s) AND NOT suspended"
_OPEN = "p.enabled AND EXISTS (SELECT FROM company c WHERE c.id = p.company_id AND NOT c.suspended)"
_BY_CODE = f"{PROVIDERS} AND p.code = %(code)s AND {_OPEN}"
_BY_ID = f"{PROVIDERS} AND p.id = %(id)s AND {_OPEN}"
_KEEP = """
    WITH late AS (DELETE FROM oidc_login WHERE company_id = %(company)s AND expires_at <= %(now)s)
    INSERT INTO oidc_login (company_id, state_hash, provider_id, browser_hash, sealed, return_to, cookie, linking, expires_at)
    VALUES (%(company)s, %(state)s, %(provider)s, %(browser)s, %(sealed)s, %(return_to)s, %(cookie)s, %(linking)s, %(expires_at)s)
"""
_UNLINK = "DELETE FROM identity_link WHERE user_id = %s AND id = %s RETURNING id"
_TAKE = """
    DELETE FROM oidc_login WHERE company_id = %s AND state_hash = %s
    RETURNING company_id, state_hash, provider_id, browser_hash, sealed, return_to, cookie, linking, expires_at
"""


class PostgresPendingLogins:
    """Keeps sign-ins between the way to the provider and the way back."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def provider(self, company: str, code: str) -> tuple[UUID, IdentityProvider] | None:
        found = await self._database.fetch(Scope(platform=True), _COMPANY, (parse_id(company), company))
        # A company that does not exist takes as long as one without the provider.
        company_id = found[0][0] if found else new_id()
        rows = await self._database.fetch(Scope(company_id), _BY_CODE, {"company": company_id, "code": code})
        return (company_id, provider_of(rows[0])) if rows else None

    async def provider_of(self, login: PendingLogin) -> IdentityProvider | None:
        named = {"company": login.company_id, "id": login.provider_id}
        rows = await self._database.fetch(Scope(login.company_id), _BY_ID, named)
        return provider_of(rows[0]) if rows else None

    async def keep(self, login: PendingLogin, now: datetime) -> None:
        named = {
            "company": login.company_id,
            "state": login.state,
            "provider": login.provider_id,
            "browser": login.browser,
            "sealed": login.sealed,
            "return_to": login.return_to,
            "cookie": login.cookie,
            "linking": login.linking,
            "expires_at": login.expires_at,
            "now": now,
        }
        await self._database.fetch(Scope(login.company_id), _KEEP, named)

    async def take(self, company_id: UUID, state: bytes, now: datetime) -> PendingLogin | None:
        rows = await self._database.fetch(Scope(company_id), _TAKE, (company_id, state))
        login = PendingLogin(*rows[0]) if rows else None
        return login if login and now < login.expires_at else None


class PostgresOwnLinks:
    """Links in the scope of the person whose they are."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def remove(self, user_id: UUID, link_id: UUID) -> bool:
        return bool(await self._database.fetch(Scope(user_id=user_id), _UNLINK, (user_id, link_id)))
