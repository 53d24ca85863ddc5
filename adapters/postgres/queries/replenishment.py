"""`ProposalReader` on PostgreSQL."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import msgspec

from adapters.postgres.engine import Database, Row, Scope
from core.domain.access import Actor
from core.domain.ids import parse_id
from core.domain.replenishment import Choice, Why
from core.ports.proposal_view import ProposalView
from core.queries.paging import Page, decode_cursor, encode_cursor, page_of
from core.queries.replenishment import ProposalFilter

_NAMED = "json_build_object('id', {0}.id, 'code', {0}.code, 'name', {0}.name)"
_MADE = "json_build_object('id', {0}.id, 'number', {0}.number, 'state', {0}.state)"
_SHOWN = f"""
    SELECT p.id, json_build_object('id', p.id, 'state', p.state, 'reason', p.reason, 'product', g.id, 'sku', g.sku, 'name', g.name,
        'site', s.code, 'mode', r.mode, 'supplier', CASE WHEN v.id IS NOT NULL THEN {_NAMED.format("v")} END,
        'source', CASE WHEN f.id IS NOT NULL THEN {_NAMED.format("f")} END, 'quantity', trim_scale(p.quantity)::text,
        'unit_price', trim_scale(p.unit_price)::text, 'currency', v.currency, 'expected_on', p.expected_on, 'is_filler', p.is_filler,
        'why', p.why, 'proposed_at', p.proposed_at, 'updated_at', p.updated_at, 'dismissed_until', p.dismissed_until,
        'dismissed_change', trim_scale(p.dismissed_change)::text,
        'decided_by', CASE WHEN u.id IS NOT NULL THEN json_build_object('id', u.id, 'name', u.name) END, 'decided_at', p.decided_at,
        'is_edited', p.is_edited, 'purchase_order', CASE WHEN o.id IS NOT NULL THEN {_MADE.format("o")} END,
        'transfer', CASE WHEN t.id IS NOT NULL THEN {_MADE.format("t")} END, 'version', p.version)::text
    FROM replenishment_proposal p
    JOIN product g ON g.company_id = p.company_id AND g.id = p.product_id
    JOIN site s ON s.company_id = p.company_id AND s.id = p.site_id
    LEFT JOIN reorder_policy r ON r.company_id = p.company_id AND r.product_id = p.product_id AND r.site_id = p.site_id
    LEFT JOIN supplier v ON v.company_id = p.company_id AND v.id = p.supplier_id
    LEFT JOIN site f ON f.company_id = p.company_id AND f.id = p.source_site_id
    LEFT JOIN app_user u ON u.id = p.decided_by
    LEFT JOIN purchase_order o ON o.company_id = p.company_id AND o.id = p.order_id
    LEFT JOIN transfer t ON t.company_id = p.company_id AND t.id = p.transfer_id
    WHERE p.company_id = %(company)s AND (%(reach)s::uuid[] IS NULL OR p.site_id = ANY (%(reach)s::uuid[]))
"""
PROPOSAL = f"{_SHOWN} AND p.id = %(id)s"
_CONDITIONS = """
    AND p.state = ANY (%(states)s::text[])
    AND (%(product)s::text IS NULL OR p.product_id = %(product_id)s
         OR p.product_id = (SELECT x.id FROM product x WHERE x.company_id = %(company)s AND x.sku_key = lower(%(product)s)))
    AND (%(site)s::text IS NULL OR p.site_id = %(site_id)s
         OR p.site_id = (SELECT x.id FROM site x WHERE x.company_id = %(company)s AND x.code = upper(%(site)s)))
    AND (%(supplier)s::text IS NULL OR p.supplier_id = %(supplier_id)s
         OR p.supplier_id = (SELECT x.id FROM supplier x WHERE x.company_id = %(company)s AND x.code = upper(%(supplier)s)))
"""
_LIST = f"{_SHOWN} {_CONDITIONS} AND (%(before)s::uuid IS NULL OR p.id < %(before)s) ORDER BY p.id DESC LIMIT %(limit)s"
_TOTAL = f"""
    SELECT count(*) FROM replenishment_proposal p
    WHERE p.company_id = %(company)s AND (%(reach)s::uuid[] IS NULL OR p.site_id = ANY (%(reach)s::uuid[])) {_CONDITIONS}
"""


def proposal_view(row: Row, *, costs: bool) -> ProposalView:
    """A row of `PROPOSAL`."""
    view = msgspec.json.decode(row[1], type=ProposalView)
    return view if costs else msgspec.structs.replace(view, unit_price=None, why=_without_costs(view.why))


def _without_costs(why: Why) -> Why:
    return replace(why, chosen=_costless(why.chosen), runner_up=_costless(why.runner_up), supplier_minimum=None)


def _costless(choice: Choice | None) -> Choice | None:
    return choice and replace(choice, unit_price=None, exchange_rate=None, cost=None)


class PostgresProposalReader:
    """`ProposalReader` over the pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def proposal(self, actor: Actor, proposal_id: UUID) -> ProposalView | None:
        rows = await self._database.fetch(Scope(actor.company), PROPOSAL, {**_reach(actor), "id": proposal_id})
        return proposal_view(rows[0], costs=actor.may("cost:read")) if rows else None

    async def proposals(
        self, actor: Actor, wanted: ProposalFilter, limit: int, cursor: str | None, *, total: bool
    ) -> Page[ProposalView]:
        before = decode_cursor(cursor, tuple[UUID])
        parameters = {
            **_reach(actor),
            **_references(product=wanted.product, site=wanted.site, supplier=wanted.supplier),
            "states": [state.value for state in wanted.states],
            "before": before[0] if before else None,
            "limit": limit + 1,
        }
        rows = await self._database.fetch(Scope(actor.company), _LIST, parameters)
        count = (await self._database.fetch(Scope(actor.company), _TOTAL, parameters))[0][0] if total else None
        page = page_of(rows, limit, lambda last: encode_cursor(last[0]), count)
        costs = actor.may("cost:read")
        return Page([proposal_view(row, costs=costs) for row in page.items], page.next_cursor, page.total)


def _reach(actor: Actor) -> dict[str, Any]:
    return {
        "company": actor.company,
        "reach": None if actor.read_sites is None else list(actor.read_sites),
    }


def _references(**named: str | None) -> dict[str, Any]:
    """What people named, and the id that it may be."""
    return {**named, **{f"{name}_id": parse_id(text or "") for name, text in named.items()}}
