"""A company in which much has happened, by chance but the same each time, and its ledger as it was written."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from core.domain.company import CostingMethod
from core.domain.errors import DomainError
from tests.api import Api, Client
from tests.apps.purchasing import part, selling, sent
from tests.shop import open_shop

SKUS = ("A", "B", "C")
SITES = ("UIO", "GYE")
DAYS = 20
_MOVES = """
    SELECT m.posting_id, o.kind, p.sku, (SELECT g.name FROM category g WHERE g.company_id = p.company_id AND g.id = p.category_id),
           f.code, t.code, m.quantity, m.cost, m.total, k.sku, m.kit_quantity, m.line, m.effective_at, o.transfer_id
    FROM move m JOIN posting o ON o.company_id = m.company_id AND o.id = m.posting_id
    JOIN product p ON p.company_id = m.company_id AND p.id = m.product_id
    LEFT JOIN product k ON k.company_id = m.company_id AND k.id = m.kit_id
    LEFT JOIN site f ON f.company_id = m.company_id AND f.id = m.from_site_id
    LEFT JOIN site t ON t.company_id = m.company_id AND t.id = m.to_site_id
    WHERE m.company_id = %s ORDER BY m.effective_at, m.seq
"""
_REVALUATIONS = """
    SELECT p.sku, s.code, r.value, r.effective_at FROM revaluation r JOIN product p ON p.company_id = r.company_id AND p.id = r.product_id
    JOIN site s ON s.company_id = r.company_id AND s.id = r.site_id WHERE r.company_id = %s
