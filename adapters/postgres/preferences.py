"""`PreferenceStore` on PostgreSQL."""

from collections.abc import Collection
from uuid import UUID

import msgspec

from adapters.postgres.engine import Database, Scope
from core.domain.access import Actor
from core.domain.errors import Forbidden, StaleVersion
from core.ports.preferences import KeptPreferences, Preferences, PreferenceStore

_KEPT = "SELECT document::text, version FROM user_preference WHERE company_id = %(company)s AND user_id = %(user)s"
_KNOWN = """
    SELECT p.id FROM product p WHERE p.company_id = %(company)s AND p.id = ANY (%(products)s::uuid[]) AND %(sees_products)s
    UNION ALL
    SELECT s.id FROM site s WHERE s.company_id = %(company)s AND s.id = ANY (%(sites)s::uuid[])
       AND (%(reach)s::uuid[] IS NULL OR s.id = ANY (%(reach)s::uuid[]))
"""
# Of two at the same moment with one former version, the second finds another one.
_SAVE = """
    INSERT INTO user_preference AS u (company_id, user_id, document, counted)
    SELECT m.company_id, m.user_id, %(document)s::jsonb, %(counted)s FROM membership m
    WHERE m.company_id = %(company)s AND m.user_id = %(user)s
      AND (coalesce(%(version)s::integer, 0) = 0
           OR EXISTS (SELECT FROM user_preference k WHERE k.company_id = m.company_id AND k.user_id = m.user_id))
    ON CONFLICT (company_id, user_id) DO UPDATE SET document = excluded.document, counted = excluded.counted, version = u.version + 1
    WHERE %(version)s::integer IS NULL OR u.version = %(version)s
    RETURNING u.version
"""
_STATE = """
    SELECT EXISTS (SELECT FROM membership m WHERE m.company_id = %(company)s AND m.user_id = %(user)s),
           coalesce((SELECT u.version FROM user_preference u WHERE u.company_id = %(company)s AND u.user_id = %(user)s), 0)
"""


class PostgresPreferences(PreferenceStore):
    """One row for each member of a company."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def kept(self, actor: Actor) -> KeptPreferences:
        rows = await self._database.read(Scope(actor.company), _KEPT, _person(actor))
        return KeptPreferences(kept_document(rows[0][0]), rows[0][1]) if rows else KeptPreferences()

    async def known(self, actor: Actor, products: Collection[UUID], sites: Collection[UUID]) -> frozenset[UUID]:
        names = {
            **_person(actor),
            "products": list(products),
            "sites": list(sites),
            "sees_products": sees_products(actor),
            "reach": None if actor.read_sites is None else list(actor.read_sites),
        }
        return frozenset(row[0] for row in await self._database.read(Scope(actor.company), _KNOWN, names))

    async def save(self, actor: Actor, preferences: Preferences, version: int | None) -> int:
        names = {
            **_person(actor),
            "document": msgspec.json.encode(preferences).decode(),
            "counted": preferences.usage,
            "version": version,
        }
        if rows := await self._database.fetch(Scope(actor.company), _SAVE, names, by=actor):
            return int(rows[0][0])
        [(is_member, stored)] = await self._database.fetch(Scope(actor.company), _STATE, _person(actor))
        if is_member:
            details = {"version": stored}
            raise StaleVersion("stale_version", "this was changed since you read it", details=details)
        raise Forbidden("not_a_member", "only members of the company have preferences in it")


def kept_document(text: str) -> Preferences:
    return msgspec.json.decode(text, type=Preferences)


def sees_products(actor: Actor) -> bool:
    """Whether somebody can see a product at all: in the catalogue, or by looking up its id."""
    return actor.may("product:read") or actor.may("lookup:read")


def _person(actor: Actor) -> dict[str, object]:
    return {"company": actor.company, "user": actor.user_id}
