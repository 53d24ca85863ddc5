"""A company for a test, and short ways to do in it what the test does not speak of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from adapters.postgres.engine import Database, Scope
from adapters.postgres.ledger import PostgresStockLedger
from adapters.postgres.repositories.postings import PostingLookup
from adapters.postgres.uow import PostgresRun
from core.commands.companies import (
    ChangeCompany,
    ChangeSite,
    CreateCompany,
    CreateSite,
    change_company,
    change_site,
    create_company,
    create_site,
)
from core.commands.stock import (
    PostingLine,
    RecordPosting,
    RecordSale,
    ReversePosting,
    record_posting,
    record_sale,
    reverse_posting,
)
from core.domain.access import PRESETS, Actor
from core.domain.company import CostingMethod, SiteType
from core.domain.ids import new_id
from core.domain.stock import PostingKind
from core.ports.clock import SystemClock
from core.ports.stock_ledger import PostingView

SITES: Mapping[str, SiteType] = {
    "UIO": SiteType.WAREHOUSE,
    "GYE": SiteType.POINT_OF_SALE,
    "LAB": SiteType.LABORATORY,
}


@dataclass
class Shop:
    """One company in the test database."""

    database: Database
    company_id: UUID
    user_id: UUID
    sites: dict[str, UUID] = field(default_factory=dict)

    @property
    def run(self) -> PostgresRun:
        return PostgresRun(self.database)

    @property
    def ledger(self) -> PostgresStockLedger:
        return PostgresStockLedger(self.database)

    @property
    def scope(self) -> Scope:
        return Scope(self.company_id)

    @property
    def admin(self) -> Actor:
        return self.actor("admin")

    def actor(self, role: str, *sites: str) -> Actor:
        """Somebody with a preset role, on all sites or on the named ones."""
        reach = frozenset(self.sites[code] for code in sites) if sites else None
        return Actor(self.user_id, self.company_id, PRESETS[role], reach)

    async def fetch(self, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Rows as the application's role sees them inside this company."""
        return await self.database.fetch(self.scope, statement, parameters)

    async def product(self, sku: str, *, price: str = "5", cost: str = "2", tracking: str = "none") -> UUID:
        product_id = new_id()
        await self.fetch(
            "INSERT INTO product (company_id, id, sku, name, price, cost, tracking) VALUES (%s, %s, %s, %s, %s, %s, %s)",
            self.company_id,
            product_id,
            sku,
            f"Product {sku}",
            price,
            cost,
            tracking,
        )
        return product_id

    async def kit(self, sku: str, components: Mapping[UUID, str]) -> UUID:
        kit_id = await self.product(sku)
        await self.fetch("UPDATE product SET kind = 'kit' WHERE company_id = %s AND id = %s", self.company_id, kit_id)
        for component, quantity in components.items():
            await self.fetch(
                "INSERT INTO kit_component (company_id, kit_id, component_id, quantity) VALUES (%s, %s, %s, %s)",
                self.company_id,
                kit_id,
                component,
                quantity,
            )
        return kit_id

    async def post(
        self,
        kind: str,
        sku: str,
        quantity: str | int,
        *,
        site: str = "UIO",
        actor: Actor | None = None,
        at: datetime | None = None,
        **line: object,
    ) -> PostingView:
        """Records a posting of one line."""
        command = RecordPosting(
            kind=PostingKind(kind),
            reason="test",
            effective_at=at,
            lines=[PostingLine(product=sku, quantity=Decimal(quantity), site=site, **line)],  # type: ignore[arg-type]
        )
        posted = await record_posting(self.ledger, SystemClock(), actor or self.admin, command, None)
        return posted.postings[0]

    async def sell(self, *lines: tuple[str, int]) -> PostingView:
        """Records a sale of several lines at UIO."""
        command = RecordSale(lines=[PostingLine(sku, Decimal(quantity), "UIO") for sku, quantity in lines])
        return (await record_sale(self.ledger, SystemClock(), self.admin, command, None)).postings[0]

    async def reverse(self, posting_id: UUID) -> PostingView:
        postings = PostingLookup(self.database)
        posted = await reverse_posting(self.ledger, postings, self.admin, posting_id, ReversePosting("a mistake"), None)
        return posted.postings[0]

    async def allow_negative(self, site: str, *, allowed: bool = True) -> None:
        await self.run(change_site, self.admin, (self.sites[site], ChangeSite(negative_ok=allowed), None))

    async def lock_period(self, through: datetime) -> None:
        await self.run(change_company, self.admin, (ChangeCompany(locked_through=through), None))

    @staticmethod
    def days_ago(days: int) -> datetime:
        return datetime.now(UTC) - timedelta(days=days)

    @staticmethod
    def day(days_from_now: int) -> date:
        return (datetime.now(UTC) + timedelta(days=days_from_now)).date()

    async def event_types(self, *types: str) -> list[object]:
        """The types of this company's events, oldest first."""
        rows = await self.fetch(
            "SELECT type FROM outbox_event WHERE company_id = %s AND type = ANY (%s) ORDER BY occurred_at, id",
            self.company_id,
            list(types),
        )
        return [row[0] for row in rows]

    async def value(self, sku: str, site: str = "UIO") -> Decimal:
        """What the stock of a product at a site is worth."""
        rows = await self.fetch(
            "SELECT s.value FROM site_stock s JOIN product p USING (company_id)"
            " WHERE company_id = %s AND p.id = s.product_id AND p.sku = %s AND s.site_id = %s",
            self.company_id,
            sku,
            self.sites[site],
        )
        return Decimal(str(rows[0][0]))

    async def on_hand_of(self, sku: str, site: str = "UIO") -> Decimal:
        rows = await self.fetch("SELECT id FROM product WHERE company_id = %s AND sku = %s", self.company_id, sku)
        return await self.on_hand(UUID(str(rows[0][0])), site)

    async def on_hand(self, product: UUID, site: str = "UIO") -> Decimal:
        rows = await self.fetch(
            "SELECT on_hand FROM site_stock WHERE company_id = %s AND product_id = %s AND site_id = %s",
            self.company_id,
            product,
            self.sites[site],
        )
        return Decimal(str(rows[0][0])).normalize() if rows else Decimal(0)


async def open_shop(database: Database, costing: CostingMethod = CostingMethod.AVERAGE) -> Shop:
    """A new company with the three sites, as its own administrator."""
    company_id, user_id = new_id(), new_id()
    shop = Shop(database, company_id, user_id)
    await database.fetch(
        Scope(),
        "INSERT INTO app_user (id, login, name, password_hash) VALUES (%s, %s, 'Test Admin', 'no password')",
        (user_id, f"test_{user_id.hex}"),
    )
    founder = Actor(user_id, company_id, PRESETS["platform_owner"])
    code = f"t{company_id.hex[8:31]}"
    await shop.run(create_company, founder, CreateCompany(code, "Test company", costing_method=costing))
    for site_code, site_type in SITES.items():
        created = await shop.run(create_site, shop.admin, CreateSite(site_code, site_code.title(), site_type))
        shop.sites[site_code] = created.result.id
    return shop
