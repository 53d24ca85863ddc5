"""A small chat that answers as the real one does."""

from dataclasses import dataclass, field

import msgspec

from core.ports.http import HttpAnswer, HttpRequest

TOKEN = "let-me-in-please"


@dataclass
class FakeChat:
    """`lines` are what it has taken, by id; `trouble` is the status of every answer while it is not 0."""

    lines: dict[str, str] = field(default_factory=dict)
    trouble: int = 0

    async def answer(self, request: HttpRequest) -> HttpAnswer:
        if self.trouble:
            return HttpAnswer(self.trouble, {"retry-after": "3"})
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return HttpAnswer(401)
        line = msgspec.json.decode(request.body, type=dict[str, str])
        self.lines.setdefault(line["id"], line["text"])
        return HttpAnswer(201)
