"""`ReplenishmentRepository` on PostgreSQL: sets in, sets out."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from uuid import UUID

import msgspec
from psycopg import AsyncCursor

from adapters.postgres.engine import Connection, Row
from adapters.postgres.queries.replenishment import PROPOSAL, proposal_view
from adapters.postgres.repositories import replenishment_statements as statements
from adapters.postgres.repositories.replenishment_rows import offer_of, open_proposal_of, standing_of, stored
from core.domain.access import Actor
from core.domain.errors import NotFound
from core.domain.replenishment import Proposal, Standing
from core.domain.replenishment_plan import Group, Pair
from core.domain.sourcing import Offer, Surplus
from core.domain.supplier_minimum import Filler
from core.ports.proposal_view import ProposalView
from core.ports.replenishment import Claimed, Decision, Goods, OpenProposal, OrderGroup, Scope


class PostgresReplenishment:
    """`ReplenishmentRepository` in the transaction of a unit of work, whose moment is that of all that it stores."""

    def __init__(self, connection: Connection, company_id: UUID, now: datetime) -> None:
        self._connection, self._company_id, self._now = connection, company_id, now

    async def claim(self, scope: Scope) -> Claimed:
        rows = await self._rows(
            statements.CLAIM,
            only_due=scope.only_due,
            sites=_listed(scope.sites),
            products=_listed(scope.products),
            categories=_listed(scope.categories),
            most=scope.most,
        )
        return Claimed(rows[0][0], rows[0][1], [standing_of(row[2:]) for row in rows if row[2] is not None])

    async def offers(self, products: Collection[UUID], today: date) -> Mapping[UUID, Sequence[Offer]]:
        cursor = await self._connection.execute(statements.OFFERS, (list(products), today))
        rows = await cursor.fetchall()
        return {product: [offer_of(row) for row in of_it] for product, of_it in groupby(rows, key=lambda row: row[0])}

    async def surpluses(self, needing: Collection[Goods]) -> Mapping[UUID, Sequence[Surplus]]:
        columns = _columns(needing, "products", "sites")
        cursor = await self._connection.execute(statements.SURPLUSES, (columns["products"], columns["sites"]))
        found: dict[UUID, list[Surplus]] = {}
        for product, site, code, quantity in await cursor.fetchall():
            found.setdefault(product, []).append(Surplus(site, code, quantity))
        return found

    async def groups(self, pairs: Collection[Pair], judged: Collection[Goods], today: date) -> Mapping[Pair, Group]:
        minima = await self._rows(
            statements.MINIMA, **_columns(pairs, "suppliers", "sites"), **_columns(judged, "products", "places")
        )
        if not minima:
            return {}
        fillers = await self._fillers([(row[0], row[1]) for row in minima], today)
        return {
            (supplier, site): Group(least, currency, proposed, fillers.get((supplier, site), ()))
            for supplier, site, least, currency, proposed in minima
        }

    async def _fillers(self, pairs: Sequence[Pair], today: date) -> Mapping[Pair, Sequence[Filler]]:
        columns = _columns(pairs, "suppliers", "sites")
        cursor = await self._connection.execute(statements.FILLERS, (columns["suppliers"], columns["sites"], today))
        found: list[tuple[UUID, Standing]] = [(row[0], standing_of(row[1:])) for row in await cursor.fetchall()]
        offers = await self.offers({one.product for _, one in found}, today)
        fillers: dict[Pair, list[Filler]] = {}
        for supplier, standing in found:
            usable = [one for one in offers.get(standing.product, ()) if one.supplier == supplier and not one.obstacle]
            if usable:
                fillers.setdefault((supplier, standing.site), []).append(Filler(standing, usable[0]))
        return fillers

    async def save(self, proposals: Sequence[Proposal]) -> None:
        if proposals:
            await self._do(statements.SAVE, rows=msgspec.json.encode([stored(one) for one in proposals]).decode())

    async def withdraw(self, goods: Collection[Goods]) -> None:
        if goods:
            await self._do(statements.WITHDRAW, **_columns(goods, "products", "sites"))

    async def withdraw_fillers(self, pairs: Collection[Pair], kept: Collection[Goods]) -> None:
        if pairs:
            await self._do(
                statements.WITHDRAW_FILLERS,
                **_columns(pairs, "suppliers", "sites"),
                **_columns(kept, "products", "places"),
            )

    async def locked(self, ids: Sequence[UUID]) -> Sequence[OpenProposal]:
        await self._rows(statements.LOCK_POLICIES, ids=list(ids))
        return [open_proposal_of(row) for row in await self._rows(statements.LOCKED, ids=list(ids))]

    async def locked_group(self, group: OrderGroup) -> Sequence[OpenProposal]:
        named = {"site": group.site, "supplier": group.supplier, "source": group.source, "mode": group.mode.value}
        return [open_proposal_of(row) for row in await self._rows(statements.LOCKED_GROUP, **named)]

    async def drafted_order(self, supplier: UUID, site: UUID) -> UUID | None:
        cursor = await self._connection.execute(statements.DRAFTED, (self._company_id, supplier, site))
        row = await cursor.fetchone()
        return row[0] if row else None

    async def decide(self, actor: Actor, decisions: Sequence[Decision]) -> None:
        await self._do(statements.DECIDE, actor=actor.user_id, decisions=msgspec.json.encode(decisions).decode())

    async def dismiss(self, actor: Actor, proposal: UUID, until: date | None, change: Decimal | None) -> None:
        await self._do(statements.DISMISS, actor=actor.user_id, id=proposal, until=until, change=change)

    async def view(self, proposal: UUID, *, costs: bool) -> ProposalView:
        rows = await self._rows(PROPOSAL, id=proposal, reach=None)
        if not rows:
            raise NotFound("proposal_not_found", "no proposal has this id")
        return proposal_view(rows[0], costs=costs)

    async def _rows(self, statement: str, **named: object) -> list[Row]:
        return await (await self._execute(statement, named)).fetchall()

    async def _do(self, statement: str, **named: object) -> None:
        await self._execute(statement, named)

    async def _execute(self, statement: str, named: Mapping[str, object]) -> AsyncCursor[Row]:
        return await self._connection.execute(
            statement.encode(), {"company": self._company_id, "now": self._now, **named}
        )


def _listed(ids: Collection[UUID] | None) -> list[UUID] | None:
    return None if ids is None else sorted(ids)


def _columns(pairs: Collection[tuple[UUID, UUID]], first: str, second: str) -> dict[str, object]:
    return {first: [one for one, _ in pairs], second: [other for _, other in pairs]}
