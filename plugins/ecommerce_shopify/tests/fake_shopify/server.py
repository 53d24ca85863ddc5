"""The shop as it is reached over HTTP: `HttpClient` for the plugin, and what a test does in the shop."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

from core.ports.clock import Clock, SystemClock
from core.ports.failures import Ambiguous, Transient
from core.ports.http import HttpAnswer, HttpRequest

from .admin import Admin, level_payload
from .bulk import BulkQueries
from .cost import Budget, actual_cost, requested_cost
from .execution import Executor
from .faults import Fault, Faults
from .inventory import Inventory
from .orders import Orders
from .records import Location, Order, Product, Shop, StockLevel, Variant, gid, number_in
from .schema import schema_of
from .webhooks import Webhooks

DOMAIN = "example.myshopify.com"
FILES = "storage.googleapis.com"
CLIENT_ID, CLIENT_SECRET = "the-app", "the-secret-of-the-app"
VALID = timedelta(seconds=86_399)
ALL_SCOPES = (
    "write_products",
    "write_inventory",
    "read_locations",
    "read_orders",
    "read_merchant_managed_fulfillment_orders",
)


class FakeShopify:
    """One shop, with one app that it trusts. `requests` are the documents that it was asked, by name."""

    def __init__(
        self, version: str = "2026-10", clock: Clock | None = None, most: int = 20_000, rate: int = 1_000
    ) -> None:
        self._version, self._clock = version, clock or SystemClock()
        self.shop, self.faults = Shop(scopes=list(ALL_SCOPES)), Faults()
        self.location = self.add_location("The shop")
        self.budget = Budget(self._clock.now, most, rate)
        self.webhooks = Webhooks(self.shop, DOMAIN, CLIENT_SECRET)
        self.inventory = Inventory(self.shop, self._level_changed, version)
        self.orders = Orders(self.shop, self._clock.now, self._order_changed)
        self.bulk = BulkQueries(self.shop, schema_of(version), FILES)
        self._executor = Executor(schema_of(version), Admin(self.shop, DOMAIN, self.inventory, self.bulk).fields())
        self.tokens: dict[str, datetime] = {}
        self.requests: list[str] = []

    # ---- over HTTP

    async def send(self, request: HttpRequest) -> HttpAnswer:
        fault = self.faults.next()
        if fault is Fault.UNREACHED:
            raise Transient("it was not reached")
        if fault is Fault.BROKEN:
            return HttpAnswer(500, {}, b"<html>")
        if fault is Fault.TOO_MANY:
            return HttpAnswer(429, {"retry-after": "2.0"}, b'{"errors": "Exceeded rate limit"}')
        if fault is Fault.REFUSED:
            return _refused_app()
        answer = self._answer(request, throttled=fault is Fault.THROTTLED)
        if fault is Fault.LOST:
            raise Ambiguous("the answer was lost")
        return HttpAnswer(502, {}, b"<html>") if fault is Fault.BROKEN_AFTER else answer

    def _answer(self, request: HttpRequest, *, throttled: bool) -> HttpAnswer:
        parts = urlsplit(request.url)
        match request.method, parts.hostname, parts.path:
            case "POST", host, "/admin/oauth/access_token" if host == DOMAIN:
                return self._give_token(request.body)
            case "POST", host, path if host == DOMAIN and path == f"/admin/api/{self._version}/graphql.json":
                return self._admin(request, throttled=throttled)
            case "GET", host, path if host == FILES:
                return self._file(path, request.headers)
        return HttpAnswer(404, {}, b'{"errors": "Not Found"}')

    def _give_token(self, body: bytes) -> HttpAnswer:
        given = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        wanted = {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
        if given != wanted:
            return _json(400, {"error": "application_cannot_be_found", "error_description": "Could not find it."})
        token = f"shpat_{len(self.tokens)}"
        self.tokens[token] = self._clock.now() + VALID
        return _json(200, {"access_token": token, "scope": ",".join(self.shop.scopes), "expires_in": 86_399})

    def _admin(self, request: HttpRequest, *, throttled: bool) -> HttpAnswer:
        until = self.tokens.get(request.headers.get("x-shopify-access-token", ""))
        if until is None or until <= self._clock.now():
            return _refused_app()
        asked = json.loads(request.body)
        self.requests.append(_name_of(asked["query"]))
        document = self._executor.read(asked["query"])
        if isinstance(document, list):
            return _json(200, {"errors": document})
        cost = requested_cost(document, asked["variables"])
        if throttled:
            self.budget.drain()
        if not self.budget.pay(cost):
            error = {"message": "Throttled", "extensions": {"code": "THROTTLED"}}
            return _json(200, {"errors": [error], "extensions": {"cost": self.budget.record(cost, None)}})
        body = self._executor.run(document, asked["variables"])
        actual = actual_cost(document, cost, body.get("data"))
        self.budget.give_back(cost - actual)
        return _json(200, {**body, "extensions": {"cost": self.budget.record(cost, actual)}})

    def _file(self, path: str, headers: Mapping[str, str]) -> HttpAnswer:
        bulk = self.shop.bulks.get(int(path.removeprefix("/bulk/").removesuffix(".jsonl")))
        wanted = re.fullmatch(r"bytes=(\d+)-(\d+)", headers.get("range", ""))
        if bulk is None or wanted is None:
            return HttpAnswer(404)
        start, end, size = int(wanted[1]), min(int(wanted[2]), len(bulk.file) - 1), len(bulk.file)
        return HttpAnswer(206, {"content-range": f"bytes {start}-{end}/{size}"}, bulk.file[start : end + 1])

    # ---- in the shop

    def add_location(self, name: str, *, active: bool = True) -> int:
        number = self.shop.next_number()
        self.shop.locations[number] = Location(number, name, active)
        return number

    def sell(self, skus: Sequence[str], *, variants_of_a_product: int = 3) -> Mapping[str, str]:
        """The shop sells these, a few of each product, and nothing else; all have a level of 0. Returns the items' ids by SKU."""
        self.shop.variants.clear()
        self.shop.levels.clear()
        for place, sku in enumerate(skus):
            if place % variants_of_a_product == 0:
                product = Product(self.shop.next_number(), f"Product {place // variants_of_a_product}")
            number, item = self.shop.next_number(), self.shop.next_number()
            self.shop.variants[item] = Variant(number, item, product, sku, title=f"Colour {place}")
            self.shop.levels[item, self.location] = StockLevel()
        return {one.sku: gid("InventoryItem", one.item) for one in self.shop.variants.values()}

    def variant(self, item: str) -> Variant:
        return self.shop.variants[number_in(item, "InventoryItem") or 0]

    def level(self, item: str, location: int | None = None) -> StockLevel:
        return self.shop.levels[self.variant(item).item, location or self.location]

    def shown(self) -> dict[str, int]:
        """What may be sold at the first location, by SKU."""
        return {one.sku: self.shop.levels[one.item, self.location].available for one in self.shop.variants.values()}

    def edit(self, item: str, available: int) -> None:
        self.inventory.edit(self.variant(item).item, self.location, available)

    def place(self, *wanted: tuple[str, int], price: Decimal = Decimal("10.00")) -> Order:
        """A customer orders so many of some items."""
        return self.orders.place([(self.variant(item), quantity) for item, quantity in wanted], self.location, price)

    def uninstall(self) -> None:
        self.webhooks.tell("app/uninstalled", {"id": 1, "name": self.shop.name}, self._clock.now())
        self.tokens.clear()

    def _level_changed(self, item: int, location: int, level: StockLevel) -> None:
        now = self._clock.now()
        self.webhooks.tell("inventory_levels/update", level_payload(item, location, level.available, now), now)

    def _order_changed(self, topic: str, order: Order, part: int) -> None:
        """Each level that it moved is told of, too."""
        kind = {"refunds": "Refund", "fulfillments": "Fulfillment"}.get(topic.partition("/")[0], "Order")
        payload: dict[str, Any] = {"id": part, "order_id": order.number, "admin_graphql_api_id": gid(kind, part)}
        if topic == "orders/edited":
            payload = {"order_edit": {"id": 1, "order_id": order.number}}
        self.webhooks.tell(topic, payload, self._clock.now())
        for line in order.lines:
            if line.variant and (level := self.shop.levels.get((line.variant.item, order.location))):
                self._level_changed(line.variant.item, order.location, level)


def _name_of(query: str) -> str:
    named = re.match(r"\s*(?:query|mutation)\s+(\w+)", query)
    return named[1] if named else ""


def _refused_app() -> HttpAnswer:
    return HttpAnswer(
        401, {}, b'{"errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"}'
    )


def _json(status: int, body: object) -> HttpAnswer:
    return HttpAnswer(status, {"content-type": "application/json"}, json.dumps(body).encode())
