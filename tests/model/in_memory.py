"""The ledger in memory, for the machine to work on."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from core.domain.access import PRESETS, Actor
from core.domain.ids import new_id
from core.domain.stock import Line, Posting, PostingKind, reversal
from core.ports.stock_ledger import Posted, PostingView
from core.testing.fakes.ledger import InMemoryStockLedger
from tests.model.steps import AtSite, Stock


class InMemorySystem:
    """Products A and B, sites UIO and GYE."""

    def __init__(self) -> None:
        self.ledger = InMemoryStockLedger()
        self.actor = Actor(new_id(), new_id(), PRESETS["admin"])
        self.sites = {code: self.ledger.add_site(code) for code in ("UIO", "GYE")}
        self.products = {sku: self.ledger.add_product(sku, Decimal(2)) for sku in "AB"}
        self.posted: dict[UUID, PostingView] = {}

    async def post(self, postings: list[Posting]) -> Posted:
        posted = await self.ledger.post(self.actor, postings)
        self.posted.update((view.id, view) for view in posted.postings)
        return posted

    async def reverse(self, posting_id: UUID) -> Posted:
        view = self.posted[posting_id]
        lines = (Line(line.sku, line.source, line.destination, line.quantity, cost=line.cost) for line in view.lines)
        original = Posting(PostingKind(view.kind), tuple(lines), id=view.id, reversal_of=view.reversal_of)
        return await self.post([reversal(original, "a mistake")])

    async def allow_negative(self, site: str, allowed: bool) -> None:
        self.ledger.allow_negative(self.sites[site], allowed=allowed)

    async def lock_period(self, through: datetime) -> None:
        self.ledger.lock_period(through)

    async def balances(self) -> dict[Stock, Decimal]:
        return {(sku, address, None): quantity for (sku, address), quantity in self.ledger.balances().items()}

    async def values(self) -> dict[AtSite, Decimal]:
        """What the stock of each product at each site is worth."""
        worth = {
            (sku, code): self.ledger.value(product, site)
            for sku, product in self.products.items()
            for code, site in self.sites.items()
        }
        return {of: value for of, value in worth.items() if value}
