"""A small carrier of mails that answers as the real one does."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import msgspec

from core.ports.failures import Ambiguous
from core.ports.http import HttpAnswer, HttpRequest

TOKEN = "let-me-in-please"


@dataclass
class FakePost:
    """`trouble` is the status of every answer while it is not 0; `answer_lost`: it takes the mail and never says so."""

    mails: list[dict[str, Any]] = field(default_factory=list)
    trouble: int = 0
    answer_lost: bool = False

    async def answer(self, request: HttpRequest) -> HttpAnswer:
        if self.trouble:
            return HttpAnswer(self.trouble, {"retry-after": "3"})
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return HttpAnswer(401)
        if urlsplit(request.url).path == "/v1/mails":
            self.mails.append(msgspec.json.decode(request.body))
        if self.answer_lost:
            raise Ambiguous("the connection broke")
        return HttpAnswer(202)
