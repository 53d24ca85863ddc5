"""`PolicyDesk` on PostgreSQL."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from adapters.postgres.engine import Database, Row
from adapters.postgres.engine import Scope as CompanyScope
from core.domain.access import Actor
from core.domain.errors import Fault
from core.domain.ids import parse_id
from core.domain.policy import Mode
from core.ports.replenishment import OrderGroup, Scope, ScopeNames, Touched

LEVELS_AT_ONCE = 1_000
"""For how many policies stock stays locked together, which is some tens of milliseconds."""

_NAMED = """
    SELECT 'sites', n.place, s.id FROM unnest(%(site_ids)s::uuid[], %(site_codes)s::text[]) WITH ORDINALITY AS n(id, code, place)
    JOIN site s ON s.company_id = %(company)s AND (s.id = n.id OR s.code = n.code)
    UNION ALL
    SELECT 'products', n.place, p.id FROM unnest(%(product_ids)s::uuid[], %(skus)s::text[]) WITH ORDINALITY AS n(id, sku, place)
    JOIN product p ON p.company_id = %(company)s AND (p.id = n.id OR p.sku_key = n.sku)
    UNION ALL
    SELECT 'categories', n.place, c.id FROM unnest(%(categories)s::uuid[]) WITH ORDINALITY AS n(id, place)
    JOIN category c ON c.company_id = %(company)s AND c.id = n.id
"""
_BELOW = """
    WITH RECURSIVE below AS (
        SELECT unnest(%(categories)s::uuid[]) AS id
        UNION
        SELECT c.id FROM below b JOIN category c ON c.company_id = %(company)s AND c.parent_id = b.id
    )
    SELECT id FROM below
"""
_LEVELS = """
    SELECT product_id, site_id, version, trim_scale(minimum)::text, trim_scale(target)::text, source, basis::text
    FROM replenishment_levels(%(now)s, CASE WHEN %(only_due)s THEN %(now)s ELSE 'infinity' END, %(sites)s::uuid[], %(products)s::uuid[],
                              %(categories)s::uuid[])
"""
_SET_LEVELS = "SELECT ledger_set_levels(%s::json)"
# Rows that the run holds are waited for, because it may have read the stock before this changed; only then is it known whether they
# are due already.
_MARK = """
    WITH touched AS MATERIALIZED (
        SELECT r.product_id, r.site_id, r.due_at FROM reorder_policy r
        WHERE r.company_id = %(company)s AND (r.product_id, r.site_id) IN (
            SELECT k.product, k.site FROM unnest(%(products)s::uuid[], %(sites)s::uuid[]) AS k(product, site) WHERE k.site IS NOT NULL
            UNION
            SELECT o.product_id, o.site_id FROM reorder_policy o WHERE o.company_id = %(company)s AND o.product_id IN (
                SELECT k.product FROM unnest(%(products)s::uuid[], %(sites)s::uuid[]) AS k(product, site) WHERE k.site IS NULL
                UNION
                SELECT i.product_id FROM supplier_item i
                WHERE i.company_id = %(company)s AND i.supplier_id = ANY (%(suppliers)s::uuid[])))
        ORDER BY r.product_id, r.site_id FOR NO KEY UPDATE
    )
    UPDATE reorder_policy r SET due_at = %(now)s FROM touched t
    WHERE r.company_id = %(company)s AND r.product_id = t.product_id AND r.site_id = t.site_id AND t.due_at > %(now)s
"""
_GROUPS = """
    SELECT DISTINCT r.mode, p.site_id, p.supplier_id, p.source_site_id
    FROM replenishment_proposal p
    JOIN reorder_policy r ON r.company_id = p.company_id AND r.product_id = p.product_id AND r.site_id = p.site_id
    WHERE p.company_id = %(company)s AND p.state = 'proposed' AND r.mode IN ('draft', 'place')
      AND (%(sites)s::uuid[] IS NULL OR p.site_id = ANY (%(sites)s::uuid[]))
      AND (%(products)s::uuid[] IS NULL OR p.product_id = ANY (%(products)s::uuid[]))
      AND (%(categories)s::uuid[] IS NULL OR EXISTS (
          SELECT FROM product g WHERE g.company_id = p.company_id AND g.id = p.product_id AND g.category_id = ANY (%(categories)s::uuid[])))
    ORDER BY p.site_id, p.source_site_id, p.supplier_id, r.mode
