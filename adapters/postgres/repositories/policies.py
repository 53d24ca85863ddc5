"""`Policies` on PostgreSQL: one statement for each call."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import msgspec
from psycopg import errors

from adapters.postgres.constraints import translated
from adapters.postgres.engine import Connection, Database, Scope
from adapters.postgres.pointers import faults_at, lines_at
from core.domain.access import Actor
from core.domain.errors import DomainError, Fault, Forbidden, NotFound, StaleVersion
from core.domain.ids import parse_id
from core.domain.policy import Policy, Terms

_ZERO = Decimal(0)

_FAULTS = "SELECT ledger_policy_faults(%s::uuid[], %s::json)"
_SET = "SELECT ledger_set_policies(%s::uuid[], %s::json)"
_REMOVE = """
    SELECT r.version, s.id = ANY (%(writable)s::uuid[]) IS NOT FALSE,
           CASE WHEN r.version = coalesce(%(version)s, r.version) AND s.id = ANY (%(writable)s::uuid[]) IS NOT FALSE
                THEN ledger_set_policy(r.product_id, r.site_id, NULL, NULL)::text END
    FROM reorder_policy r
    JOIN product p ON p.company_id = r.company_id AND p.id = r.product_id
    JOIN site s ON s.company_id = r.company_id AND s.id = r.site_id
    WHERE r.company_id = %(company)s AND (%(reach)s::uuid[] IS NULL OR s.id = ANY (%(reach)s::uuid[]))
      AND (p.id = %(product_id)s OR p.sku_key = lower(%(product)s)) AND (s.id = %(site_id)s OR s.code = upper(%(site)s))
"""


class _Wish(msgspec.Struct, omit_defaults=True):
    line: int
    minimum: Decimal
    target: Decimal
    terms: Terms
    product_id: UUID | None = None
    sku: str | None = None
    site_id: UUID | None = None
    site_code: str | None = None


def _wish(line: int, policy: Policy) -> _Wish:
    return _Wish(
        line,
        policy.minimum,
        policy.target,
        policy.terms,
        product_id=policy.product if isinstance(policy.product, UUID) else None,
        sku=policy.product.lower() if isinstance(policy.product, str) else None,
        site_id=policy.site if isinstance(policy.site, UUID) else None,
        site_code=policy.site.upper() if isinstance(policy.site, str) else None,
    )


def _wishes(policies: Sequence[Policy]) -> str:
    return msgspec.json.encode([_wish(line, policy) for line, policy in enumerate(policies, 1)]).decode()


class PostgresPolicies:
    """`Policies` over the pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def reference_faults(self, actor: Actor, policies: Sequence[Policy]) -> list[Fault]:
        rows = await self._database.fetch(Scope(actor.company), _FAULTS, (_reach(actor), _wishes(_named(policies))))
        return faults_at("/policies", rows[0][0])

    async def set(self, actor: Actor, policies: Sequence[Policy]) -> None:
        try:
            await self._database.fetch(Scope(actor.company), _SET, (_reach(actor), _wishes(policies)), by=actor)
        except DomainError as error:
            raise lines_at("/policies", error) from None

    async def remove(self, actor: Actor, product: str, site: str, version: int | None) -> None:
        parameters = {
            "company": actor.company,
            "reach": None if actor.read_sites is None else list(actor.read_sites),
            "writable": _reach(actor),
            "product": product,
            "product_id": parse_id(product),
            "site": site,
            "site_id": parse_id(site),
            "version": version,
        }
        rows = await self._database.fetch(Scope(actor.company), _REMOVE, parameters, by=actor)
        if not rows:
            raise NotFound("policy_not_found", "this product has no policy at this site")
        if not rows[0][1]:
            raise Forbidden("site_out_of_reach", "outside the sites that you may write")
        if version is not None and rows[0][0] != version:
            raise StaleVersion("stale_version", "somebody else changed this since you read it")


class PoliciesInTransaction:
    """`PolicySetter` in a unit of work. A refusal ends the transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def reference_faults(self, actor: Actor, policies: Sequence[Policy]) -> list[Fault]:
        cursor = await self._connection.execute(_FAULTS, (_reach(actor), _wishes(_named(policies))))
        row = await cursor.fetchone()
        return faults_at("/policies", row[0] if row else None)

    async def set(self, actor: Actor, policies: Sequence[Policy]) -> None:
        try:
            await self._connection.execute(_SET, (_reach(actor), _wishes(policies)))
        except errors.Error as error:
            raise lines_at("/policies", translated(error)) from None


def _named(policies: Sequence[Policy]) -> list[Policy]:
    """Without the figures, which may be no numbers at all."""
    return [replace(policy, minimum=_ZERO, target=_ZERO, terms=Terms()) for policy in policies]


def _reach(actor: Actor) -> list[UUID] | None:
    return None if actor.sites is None else list(actor.sites)
