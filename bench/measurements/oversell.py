"""Two hundred clients fight for the last thousand units of a product."""

from collections.abc import Iterator
from decimal import Decimal
from functools import partial

from adapters.postgres.engine import Database, Scope
from adapters.postgres.ledger import PostgresStockLedger
from bench.product_requests import Sale
from bench.results import Figure
from bench.stage import Stage
from core.domain.access import Actor
from core.domain.ids import new_id
from core.domain.stock import SUPPLIER, Document, DocumentType, Line, Posting, PostingKind

_UNITS = 1_000
_CLIENTS = 200
_SECONDS = 5.0
_SKU = "LAST"
_ADD = "INSERT INTO product (company_id, id, sku, name, price) VALUES (%s, %s, %s, 'The last ones', 3.2)"
_LEFT = (
    "SELECT s.on_hand FROM site_stock s JOIN product p ON p.id = s.product_id WHERE p.company_id = %s AND p.sku = %s"
)


def measure(stage: Stage) -> Iterator[Figure]:
    """Units sold beyond those there were, and answers 5xx or none at all."""
    product = stage.product
    product.work(lambda database: _receive(database, product.admin))
    result = product.fight(partial(Sale, product=_SKU, site="S1"), _CLIENTS, _SECONDS)
    left = product.work(lambda database: _left(database, product.admin))
    details = {"answers": result.answers, "left": str(left), "said": str(dict(result.answers))}
    sold = max(Decimal(result.answers.get("201", 0)), _UNITS - left)
    yield Figure(
        f"oversold units, {_CLIENTS} clients", "pirwa", float(max(Decimal(0), sold - _UNITS)), "units", details
    )
    failed = sum(count for status, count in result.answers.items() if status not in ("201", "409"))
    yield Figure(f"unexplained 5xx, {_CLIENTS} clients", "pirwa", failed, "answers", details)


async def _receive(database: Database, admin: Actor) -> None:
    await database.fetch(Scope(admin.company), _ADD, (admin.company, new_id(), _SKU))
    line = Line(_SKU, SUPPLIER, "S1", Decimal(_UNITS), unit_cost=Decimal(2))
    receipt = Posting(PostingKind.RECEIPT, (line,), Document(DocumentType.PURCHASE_ORDER))
    await PostgresStockLedger(database).post(admin, [receipt])


async def _left(database: Database, admin: Actor) -> Decimal:
    rows = await database.fetch(Scope(admin.company), _LEFT, (admin.company, _SKU))
    return Decimal(rows[0][0])
