"""Whose dashboard it is: the company's day and money, the site asked for, their wishes, and what they use most."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from adapters.postgres.engine import Database, Scope
from adapters.postgres.preferences import kept_document, sees_products
from core.domain.access import Actor
from core.domain.dashboard import Block, ShortcutKind, Target, chosen_blocks, chosen_shortcuts
from core.domain.errors import NotFound
from core.domain.ids import parse_id
from core.domain.preferences import PinKind
from core.domain.report import ReportName
from core.domain.usage import Page
from core.ports.preferences import Preferences, pinned
from core.queries.dashboard import DashboardSite, Shortcut

_USED = 30  # of each kind that can become shortcuts

_OWN = "i.company_id = %(company)s AND i.user_id = %(user)s"
_IN_REACH = "(%(reach)s::uuid[] IS NULL OR s.id = ANY (%(reach)s::uuid[]))"


def _weight(column: str, table: str) -> str:
    return f"coalesce((SELECT i.weight FROM interest i WHERE {_OWN} AND i.{column} = {table}.id), 0)"


def _ids(column: str, kind: str) -> str:
    """What is used most, or pinned, of one kind of object."""
    return f"""
        ARRAY((SELECT i.{column} FROM interest i WHERE {_OWN} AND i.{column} IS NOT NULL ORDER BY i.weight DESC LIMIT %(used)s)
              UNION SELECT (pin ->> 'id')::uuid FROM own, jsonb_array_elements(own.document -> 'pins') pin WHERE pin ->> 'kind' = '{kind}')
    """


PERSON = f"""
    WITH own AS MATERIALIZED (
        SELECT u.document FROM user_preference u WHERE u.company_id = %(company)s AND u.user_id = %(user)s
    ),
    used AS (
        SELECT 'page' AS kind, i.page AS id, '' AS title, '' AS detail, i.weight FROM interest i WHERE {_OWN} AND i.page = ANY (%(pages)s::text[])
        UNION ALL
        SELECT 'report', i.report, '', '', i.weight FROM interest i WHERE {_OWN} AND i.report = ANY (%(reports)s::text[])
        UNION ALL
        SELECT 'product', p.id::text, p.name, p.sku, {_weight("product_id", "p")}
        FROM product p WHERE p.company_id = %(company)s AND %(sees_products)s AND p.id = ANY ({_ids("product_id", "product")})
        UNION ALL
        SELECT 'site', s.id::text, s.name, s.code, {_weight("site_id", "s")}
        FROM site s WHERE s.company_id = %(company)s AND {_IN_REACH} AND s.id = ANY ({_ids("site_id", "site")})
        UNION ALL
        SELECT 'category', c.id::text, c.name, '', {_weight("category_id", "c")}
        FROM category c WHERE c.company_id = %(company)s AND %(sees_categories)s AND c.id = ANY ({_ids("category_id", "category")})
    )
    SELECT c.currency, c.time_zone, (%(now)s::timestamptz AT TIME ZONE c.time_zone)::date, (SELECT document::text FROM own),
           (SELECT coalesce(json_agg(json_build_array(u.kind, u.id, u.title, u.detail, u.weight)), '[]') FROM used u),
           (SELECT json_build_array(s.id, s.code, s.name) FROM site s
            WHERE s.company_id = c.id AND (s.id = %(site_id)s OR s.code = upper(%(site)s::text)) AND {_IN_REACH})
    FROM company c WHERE c.id = %(company)s
"""


@dataclass(frozen=True, slots=True)
class Person:
    """What is known of the reader of a dashboard. `names` are the title and detail of the objects that shortcuts may lead to."""

    currency: str
    zone: ZoneInfo
    today: date
    site: DashboardSite | None
    preferences: Preferences
    weights: Mapping[Target, float]
    names: Mapping[Target, tuple[str, str]]

    def begin_of(self, day: date) -> datetime:
        """When a day begins where the company is."""
        return datetime.combine(day, time(), self.zone)

    def blocks(self, actor: Actor) -> Sequence[Block]:
        pins = [Block(name) for name in pinned(self.preferences.pins, PinKind.BLOCK)]
        use = {Page(one.id): weight for one, weight in self.weights.items() if one.kind is ShortcutKind.PAGE}
        return chosen_blocks(actor.permissions, pins, self.preferences.hidden, use)

    def shortcuts(self, actor: Actor) -> list[Shortcut]:
        pins = [
            Target(ShortcutKind(pin.kind), _plain(pin.id))
            for pin in self.preferences.pins
            if pin.kind is not PinKind.BLOCK
        ]
        there = [pin for pin in pins if pin in self.names or pin.kind in (ShortcutKind.PAGE, ShortcutKind.REPORT)]
        used = {target: weight for target, weight in self.weights.items() if weight > 0}
        chosen = chosen_shortcuts(actor.permissions, there, used)
        return [Shortcut(one.kind, one.id, *self.names.get(one, ("", "")), is_pinned=one in there) for one in chosen]


async def person_of(database: Database, actor: Actor, site: str | None, now: datetime) -> Person:
    """Raises NotFound `site_not_found` for a site out of reach."""
    rows = await database.read(Scope(actor.company), PERSON, _names(actor, site, now))
    currency, zone, today, document, used, place = rows[0]
    if site is not None and place is None:
        raise NotFound("site_not_found", "no site has this id or code")
    targets = {Target(ShortcutKind(kind), id): (title, detail, weight) for kind, id, title, detail, weight in used}
    return Person(
        currency,
        ZoneInfo(zone),
        today,
        DashboardSite(parse_id(place[0]) or place[0], place[1], place[2]) if place else None,
        kept_document(document) if document else Preferences(),
        {target: weight for target, (_, _, weight) in targets.items()},
        {target: (title, detail) for target, (title, detail, _) in targets.items()},
    )


def _names(actor: Actor, site: str | None, now: datetime) -> dict[str, Any]:
    return {
        "company": actor.company,
        "user": actor.user_id,
        "reach": None if actor.read_sites is None else list(actor.read_sites),
        "sees_products": sees_products(actor),
        "sees_categories": actor.may("category:read") or actor.may("product:read"),
        "pages": list(Page),
        "reports": list(ReportName),
        "used": _USED,
        "site": site,
        "site_id": parse_id(site or ""),
        "now": now,
    }


def _plain(text: str) -> str:
    """An id as the database writes it."""
    found = parse_id(text)
    return str(found) if found else text
