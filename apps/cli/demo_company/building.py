"""Builds a demonstration company through the same commands that people use."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from adapters.pictures.drawing import draw_card
from adapters.pictures.encoder import WebpEncoder
from adapters.postgres.engine import Database, Scope
from adapters.postgres.ledger import PostgresStockLedger
from adapters.postgres.uow import PostgresRun
from apps.cli.demo_company.catalogue import CATEGORIES, PRODUCTS, ean13
from apps.cli.demo_company.companies import DemoCompany, DemoUser
from apps.cli.demo_company.purchasing import buy
from apps.cli.demo_company.replenishment import replenish, set_up_policies
from apps.cli.demo_company.requests import make_requests
from apps.cli.demo_company.year import Year
from core.commands.catalogue import CreateProduct, create_product
from core.commands.categories import CreateCategory, create_category
from core.commands.companies import CreateCompany, CreateSite, create_company, create_site
from core.commands.people import NewMember, create_user
from core.commands.product_images import ProductImages
from core.commands.product_parts import NewBarcode
from core.commands.transfers import (
    DispatchTransfer,
    StartTransfer,
    StartTransferLine,
    dispatch_transfer,
    start_transfer,
)
from core.domain.access import PRESETS, Actor
from core.domain.ids import new_id
from core.domain.stock import MAX_LINES, Posting
from core.ports.files import FileStore

TIME_ZONE = "America/Guayaquil"
INSTALLER = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Builder:
    """What building needs: the database, where files go, and the hash of the demonstration password."""

    database: Database
    files: FileStore
    password_hash: str

    async def build(self, number: int, company: DemoCompany) -> None:
        """Builds the company, people last: who can sign in finds everything in its place."""
        run = PostgresRun(self.database)
        founder = Actor(INSTALLER, new_id(), PRESETS["platform_owner"])
        admin = Actor(INSTALLER, founder.company, PRESETS["admin"])
        await run(create_company, founder, CreateCompany(company.code, company.name, time_zone=TIME_ZONE))
        sites = {
            site.code: (await run(create_site, admin, CreateSite(site.code, site.name, site.type))).result.id
            for site in company.sites
        }
        images = ProductImages(run, self.files, WebpEncoder())
        await _catalogue(run, images, admin, number)
        await self._year(admin, number, company)
        await set_up_policies(self.database, admin, company)
        await _transfers(run, admin, company)
        await buy(run, admin, company.sites[0].code)
        await replenish(self.database, admin)
        *people, last = company.users()
        for user in people:
            member = await self._join(run, admin, user)
            if user.site and user.role == "operator":
                here = frozenset({sites[user.site]})
                await make_requests(run, admin, Actor(member, admin.company, PRESETS[user.role], here), user.site)
        await self._join(run, admin, last)

    async def _join(self, run: PostgresRun, admin: Actor, user: DemoUser) -> UUID:
        sites = [user.site] if user.site else None
        member = NewMember(
            user.login,
            user.name,
            self.password_hash,
            user.role,
            sites,
            loopback_only=True,
            email=user.email,
            email_is_proven=True,
        )
        return (await run(create_user, admin, member)).result.id

    async def _year(self, admin: Actor, number: int, company: DemoCompany) -> None:
        ledger = PostgresStockLedger(self.database)
        year = Year(number, [site.code for site in company.sites], ZoneInfo(TIME_ZONE), datetime.now(UTC))
        for postings in in_batches(year.postings()):
            await ledger.post(admin, postings)
        yesterday = datetime.now(UTC).date()
        await self.database.fetch(Scope(admin.company), "SELECT ledger_checkpoint(%s::date - 1)", (yesterday,))


async def _transfers(run: PostgresRun, admin: Actor, company: DemoCompany) -> None:
    """One transfer that waits for dispatch, one that is on its way."""
    source, destination, other = (site.code for site in company.sites)
    waiting = [StartTransferLine("PAP-A4", Decimal(20)), StartTransferLine("ESF-AZ", Decimal(10))]
    await run(start_transfer, admin, StartTransfer(source, destination, waiting, note="Reposición semanal"))
    moving = StartTransfer(source, other, [StartTransferLine("CEL-128", Decimal(3))], note="Para la vitrina")
    started = await run(start_transfer, admin, moving)
    await run(dispatch_transfer, admin, (started.result.id, DispatchTransfer(), None))


async def _catalogue(run: PostgresRun, images: ProductImages, admin: Actor, number: int) -> None:
    classes = await _categories(run, admin)
    for index, product in enumerate(PRODUCTS, 1):
        command = CreateProduct(
            sku=product.sku,
            name=product.name,
            category=classes[product.category],
            price=product.price,
            cost=product.cost,
            barcodes=[NewBarcode(ean13(number, index))],
        )
        made = await run(create_product, admin, command)
        await images.add(admin, made.result.id, draw_card(product.category, product.colour))


async def _categories(run: PostgresRun, admin: Actor) -> dict[str, UUID]:
    """Makes the tree; the ids of its classes by name."""
    classes = {}
    for name, subcategories in CATEGORIES.items():
        category = (await run(create_category, admin, CreateCategory(name))).result.id
        for subname, class_names in subcategories.items():
            subcategory = (await run(create_category, admin, CreateCategory(subname, category))).result.id
            for class_name in class_names:
                made = await run(create_category, admin, CreateCategory(class_name, subcategory))
                classes[class_name] = made.result.id
    return classes


def in_batches(postings: Iterable[Posting]) -> Iterator[list[Posting]]:
    """The postings in groups of at most `MAX_LINES` lines."""
    batch: list[Posting] = []
    lines = 0
    for posting in postings:
        if batch and lines + len(posting.lines) > MAX_LINES:
            yield batch
            batch, lines = [], 0
        batch.append(posting)
        lines += len(posting.lines)
    if batch:
        yield batch
