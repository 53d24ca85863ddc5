"""What an answer comes to, in a few words that are the same in every run."""

import csv
import io
import re
from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from typing import Any

import msgspec

from tests.matrix.exchange import Response

_IDS = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TIMES = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)")
_REQUEST_ID = re.compile(r'"request_id":"[^"]*"')
_COST = re.compile(r'"(?:cost|unit_cost|shipped_cost|total_value)":"')
_WORTH = re.compile(r'"value":"')  # of stock; a request has a value too, which is that of its prices
_PAID = re.compile(r'"(?:unit_price|total|value)":"')  # of what is bought; of what is sold these are prices
_UNSTEADY = {"x-request-id", "date", "content-length"}


class Marks:
    """By which words an answer shows that it speaks of a site or of a company."""

    def __init__(self, words: Mapping[str, Iterable[str]]) -> None:
        self._patterns = {mark: {word: _alone(word) for word in sorted(texts)} for mark, texts in words.items()}

    def seen_in(self, text: str) -> list[str]:
        return [
            mark
            for mark, patterns in self._patterns.items()
            if any(word in text and pattern.search(text) for word, pattern in patterns.items())
        ]


class Answer:
    """One answer."""

    def __init__(self, response: Response, sent: Iterable[str]) -> None:
        self.response, self._sent = response, sorted(set(sent), key=len, reverse=True)

    @cached_property
    def text(self) -> str:
        """The body without what was sent, if it is text."""
        if not re.match(r"application/(problem\+)?json|text/", self.response.headers.get("content-type", "")):
            return ""
        return self._without_sent(self.response.text)

    @property
    def whole(self) -> str:
        """The headers and the text, without what was sent."""
        return self._without_sent("\n".join(self.response.headers.values())) + "\n" + self.text

    @property
    def status(self) -> int:
        return self.response.status_code

    @cached_property
    def problem(self) -> Mapping[str, Any]:
        if self.response.headers.get("content-type") != "application/problem+json":
            return {}
        problem: Mapping[str, Any] = msgspec.json.decode(self.response.content)
        return problem

    @property
    def code(self) -> str:
        """The code of the problem; of several faults the first, with its place."""
        faults = self.problem.get("errors", ())
        at = f" {faults[0]['pointer']} {faults[0]['code']}" if faults else ""
        return str(self.problem.get("code", "")) + at

    def shape(self) -> tuple[object, ...]:
        """All that could tell it from another answer: status, headers and body, less what differs from request to request."""
        headers = sorted(
            (name, self._without_sent(value)) for name, value in self.response.headers.items() if name not in _UNSTEADY
        )
        body = self.text if self.text or not self.response.content else self.response.content
        if isinstance(body, str):
            for pattern, word in ((_REQUEST_ID, ""), (_IDS, "<id>"), (_TIMES, "<time>")):
                body = pattern.sub(word, body)
        return self.status, headers, body

    def summary(self, marks: Marks) -> str:
        """As it stands in the table: the status; of a problem its code, of another answer what it speaks of."""
        if self.status >= 300:
            return f"{self.status} {self.code}".strip()
        seen = [
            *marks.seen_in(self.text),
            *(["cost"] if self._shows_cost else []),
            *(["nothing"] if self._is_empty else []),
        ]
        return " ".join([str(self.status), *seen])

    @property
    def _shows_cost(self) -> bool:
        if self._kind == "text/csv":
            return any(row.get("cost") for row in csv.DictReader(io.StringIO(self.text.lstrip("\ufeff"))))
        worth = "/stock/" in self.response.path and _WORTH.search(self.text)
        paid = re.search("/(suppliers|purchase-orders)", self.response.path) and _PAID.search(self.text)
        return bool(worth or paid or _COST.search(self.text))

    @property
    def _is_empty(self) -> bool:
        """Whether it is a list, a page or a sheet with nothing in it."""
        if self._kind == "text/csv":
            return len(self.text.splitlines()) == 1
        return bool(re.fullmatch(r'\[\]|\{"items":\[\],.*\}', self.text))

    @property
    def _kind(self) -> str:
        return str(self.response.headers.get("content-type", "")).partition(";")[0]

    def _without_sent(self, text: str) -> str:
        lowered = text.lower()
        for sent in self._sent:
            if sent.lower() in lowered:
                text = _alone(sent, re.IGNORECASE).sub("<sent>", text)
        return text


@lru_cache(maxsize=4_000)
def _alone(word: str, flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str]:
    """The word where it is no part of another. Looking for it as it stands, before this, spares most texts the slower search."""
    return re.compile(rf"(?<![\w-]){re.escape(word)}(?![\w])", flags)
