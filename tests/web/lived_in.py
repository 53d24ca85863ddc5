"""A company in which something of everything has happened, so that no page is empty, and the address of each of its pages."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from adapters.postgres.engine import Database
from adapters.postgres.recommending.recommender import PostgresRecommender
from core.ports.identity import AccessTokens
from tests.api import Client
from tests.shop import Shop, open_shop
from tests.web.people import cookie_of_owner, hire
from tests.web.visiting import Language
from tools.web import APP

Who = Literal["nobody", "admin", "owner"]


@dataclass(frozen=True, slots=True)
class Place:
    """A page of the application, by the path that its route has in the sources."""

    route: str
    who: Who
    bears_a_name: bool
    """Its title is what somebody called a thing, and so in no language."""


_NAMED = {"/products/$productId", "/suppliers/$supplierId", "/settings/webhooks/$webhookId"}
_ROUTE = re.compile(r'\bpath: "(/[^"]*)"')


def places() -> Iterator[Place]:
    """Every page that the sources have a route to."""
    for file in sorted((APP / "src" / "features").glob("*/routes.ts")):
        for route in _ROUTE.findall(file.read_text("utf-8")):
            is_outside = file.parent.name == "session" and route != "/contact"
            who: Who = "nobody" if is_outside else "owner" if route == "/companies" else "admin"
            yield Place(route, who, route in _NAMED)


@dataclass(frozen=True, slots=True)
class LivedIn:
    """The company, who looks at it in each language, and what stands for the variables of routes."""

    shop: Shop
    ids: dict[str, str]
    tokens: AccessTokens
    address: str

    def address_of(self, place: Place) -> str:
        """Raises KeyError where a route has a variable for which nothing is here."""
        area = place.route.split("/")[1]
        return re.sub(r"\$(\w+)", lambda found: self.ids.get(f"{area} {found[1]}") or self.ids[found[1]], place.route)

    async def cookie_of(self, who: Who, language: Language) -> str:
        """The session of an administrator who speaks this language, or of an owner of the platform."""
        if who == "owner":
            return await cookie_of_owner(self.shop.database, language)
        person = await hire(self.shop, self.tokens, self.address, "admin", (), language)
        async with person.client as client:
            job = await client.post_ok("/jobs", {"report": "sales_by_product", "format": "csv"})
        self.ids["jobId"] = str(job["id"])  # which nobody else sees
        return person.cookie


async def move_in(database: Database, tokens: AccessTokens, address: str) -> LivedIn:
    shop = await open_shop(database)
    boss = (await hire(shop, tokens, address, "admin", (), "es")).client
    async with boss:
        ids = {"productId": await _goods(shop, boss)}
        ids |= await _movements(shop, boss)
        ids |= await _buying(boss)
        ids |= await _connections(boss)
    await PostgresRecommender(database).look(shop.company_id, datetime.now(UTC))
    return LivedIn(shop, ids, tokens, address)


async def _goods(shop: Shop, boss: Client) -> str:
    category = await boss.post_ok("/categories", {"name": "Bebidas"})
    coffee = await boss.post_ok(
        "/products",
        {"sku": "COFFEE", "name": "Café de Loja, 500 g", "category": category["id"], "price": "4.75", "cost": "3"},
    )
    for sku in ("TEA", "CUP"):
        await shop.product(sku)
        await shop.post("receipt", sku, 40)
    await shop.post("receipt", "COFFEE", 60, at=shop.days_ago(40))
    await shop.sell(("COFFEE", 3), ("CUP", 2))
    return str(coffee["id"])


async def _movements(shop: Shop, boss: Client) -> dict[str, str]:
    line = {"product": "COFFEE", "quantity": "4"}
    sale = await boss.post_ok("/sales", {"lines": [line | {"site": "UIO", "unit_price": "4.75"}]})
    await boss.post_ok("/stock/reservations", {"lines": [line | {"site": "UIO"}]})
    transfer = await boss.post_ok("/transfers", {"source": "UIO", "destination": "GYE", "lines": [line]})
    request = await boss.post_ok(
        "/requests", {"kind": "customer_order", "site": "UIO", "reason": "la boda del sábado", "lines": [line]}
    )
    count = await boss.post_ok("/stock/counts", {"site": "UIO"})
    order = await boss.post_ok("/channel-orders", _order("#1001", "COFFEE"))
    await boss.post_ok("/channel-orders", _order("#1002", "NOBODY"))
    posting = sale["postings"][0] if "postings" in sale else sale
    return {
        "saleId": str(posting["id"]),
        "postingId": str(posting["id"]),
        "transferId": str(transfer["id"]),
        "requestId": str(request["id"]),
        "countId": str(count["id"]),
        "channel-orders orderId": str(order["id"]),
    }


def _order(number: str, sku: str) -> dict[str, Any]:
    line = {"id": "1", "sku": sku, "title": "Café", "quantity": "2", "unit_price": "9.90"}
    placed = {"channel": "my-shop", "number": number, "placed_at": "2026-01-22T10:00:00Z", "currency": "USD"}
    return {**placed, "site": "UIO", "buyer": "Ana Mora", "lines": [line]}


async def _buying(boss: Client) -> dict[str, str]:
    supplier = await boss.post_ok("/suppliers", {"code": "ACME", "name": "Cafetales del Sur", "currency": "USD"})
    item = {"product": "COFFEE", "price_breaks": [{"from_quantity": "1", "unit_price": "2.50"}], "lead_time_days": 5}
    await boss.post_ok(f"/suppliers/{supplier['id']}/items", item)
    lines = [{"product": "COFFEE", "quantity": "12"}]
    order = await boss.post_ok("/purchase-orders", {"supplier": "ACME", "site": "UIO", "lines": lines})
    policy = {"product": "COFFEE", "site": "UIO", "minimum": "80", "target": "120", "sources": "buy_only"}
    assert (await boss.send_json("/stock/policies", {"policies": [policy]}, method="PUT")).is_success
    await boss.post_ok("/replenishment/run", {})
    (proposal,) = (await boss.get_ok("/replenishment/proposals"))["items"]
    return {"supplierId": str(supplier["id"]), "purchases orderId": str(order["id"]), "proposalId": str(proposal["id"])}


async def _connections(boss: Client) -> dict[str, str]:
    webhook = await boss.post_ok("/webhooks", {"url": "https://example.org/hook", "event_types": ["sale_recorded"]})
    await boss.post_ok("/api-keys", {"name": "Caja 1", "scopes": ["stock:read"]})
    await boss.post_ok("/invitations", {"email": "luz@example.org", "role": "operator", "name": "Luz Cueva"})
    hook = webhook.get("webhook", webhook)
    return {"webhookId": str(hook["id"]), "name": "stock_valuation", "pluginId": "sms_folder"}