"""


class _Level(msgspec.Struct):
    product: UUID
    site: UUID
    version: int
    minimum: str
    target: str
    source: str
    basis: msgspec.Raw


class PostgresPolicyDesk:
    """`PolicyDesk` over the pool; each call is one transaction, but for levels, of which there may be many."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def scope(self, actor: Actor, names: ScopeNames) -> tuple[Scope, Sequence[Fault]]:
        parameters = {
            "company": actor.company,
            "site_ids": [parse_id(text) for text in names.sites],
            "site_codes": [text.strip().upper() for text in names.sites],
            "product_ids": [parse_id(text) for text in names.products],
            "skus": [text.strip().lower() for text in names.products],
            "categories": list(names.categories),
        }
        found: dict[str, dict[int, UUID]] = {"sites": {}, "products": {}, "categories": {}}
        for kind, place, identity in await self._database.fetch(CompanyScope(actor.company), _NAMED, parameters):
            found[kind][place] = identity
        faults = list(_scope_faults(actor, names, found))
        sites = set(found["sites"].values()) if names.sites else actor.sites
        products = set(found["products"].values()) if names.products else None
        categories = await self._with_all_below(actor, list(found["categories"].values())) if names.categories else None
        return Scope(sites, products, categories), faults

    async def _with_all_below(self, actor: Actor, categories: Sequence[UUID]) -> set[UUID]:
        parameters = {"company": actor.company, "categories": list(categories)}
        return {row[0] for row in await self._database.fetch(CompanyScope(actor.company), _BELOW, parameters)}

    async def refresh_levels(self, actor: Actor, scope: Scope, now: datetime) -> int:
        company = CompanyScope(actor.company)
        parameters = {**_parameters(actor, scope), "now": now, "only_due": scope.only_due}
        rows = await self._database.fetch(company, _LEVELS, parameters)
        levels = [_level(row) for row in rows]
        for start in range(0, len(levels), LEVELS_AT_ONCE):
            part = msgspec.json.encode(levels[start : start + LEVELS_AT_ONCE]).decode()
            await self._database.fetch(company, _SET_LEVELS, (part,), by=actor)
        return len(levels)

    async def mark_due(self, company_id: UUID, touched: Touched, now: datetime) -> None:
        goods = list(touched.goods)
        parameters = {
            "company": company_id,
            "products": [product for product, _ in goods],
            "sites": [site for _, site in goods],
            "suppliers": list(touched.suppliers),
            "now": now,
        }
        await self._database.fetch(CompanyScope(company_id), _MARK, parameters)

    async def waiting_groups(self, actor: Actor, scope: Scope) -> Sequence[OrderGroup]:
        rows = await self._database.fetch(CompanyScope(actor.company), _GROUPS, _parameters(actor, scope))
        return [OrderGroup(Mode(mode), site, supplier, source) for mode, site, supplier, source in rows]


def _level(row: Row) -> _Level:
    product, site, version, minimum, target, source, basis = row
    return _Level(product, site, version, minimum, target, source, msgspec.Raw(basis.encode() if basis else b"null"))


def _parameters(actor: Actor, scope: Scope) -> dict[str, Any]:
    ids = {"sites": scope.sites, "products": scope.products, "categories": scope.categories}
    return {"company": actor.company, **{name: None if some is None else sorted(some) for name, some in ids.items()}}


def _scope_faults(actor: Actor, names: ScopeNames, found: dict[str, dict[int, UUID]]) -> Iterator[Fault]:
    for kind, asked in (("sites", names.sites), ("products", names.products), ("categories", names.categories)):
        for index in range(len(asked)):
            identity = found[kind].get(index + 1)
            is_site = kind == "sites"
            if identity is None or (is_site and not actor.sees([identity])):
                yield Fault(f"/{kind}/{index}", "not_found", "the company has none of this id or name")
            elif is_site and not actor.covers([identity]):
                yield Fault(f"/{kind}/{index}", "forbidden", "outside the sites that you may write")
