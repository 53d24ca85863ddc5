"""`PeopleReader` on PostgreSQL."""

from uuid import UUID

from adapters.postgres.engine import Database, Row, Scope
from core.domain.access import Actor
from core.domain.errors import NotFound
from core.domain.ids import parse_id
from core.domain.roles import COMPANY_PRESETS
from core.queries.paging import Page, decode_cursor, encode_cursor, page_of
from core.queries.people import RoleView, UserFilter, UserView

_MEMBERS = """
    SELECT u.id, u.login, u.name, coalesce(m.role, r.code) AS role, m.write_site_ids, m.read_site_ids, m.active AND u.active AS active,
           m.version
    FROM membership m JOIN app_user u ON u.id = m.user_id
    LEFT JOIN role r ON r.company_id = m.company_id AND r.id = m.custom_role_id
    WHERE m.company_id = %(company)s
"""
_MEMBER = f"{_MEMBERS} AND m.user_id = %(id)s"
_LIST = f"""
    WITH found AS NOT MATERIALIZED (
        SELECT * FROM ({_MEMBERS}) o
        WHERE (%(q)s::text IS NULL OR strpos(o.login, lower(%(q)s)) > 0 OR strpos(lower(o.name), lower(%(q)s)) > 0)
          AND (%(role)s::text IS NULL OR o.role = %(role)s) AND (%(active)s::boolean IS NULL OR o.active = %(active)s)
    )
    SELECT page.*, CASE WHEN %(total)s THEN (SELECT count(*) FROM found) END
    FROM (SELECT) one LEFT JOIN (
        SELECT * FROM found WHERE %(after)s::text IS NULL OR login > %(after)s ORDER BY login LIMIT %(limit)s) page ON true
    ORDER BY page.login
"""
_ROLES = "SELECT id, code, name, false, permissions, version FROM role WHERE company_id = %(company)s ORDER BY code"
_ROLE = """
    SELECT id, code, name, false, permissions, version FROM role
    WHERE company_id = %(company)s AND (id = %(id)s OR code = %(code)s)
"""
_PRESETS = {
    code: RoleView(None, code, one.name, True, sorted(one.permissions), one.version)
    for code, one in COMPANY_PRESETS.items()
}


class PostgresPeopleReader:
    """`PeopleReader` over the pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def users(
        self, actor: Actor, wanted: UserFilter, limit: int, cursor: str | None, *, total: bool
    ) -> Page[UserView]:
        after = decode_cursor(cursor, tuple[str])
        parameters = {
            "company": actor.company,
            "q": wanted.q,
            "role": wanted.role,
            "active": wanted.active,
            "after": after[0] if after else None,
            "limit": limit + 1,
            "total": total,
        }
        rows = await self._database.fetch(Scope(actor.company), _LIST, parameters)
        found = [_user(row) for row in rows if row[0] is not None]
        return page_of(found, limit, lambda last: encode_cursor(last.login), rows[0][-1])

    async def user(self, actor: Actor, user_id: UUID) -> UserView:
        parameters = {"company": actor.company, "id": user_id}
        rows = await self._database.read(Scope(actor.company), _MEMBER, parameters)
        if not rows:
            raise NotFound("user_not_found", "no member of the company has this id")
        return _user(rows[0])

    async def roles(self, actor: Actor) -> Page[RoleView]:
        rows = await self._database.read(Scope(actor.company), _ROLES, {"company": actor.company})
        return Page([*_PRESETS.values(), *(RoleView(*row) for row in rows)])

    async def role(self, actor: Actor, reference: str) -> RoleView:
        if preset := _PRESETS.get(reference):
            return preset
        parameters = {"company": actor.company, "id": parse_id(reference), "code": reference}
        rows = await self._database.read(Scope(actor.company), _ROLE, parameters)
        if not rows:
            raise NotFound("role_not_found", "no role has this id or code")
        return RoleView(*rows[0])


def _user(row: Row) -> UserView:
    return UserView(*row[:8])
