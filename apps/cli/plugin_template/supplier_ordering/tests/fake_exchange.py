"""A small exchange that answers as the real one does."""

from dataclasses import dataclass, field

import msgspec

from core.ports.http import HttpAnswer, HttpRequest

TOKEN = "let-me-in-please"


class _Order(msgspec.Struct):
    number: int


@dataclass
class FakeExchange:
    """`orders` are the numbers of those that it has taken, by key; `trouble` is the status of every answer while it is not 0."""

    orders: dict[str, int] = field(default_factory=dict)
    trouble: int = 0

    async def answer(self, request: HttpRequest) -> HttpAnswer:
        if self.trouble:
            return HttpAnswer(self.trouble, {"retry-after": "3"})
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return HttpAnswer(401)
        key = request.headers["idempotency-key"]
        self.orders.setdefault(key, msgspec.json.decode(request.body, type=_Order).number)
        return HttpAnswer(202, {}, msgspec.json.encode({"reference": f"X-{list(self.orders).index(key) + 1}"}))
