"""A year of a shop brought into the ledger at once, by the way that `pirwa import` takes."""

import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from adapters.postgres.bulk_ledger import load_postings
from adapters.postgres.engine import Database, Scope
from adapters.postgres.verification import PostgresVerifier
from bench.product_shop import product_id
from bench.results import Figure
from bench.stage import Stage
from core.domain.access import Actor
from core.domain.ids import new_id
from core.domain.stock import ADJUSTMENT, CUSTOMER, Document, DocumentType, Line, Posting, PostingKind

MOVES = 1_000_000
_PRODUCTS = 4_000
_SITE = "S1"
_INVOICE_LINES = 20
_OPENING_LINES = 1_000
_OPENING_STOCK = Decimal(100_000)
_YEAR = 365 * 24 * 60


class WrongBooksError(Exception):
    """The ledger does not agree with itself after the import, so its speed would mean nothing."""


def measure(stage: Stage) -> Iterator[Figure]:
    """Moves per second: opening stock, then invoices in the order of a year, in one transaction of an empty but indexed
    ledger, from the first posting to the end of the commit. Afterwards the books are verified."""
    product = stage.new_product("importing", _PRODUCTS, 1)
    seconds = product.work(lambda database: _bring_in(database, product.admin))
    product.work(lambda database: _verify(database, product.admin))
    yield Figure("import of 1,000,000 moves", "pirwa", MOVES / seconds, "moves/s", {"seconds": round(seconds, 1)})


async def _bring_in(database: Database, admin: Actor) -> float:
    start = time.perf_counter()
    first = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=_YEAR + 1)
    async with database.transaction(Scope(admin.company)) as connection:
        await load_postings(connection, admin, first, _year(first), lambda _: None)
    return time.perf_counter() - start


def _year(first: datetime) -> Iterator[Posting]:
    for start in range(1, _PRODUCTS + 1, _OPENING_LINES):
        numbers = range(start, min(start + _OPENING_LINES, _PRODUCTS + 1))
        lines = (Line(product_id(n), ADJUSTMENT, _SITE, _OPENING_STOCK, unit_cost=Decimal("2.10")) for n in numbers)
        yield Posting(PostingKind.OPENING, tuple(lines), Document(DocumentType.COUNT), effective_at=first)
    chance = random.Random(1)
    invoices = (MOVES - _PRODUCTS) // _INVOICE_LINES
    for number in range(invoices):
        at = first + timedelta(minutes=1 + number * (_YEAR - 1) / invoices)
        yield _invoice(number, at, chance)


def _invoice(number: int, at: datetime, chance: random.Random) -> Posting:
    lines = (
        Line(
            product_id(1 + chance.randrange(_PRODUCTS)),
            _SITE,
            CUSTOMER,
            Decimal(1 + chance.randrange(12)),
            unit_price=Decimal("3.20"),
        )
        for _ in range(_INVOICE_LINES)
    )
    document = Document(DocumentType.INVOICE, f"F-{number}")
    return Posting(
        PostingKind.SALE, tuple(lines), document, effective_at=at, source="bench", source_ref=str(number), id=new_id()
    )


async def _verify(database: Database, admin: Actor) -> None:
    verifier = PostgresVerifier(database)
    for check in verifier.checks:
        if found := await verifier.differences(admin.company, "techcorp", check):
            raise WrongBooksError(f"{check}: {found[0].detail}")