"""


@dataclass(frozen=True)
class Move:
    """A line of the ledger."""

    posting: UUID
    kind: str
    sku: str
    category: str | None
    source: str | None
    destination: str | None
    quantity: Decimal
    cost: Decimal
    total: Decimal | None
    kit: str | None
    kits: Decimal | None
    line: int
    at: datetime
    transfer: UUID | None

    def day(self, zone: ZoneInfo) -> date:
        return self.at.astimezone(zone).date()


@dataclass(frozen=True)
class Revaluation:
    """What goods turned out to be worth more, or less."""

    sku: str
    site: str
    value: Decimal
    at: datetime


@dataclass
class BusyShop:
    api: Api
    client: Client
    zone: ZoneInfo
    category: str

    async def moves(self) -> list[Move]:
        return [Move(*row) for row in await self.api.shop.fetch(_MOVES, self.api.shop.company_id)]

    async def revaluations(self) -> list[Revaluation]:
        return [Revaluation(*row) for row in await self.api.shop.fetch(_REVALUATIONS, self.api.shop.company_id)]


async def busy_shop(api: Api, costing: CostingMethod, seed: int) -> BusyShop:
    """Three products at two sites, one of them in a category, and a kit: bought, sold, returned, corrected, undone, brought from one site to
    the other, on days in no order."""
    api.shop = await open_shop(api.shop.database, costing)
    client = await api.client("admin")
    [(zone,)] = await api.shop.fetch("SELECT time_zone FROM company WHERE id = %s", api.shop.company_id)
    await selling(api, client, *SKUS)
    category = await client.post_ok("/categories", {"name": "Tazas"})
    made = await client.get_ok("/products", q="A")
    await client.request("PATCH", f"/products/{made['items'][0]['id']}", json={"category": category["id"]})
    parts = [{"product": "A", "quantity": "2"}, {"product": "B", "quantity": "1"}]
    await client.post_ok("/products", {"sku": "SET", "name": "Juego", "kind": "kit", "components": parts})
    shop = BusyShop(api, client, ZoneInfo(zone), category["id"])
    chance = random.Random(seed)
    for sku in SKUS:
        for site in SITES:
            await api.shop.post("opening", sku, 40, site=site, unit_cost=_cost(chance), at=_moment(chance, first=True))
    for _ in range(70):
        try:
            await chance.choices(_DEEDS, _WEIGHTS)[0](shop, chance)
        except DomainError:
            continue  # what chance wanted was not there at that time
    await _sell_what_is_not_there(shop, chance)
    await _documents(shop, chance)
    return shop


async def _sell_what_is_not_there(shop: BusyShop, chance: random.Random) -> None:
    """When more comes, it turns out to have cost something else."""
    await shop.api.shop.allow_negative("GYE")
    for sku in ("B", "C"):
        await shop.api.shop.post("sale", sku, 150, site="GYE", unit_price=Decimal(3))
        await shop.api.shop.post("receipt", sku, 100, site="GYE", unit_cost=_cost(chance))
    await shop.api.shop.post("receipt", "C", 100, site="GYE", unit_cost=_cost(chance))


async def _post(shop: BusyShop, chance: random.Random) -> None:
    kind = chance.choice(("receipt", "receipt", "issue", "scrap", "adjustment", "supplier_return"))
    quantity = Decimal(chance.randint(1, 900)) / 100
    if kind == "adjustment" and chance.random() < 0.5:
        quantity = -quantity
    brings = kind == "receipt" or (kind == "adjustment" and quantity > 0)
    cost = _cost(chance) if brings else None
    site, at = chance.choice(SITES), _moment(chance)
    await shop.api.shop.post(kind, chance.choice(SKUS), str(quantity), site=site, at=at, unit_cost=cost)


async def _sell(shop: BusyShop, chance: random.Random) -> None:
    lines = [
        {
            "product": chance.choice((*SKUS, "SET")),
            "site": chance.choice(SITES),
            "quantity": str(chance.randint(1, 4)),
            "unit_price": str(Decimal(chance.randint(100, 2_000)) / 100),
        }
        for _ in range(chance.randint(1, 3))
    ]
    await shop.client.send_json("/sales", {"lines": lines, "effective_at": _moment(chance).isoformat()})


async def _bring_back(shop: BusyShop, chance: random.Random) -> None:
    sales = (await shop.client.get_ok("/stock/postings", kind="sale", limit=50))["items"]
    if sales:
        sale = chance.choice(sales)
        line = chance.choice(sale["lines"])
        body = {"lines": [{"product": line["product"], "quantity": "1"}]}
        await shop.client.send_json(f"/sales/{sale['id']}/return", body)


async def _undo(shop: BusyShop, chance: random.Random) -> None:
    posted = (await shop.client.get_ok("/stock/postings", limit=50))["items"]
    one = chance.choice([posting for posting in posted if posting["kind"] != "transfer"])
    await shop.client.send_json(f"/stock/postings/{one['id']}/reverse", {"reason": "a mistake"})


async def _transfer(shop: BusyShop, chance: random.Random) -> None:
    source, destination = chance.sample(SITES, 2)
    lines = [{"product": chance.choice(SKUS), "quantity": str(chance.randint(2, 5))}]
    asked = await shop.client.send_json("/transfers", {"source": source, "destination": destination, "lines": lines})
    if not asked.is_success:
        return
    path = f"/transfers/{asked.json()['id']}"
    if chance.random() < 0.8 and (await shop.client.send_json(f"{path}/dispatch", None)).is_success:
        lost = {"resolution": {"short": "1"}} if chance.random() < 0.4 else {}
        received = [{"line": 1, "received": "1", **lost}]
        if chance.random() < 0.8:
            await shop.client.send_json(f"{path}/receive", {"lines": received})


async def _documents(shop: BusyShop, chance: random.Random) -> None:
    """Orders and requests of which a part has come and gone, and levels that some goods lie below."""
    for number in range(4):
        quantities = [str(chance.randint(3, 9)) for _ in range(2)]
        order = await sent(shop.client, *zip(chance.sample(SKUS, 2), quantities, strict=True), site=SITES[number % 2])
        if number:
            await shop.client.post_ok(f"/purchase-orders/{order['id']}/receive", part(_1=str(number), _2="1"))
    for number in range(3):
        lines = [{"product": SKUS[number], "quantity": "3"}]
        body = {"kind": "customer_order", "site": SITES[number % 2], "lines": lines, "reason": "a customer"}
        request = await shop.client.post_ok("/requests", body)
        if number:
            await shop.client.post_ok(f"/requests/{request['id']}/approve", None)
            await shop.client.post_ok(f"/requests/{request['id']}/fulfil", part(_1="2"))
    levels = [{"product": sku, "site": "UIO", "minimum": str(chance.randint(1, 90)), "target": "100"} for sku in SKUS]
    assert (await shop.client.send_json("/stock/policies", {"policies": levels}, method="PUT")).is_success


def _cost(chance: random.Random) -> Decimal:
    return Decimal(chance.randint(1, 99_999)) / 10_000


def _moment(chance: random.Random, *, first: bool = False) -> datetime:
    """Some time in the last days, or before them."""
    now = datetime.now().astimezone()
    if first:
        return now - timedelta(days=DAYS + 15)
    return now - timedelta(minutes=chance.randint(0, DAYS * 24 * 60))


_Deed = Callable[[BusyShop, random.Random], Any]
_DEEDS: Sequence[_Deed] = (_post, _sell, _bring_back, _undo, _transfer)
_WEIGHTS = (30, 30, 10, 8, 14)
