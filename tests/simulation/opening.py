"""The company on its first day: products and their policies, suppliers and what they sell, stock for some weeks."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from decimal import Decimal
from math import ceil

from taskiq import InMemoryBroker

from adapters.local_disk.file_store import LocalDiskStore
from adapters.plugin_loader.loading import BuiltIn
from adapters.plugin_loader.registry import load_plugins
from adapters.postgres.engine import Database
from adapters.postgres.watch import PostgresWatch
from adapters.secrets.key_ring import key_ring
from adapters.supplier_orders.http import MANIFEST, SignedHttpSettings
from apps.ioc.built_in import in_app_notes
from apps.settings import Settings
from apps.worker.main import make_parts
from apps.worker.ordering import OutgoingOrders
from core.commands.stock import PostingLine, RecordPosting, record_posting
from core.domain.order_document import OrderDocument
from core.domain.stock import PostingKind
from core.plugin.context import RegisterSupplierOrdering
from core.plugin.hookspecs import hookimpl
from tests.api import Api, Client
from tests.simulation.demand import BEGIN, Demand
from tests.simulation.market import LEAD_DAYS, Market
from tests.simulation.year import METHODS, NOON, SERVED, SITE, Noon, Shelf, Year
from tests.way_out import AUDIT_KEY

PRICES = {"NEAR": "2.50", "FAR": "2"}
KNOWN_WEEKS = 8
"""How long the company has watched what it sells before it sets its minimum and target."""
MINIMUM_WEEKS, TARGET_WEEKS = 3, 6
SERVICE_LEVEL = "0.95"
OPENED = datetime.combine(BEGIN, NOON)


class Unprinted:
    """Orders whose paper nobody looks at."""

    def pdf(self, document: OrderDocument) -> bytes:
        return b"%PDF"


class MarketHooks:
    """Every supplier who wants its orders by http is the market."""

    def __init__(self, market: Market) -> None:
        self._market = market

    @hookimpl
    def register_supplier_orderings(self, register: RegisterSupplierOrdering) -> None:
        register("market", SignedHttpSettings, lambda _: self._market)


@asynccontextmanager
async def opened(api: Api, settings: Settings, demand: Demand) -> AsyncIterator[Year]:
    """The year before its first day."""
    clock = Noon()
    market = Market(clock)
    dispatch = Database(settings.database_url or "", role="pirwa_dispatch", size=4)
    await dispatch.open()
    orders = OutgoingOrders(
        key_ring(settings.secret_keys, settings.data),
        LocalDiskStore(settings.data / "files"),
        Unprinted,
    )
    built_in = [BuiltIn(MANIFEST, MarketHooks(market)), in_app_notes(api.shop.database, clock)]
    plugins = load_plugins([], "0.1.0", built_in=built_in)
    parts = make_parts(api.shop.database, dispatch, plugins, InMemoryBroker(), AUDIT_KEY, orders=orders, clock=clock)
    await api.client("manager")
    year = Year(api.shop, parts, clock, market, demand, PostgresWatch(api.shop.database), api.users["manager"])
    await _furnish(year, await api.client("admin"))
    yield year
    await dispatch.close()


async def _furnish(year: Year, admin: Client) -> None:
    suppliers = {code: await _supplier(admin, code) for code in LEAD_DAYS}
    codes = list(suppliers)
    policies, opening = [], []
    for number, sku in enumerate(year.demand.skus):
        weekly = year.demand.weekly(sku, KNOWN_WEEKS)
        minimum, target = ceil(weekly * MINIMUM_WEEKS), ceil(weekly * TARGET_WEEKS) + 1
        for method in METHODS:
            name = f"{method}-{sku}"
            await year.shop.product(name)
            await admin.post_ok(f"/suppliers/{suppliers[codes[number % 2]]}/items", _item(name, codes[number % 2]))
            policies.append(_policy(name, method, minimum, target))
            opening.append(PostingLine(name, Decimal(target), SITE, unit_cost=Decimal(2)))
            year.shelves[name] = Shelf(target)
    await year.shop.fetch("UPDATE product SET created_at = %s WHERE company_id = %s", OPENED, year.shop.company_id)
    receipt = RecordPosting(kind=PostingKind.RECEIPT, lines=opening, effective_at=OPENED)
    await record_posting(year.shop.ledger, year.clock, year.shop.admin, receipt, None)
    answer = await admin.put("/stock/policies", json={"policies": policies})
    assert answer.is_success, answer.text


async def _supplier(admin: Client, code: str) -> str:
    made = await admin.post_ok("/suppliers", {"code": code, "name": code, "currency": "USD"})
    by_http = {"channel": "http", "address": f"https://{code.lower()}.example/orders", "secret": f"whsec_{'A' * 32}"}
    answer = await admin.put(f"/suppliers/{made['id']}/ordering", json=by_http)
    assert answer.is_success, answer.text
    return str(made["id"])


def _item(sku: str, supplier: str) -> dict[str, object]:
    """What the supplier says of it: that it takes as long as it usually does."""
    breaks = [{"from_quantity": "1", "unit_price": PRICES[supplier]}]
    return {"product": sku, "price_breaks": breaks, "lead_time_days": sum(LEAD_DAYS[supplier]) // 2}


def _policy(sku: str, method: str, minimum: int, target: int) -> dict[str, object]:
    by_forecast = {"method": "service_level", "service_level": SERVICE_LEVEL} if method == SERVED else {}
    figures = {"product": sku, "site": SITE, "minimum": str(minimum), "target": str(target)}
    return {**figures, "mode": "place", "spending_limit": "1000000", **by_forecast}
