"""`IdentityProviderReader` on PostgreSQL."""

from uuid import UUID

from adapters.postgres.engine import Database, Row, Scope
from core.domain.access import Actor
from core.domain.errors import NotFound
from core.queries.identity_providers import IdentityLinkView, IdentityProviderView, SecretView
from core.queries.paging import Page, decode_cursor, encode_cursor, page_of

_PROVIDERS = """
    SELECT p.id, p.code, p.name, p.issuer, p.client_id, p.client_secret_set_at, p.client_secret_hint, p.scopes, p.algorithms, p.domains,
           coalesce(p.default_role, r.code), p.default_site_ids, p.enabled, p.version
    FROM identity_provider p LEFT JOIN role r ON r.company_id = p.company_id AND r.id = p.default_custom_role_id
    WHERE p.company_id = %(company)s
"""
_ONE = f"{_PROVIDERS} AND p.id = %(id)s"
_LIST = f"{_PROVIDERS} AND (%(after)s::text IS NULL OR p.code > %(after)s) ORDER BY p.code LIMIT %(limit)s"
_LINKS = "SELECT id, issuer, subject, created_at FROM identity_link WHERE user_id = %(user)s ORDER BY created_at, id"


class PostgresIdentityProviderReader:
    """`IdentityProviderReader` over the pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def providers(self, actor: Actor, limit: int, cursor: str | None) -> Page[IdentityProviderView]:
        after = decode_cursor(cursor, tuple[str])
        named = {"company": actor.company, "after": after[0] if after else None, "limit": limit + 1}
        rows = await self._database.read(Scope(actor.company), _LIST, named)
        return page_of([_view(row) for row in rows], limit, lambda last: encode_cursor(last.code))

    async def provider(self, actor: Actor, provider_id: UUID) -> IdentityProviderView:
        named = {"company": actor.company, "id": provider_id}
        rows = await self._database.read(Scope(actor.company), _ONE, named)
        if not rows:
            raise NotFound("identity_provider_not_found", "no provider has this id")
        return _view(rows[0])

    async def links(self, actor: Actor) -> Page[IdentityLinkView]:
        rows = await self._database.fetch(Scope(user_id=actor.user_id), _LINKS, {"user": actor.user_id})
        return Page([IdentityLinkView(*row) for row in rows])


def _view(row: Row) -> IdentityProviderView:
    provider_id, code, name, issuer, client_id, secret_set_at, hint, *rest = row
    secret = SecretView(secret_set_at, hint) if secret_set_at else None
    return IdentityProviderView(provider_id, code, name, issuer, client_id, secret, *rest)
