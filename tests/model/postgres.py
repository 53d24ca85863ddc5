"""The ledger on PostgreSQL, for the machine to work on."""

import asyncio
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from adapters.postgres.engine import Database
from adapters.postgres.group_commit import GroupCommitLedger
from adapters.postgres.repositories.postings import PostingLookup
from adapters.postgres.verification import PostgresVerifier
from core.commands.companies import CreateLocation, create_location
from core.domain.access import Actor
from core.domain.company import CostingMethod
from core.domain.errors import DomainError
from core.domain.reservation import ReservationState, Wish
from core.domain.stock import Posting, reversal
from core.ports.stock_ledger import Posted
from core.ports.storage import UnitOfWork
from tests.model.machine import TODAY
from tests.model.steps import AtSite, Stock
from tests.shop import Shop, open_shop

_BALANCES = """
    SELECT p.sku, l.address, t.number, b.on_hand FROM stock_balance b
    JOIN product p ON p.company_id = b.company_id AND p.id = b.product_id
    JOIN location l ON l.company_id = b.company_id AND l.id = b.location_id
    LEFT JOIN lot t ON t.company_id = b.company_id AND t.product_id = b.product_id AND t.id = b.lot_id
    WHERE b.company_id = %s AND b.on_hand <> 0
"""
_AT_SITES = """
    SELECT p.sku, s.code, t.{column} FROM site_stock t
    JOIN product p ON p.company_id = t.company_id AND p.id = t.product_id
    JOIN site s ON s.company_id = t.company_id AND s.id = t.site_id
    WHERE t.company_id = %s AND t.{column} <> 0
"""
_HELD_AT = """
    SELECT p.sku, s.code, a.on_hand FROM stock_as_of(%s) a
    JOIN product p ON p.company_id = %s AND p.id = a.product_id
    JOIN site s ON s.company_id = p.company_id AND s.id = a.site_id
    WHERE a.on_hand <> 0
"""
# The legs of transfers are posted here without the document that the check wants for them.
_CHECKS_OF_DOCUMENTS = {"what is in transit is what transfers shipped and nobody settled"}


class PostgresSystem:
    """Products A, B, MILK with lots and the kit SET; sites UIO, with a second place, and GYE."""

    def __init__(self, shop: Shop, products: dict[str, UUID]) -> None:
        self.shop, self.products = shop, products
        self.together = GroupCommitLedger(shop.database)

    async def post(self, postings: list[Posting]) -> Posted:
        return await self.shop.ledger.post(self.shop.admin, postings)

    async def post_together(self, postings: list[Posting]) -> list[Posted | DomainError]:
        """The answers to requests that arrive at once."""
        calls = (self.together.post(self.shop.admin, [one]) for one in postings)
        outcomes = await asyncio.gather(*calls, return_exceptions=True)
        return [one for one in outcomes if isinstance(one, Posted | DomainError)]

    async def reverse(self, posting_id: UUID) -> Posted:
        original = await PostingLookup(self.shop.database).posting(self.shop.admin, posting_id)
        assert original is not None
        return await self.post([reversal(original, "a mistake")])

    async def allow_negative(self, site: str, allowed: bool) -> None:
        await self.shop.allow_negative(site, allowed=allowed)

    async def lock_period(self, through: datetime) -> None:
        await self.shop.lock_period(through)

    async def reserve(self, wish: Wish) -> None:
        await self.shop.run(_reserve, self.shop.admin, wish)

    async def release(self, demand: UUID) -> None:
        await self.shop.run(_release, self.shop.admin, demand)

    async def write_checkpoints(self, days_ago: int) -> None:
        await self.shop.fetch("SELECT ledger_checkpoint(%s)", TODAY - timedelta(days=days_ago))

    async def balances(self) -> dict[Stock, Decimal]:
        rows: list[Any] = await self.shop.fetch(_BALANCES, self.shop.company_id)
        return {row[:3]: row[3] for row in rows}

    async def promised(self) -> dict[AtSite, Decimal]:
        return await self._at_sites(_AT_SITES.format(column="promised"), self.shop.company_id)

    async def values(self) -> dict[AtSite, Decimal]:
        return await self._at_sites(_AT_SITES.format(column="value"), self.shop.company_id)

    async def held_at(self, at: datetime) -> dict[AtSite, Decimal]:
        return await self._at_sites(_HELD_AT, at, self.shop.company_id)

    async def differences(self) -> list[str]:
        """What does not agree with the ledger."""
        verifier = PostgresVerifier(self.shop.database)
        checks = [check for check in verifier.checks if check not in _CHECKS_OF_DOCUMENTS]
        found = [await verifier.differences(self.shop.company_id, "test", check) for check in checks]
        return [f"{one.check}: {one.detail}" for differences in found for one in differences]

    async def _at_sites(self, statement: str, *parameters: object) -> dict[AtSite, Decimal]:
        rows: list[Any] = await self.shop.fetch(statement, *parameters)
        return {row[:2]: row[2] for row in rows}


async def _reserve(uow: UnitOfWork, actor: Actor, wish: Wish) -> list[UUID]:
    return await uow.reservations.reserve(actor, [wish])


async def _release(uow: UnitOfWork, _: Actor, demand: UUID) -> int:
    return await uow.reservations.end(demand, ReservationState.RELEASED)


async def open_system(database: Database, costing: CostingMethod) -> PostgresSystem:
    shop = await open_shop(database, costing)
    await shop.run(create_location, shop.admin, (shop.sites["UIO"], CreateLocation("A-01", "Shelf")))
    products = {sku: await shop.product(sku) for sku in "AB"} | {"MILK": await shop.product("MILK", tracking="lot")}
    await shop.kit("SET", {products["A"]: "2", products["MILK"]: "1"})
    return PostgresSystem(shop, products)
