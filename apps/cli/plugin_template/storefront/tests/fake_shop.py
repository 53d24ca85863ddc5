"""A small shop that answers as the real one does, with its stock, its orders and its bad days. `python fake_shop.py 8090` serves it."""

import hashlib
import hmac
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec

from core.ports.failures import Ambiguous
from core.ports.http import HttpAnswer, HttpRequest

TOKEN = "let-me-in-please"
SIGNING_SECRET = "what-the-shop-signs-with"
MOST = 50
_OPENED = datetime(2026, 11, 1, tzinfo=UTC)


@dataclass
class FakeShop:
    """The shop. `trouble` is the status of every answer while it is not 0; `answer_lost`: it does what it is told and never answers."""

    items: dict[str, str] = field(default_factory=dict)
    shown: dict[str, Decimal] = field(default_factory=dict)
    prices: dict[str, Decimal] = field(default_factory=dict)
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    changes: list[str] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    webhook: str | None = None
    trouble: int = 0
    answer_lost: bool = False

    async def answer(self, request: HttpRequest) -> HttpAnswer:
        """What the shop answers to a request."""
        if self.trouble:
            return HttpAnswer(self.trouble, {"retry-after": "3"}, b"no")
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return HttpAnswer(401)
        url = urlsplit(request.url)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        status, body = self._route(request.method, url.path, query, request.body)
        if self.answer_lost and request.method != "GET":
            raise Ambiguous("the connection broke")
        return HttpAnswer(status, {"content-type": "application/json"}, msgspec.json.encode(body))

    def _route(self, method: str, path: str, query: dict[str, str], body: bytes) -> tuple[int, object]:
        given = msgspec.json.decode(body) if body else {}
        routes: dict[str, Callable[[], object]] = {
            "GET /api/shop": lambda: {"name": "The little shop", "currency": "USD"},
            "GET /api/locations": lambda: [{"id": "main", "name": "The counter"}],
            "GET /api/items": lambda: self._items(query.get("after", ""), int(query["limit"])),
            "GET /api/levels": lambda: self._levels(query["items"].split(",")),
            "POST /api/levels": lambda: {"faults": [fault for one in given["levels"] if (fault := self._set(one))]},
            "POST /api/prices": lambda: {"faults": [fault for one in given["prices"] if (fault := self._price(one))]},
            "GET /api/orders": lambda: self._changed(int(query.get("after", "0")), int(query["limit"])),
            "PUT /api/webhook": lambda: setattr(self, "webhook", given["url"]),
        }
        if route := routes.get(f"{method} {path}"):
            return 200, route()
        order = self.orders.get(unquote(path.removeprefix("/api/orders/")))
        return (200, order) if order else (404, {})

    def _items(self, after: str, limit: int) -> object:
        known = [{"id": item, "sku": sku} for item, sku in sorted(self.items.items()) if item > after]
        page = known[: min(limit, MOST)]
        return {"items": page, "next": page[-1]["id"] if len(known) > len(page) else None}

    def _levels(self, items: list[str]) -> object:
        known = [item for item in items[:MOST] if item in self.items]
        return [{"item": item, "quantity": self.shown.get(item, Decimal(0))} for item in known]

    def _set(self, wish: dict[str, Any]) -> object:
        item, expected, has = wish["item"], wish["expected"], self.shown.get(wish["item"], Decimal(0))
        if item not in self.items:
            return {"item": item, "code": "unknown"}
        if wish["key"] in self.keys:
            return None
        if expected is not None and Decimal(expected) != has:
            return {"item": item, "code": "changed", "shown": has}
        self.shown[item] = Decimal(wish["quantity"])
        self.keys.add(wish["key"])
        return None

    def _price(self, wish: dict[str, Any]) -> object:
        if wish["item"] not in self.items:
            return {"item": wish["item"], "code": "unknown"}
        self.prices[wish["item"]] = Decimal(wish["price"])
        return None

    def _changed(self, start: int, limit: int) -> object:
        end = min(start + limit, len(self.changes))
        orders = [self.orders[order] for order in dict.fromkeys(self.changes[start:end])]
        return {"orders": orders, "cursor": str(end), "more": end < len(self.changes)}

    # ---- what happens in the shop itself

    def place(self, item: str, quantity: Decimal) -> str:
        """A customer orders."""
        order = f"order-{len(self.orders) + 1}"
        line = {"id": "1", "item": item, "sku": self.items[item], "quantity": quantity, "price": Decimal("9.90")}
        self.orders[order] = {"id": order, "number": f"#{order}", "placed_at": self._now(), "lines": [line]}
        self._change(order, currency="USD", location="main")
        self.shown[item] -= quantity
        return order

    def cancel(self, order: str) -> None:
        self._change(order, cancelled_at=self._now())
        for line in self.orders[order]["lines"]:
            self.shown[line["item"]] += line["quantity"]

    def send(self, order: str) -> None:
        self._change(order, sent_at=self._now())

    def _change(self, order: str, **what: object) -> None:
        self.changes.append(order)
        self.orders[order] |= {**what, "updated_at": self._now()}

    def _now(self) -> datetime:
        return _OPENED + timedelta(seconds=len(self.changes))


def signature(body: bytes, at: datetime, secret: str = SIGNING_SECRET) -> str:
    """What the shop signs a webhook with."""
    time = int(at.timestamp())
    digest = hmac.new(secret.encode(), b"%d.%b" % (time, body), hashlib.sha256).hexdigest()
    return f"t={time},v1={digest}"


class _Counter(BaseHTTPRequestHandler):
    """The shop on a port, one request after the other."""

    shop = FakeShop()

    def do_GET(self) -> None:
        import asyncio

        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = asyncio.run(self.shop.answer(HttpRequest(self.command, self.path, headers, body)))
        self.send_response(answer.status)
        for name, value in {**answer.headers, "content-length": str(len(answer.body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)

    do_POST = do_PUT = do_GET


def serve(port: int, items: dict[str, str]) -> None:
    """Serves a shop that sells these items (id = SKU), until it is stopped."""
    _Counter.shop = FakeShop(items)
    server = HTTPServer(("127.0.0.1", port), _Counter)
    print(f"The shop is at http://127.0.0.1:{server.server_port}; its token is {TOKEN}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    serve(int(sys.argv[1]), {f"item-{number}": sku for number, sku in enumerate(sys.argv[2:], 1)})
