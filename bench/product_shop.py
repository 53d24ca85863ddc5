"""Fills a database of Pirwa: a company, an administrator, categories, products, sites and, by the ledger, their stock."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from adapters.passwords.argon2id import Argon2Passwords
from adapters.postgres.engine import Database, Scope
from adapters.postgres.ledger import PostgresStockLedger
from adapters.postgres.uow import PostgresRun
from bench import shop
from core.commands.companies import CreateCompany, CreateSite, create_company, create_site
from core.commands.people import NewMember, create_user
from core.domain.access import PRESETS, Actor
from core.domain.company import SiteType
from core.domain.ids import new_id
from core.domain.stock import ADJUSTMENT, MAX_LINES, SUPPLIER, Document, DocumentType, Line, Posting, PostingKind

PASSWORD = "eight blue boxes of tea"
_SYSTEM = UUID(int=0)
_DOCUMENT_LINES = 50
_CATEGORIES = """
    INSERT INTO category (company_id, id, name, depth)
    SELECT app_company(), new_id(), 'Category ' || n, 1 FROM generate_series(1, %s) n
"""
_PRODUCTS = """
    INSERT INTO product (company_id, id, sku, name, category_id, price, cost)
    SELECT app_company(), ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'SKU-' || lpad(n::text, 6, '0'),
           'Product number ' || n, c.ids[1 + n %% cardinality(c.ids)], 12.5, 7.25
    FROM generate_series(1, %s) n CROSS JOIN (SELECT array_agg(id) AS ids FROM category) c
"""


def product_id(number: int) -> UUID:
    """The id of the product with this number, counted from 1."""
    return UUID(f"00000000-0000-7000-8000-{number:012d}")


async def found_company(database: Database, products: int, sites: int) -> Actor:
    """A company with sites S1, S2…, categories and products but no stock; its administrator, who may sign in."""
    run = PostgresRun(database)
    founder = Actor(_SYSTEM, new_id(), PRESETS["platform_owner"])
    installer = Actor(_SYSTEM, founder.company, PRESETS["admin"])
    await run(create_company, founder, CreateCompany("techcorp", "TechCorp"))
    for number in range(1, sites + 1):
        await run(create_site, installer, CreateSite(f"S{number}", f"Site {number}", SiteType.WAREHOUSE))
    password_hash = await Argon2Passwords().hash(PASSWORD)
    created = await run(create_user, installer, NewMember("techcorp_admin", "TechCorp Admin", password_hash, "admin"))
    scope = Scope(founder.company)
    await database.fetch(scope, _CATEGORIES, (shop.CATEGORIES,))
    await database.fetch(scope, _PRODUCTS, (products,))
    return Actor(created.result.id, founder.company, PRESETS["admin"])


async def stock_shop(database: Database, admin: Actor) -> None:
    """The stock of the shop: a page of daily receipts at the first site, an opening at the others."""
    ledger = PostgresStockLedger(database)
    today = datetime.now(UTC)
    for day in range(shop.HISTORY, 0, -1):
        for postings in _batches(_receipts(today - timedelta(days=day))):
            await ledger.post(admin, postings)
    for site in range(2, shop.SITES + 1):
        for postings in _batches(_openings(f"S{site}", today - timedelta(days=1))):
            await ledger.post(admin, postings)
    await database.fetch(Scope(admin.company), "SELECT ledger_checkpoint(%s)", (today.date() - timedelta(days=2),))


def _receipts(at: datetime) -> Iterator[Posting]:
    quantity = Decimal(shop.OPENING_STOCK // shop.HISTORY)
    for number, lines in enumerate(_documents(SUPPLIER, "S1", quantity), 1):
        yield Posting(PostingKind.RECEIPT, lines, Document(DocumentType.PURCHASE_ORDER, f"R-{number}"), effective_at=at)


def _openings(site: str, at: datetime) -> Iterator[Posting]:
    for lines in _documents(ADJUSTMENT, site, Decimal(shop.OPENING_STOCK)):
        yield Posting(PostingKind.OPENING, lines, Document(DocumentType.OTHER), effective_at=at)


def _documents(source: str, site: str, quantity: Decimal) -> Iterator[tuple[Line, ...]]:
    """The lines of documents that together bring so many units of every product to the site."""
    for first in range(1, shop.PRODUCTS + 1, _DOCUMENT_LINES):
        numbers = range(first, min(first + _DOCUMENT_LINES, shop.PRODUCTS + 1))
        yield tuple(Line(product_id(n), source, site, quantity, unit_cost=Decimal("7.25")) for n in numbers)


def _batches(postings: Iterator[Posting]) -> Iterator[list[Posting]]:
    waiting = list(postings)
    size = MAX_LINES // _DOCUMENT_LINES
    return (waiting[start : start + size] for start in range(0, len(waiting), size))
