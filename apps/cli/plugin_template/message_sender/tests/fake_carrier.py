"""A small carrier that answers as the real one does."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

import msgspec

from core.ports.http import HttpAnswer, HttpRequest

TOKEN = "let-me-in-please"


@dataclass
class FakeCarrier:
    """`unknown` are numbers that nobody has; `trouble` is the status of every answer while it is not 0."""

    unknown: set[str] = field(default_factory=set)
    messages: dict[str, dict[str, str]] = field(default_factory=dict)
    trouble: int = 0

    async def answer(self, request: HttpRequest) -> HttpAnswer:
        if self.trouble:
            return HttpAnswer(self.trouble, {"retry-after": "3"})
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return HttpAnswer(401)
        if urlsplit(request.url).path == "/v1/account":
            return HttpAnswer(200, {}, b"{}")
        message = msgspec.json.decode(request.body, type=dict[str, str])
        if message["to"] in self.unknown:
            return HttpAnswer(400)
        self.messages.setdefault(message["key"], message)
        return HttpAnswer(201, {}, msgspec.json.encode({"id": f"m-{list(self.messages).index(message['key'])}"}))
