"""People who post, sell, transfer, reserve, reverse and import with idempotency keys, and insist on an answer; and the comparison of what
they wrote down with what is in the books.

Each request carries a mark of its own into the books (a document's number, a note, a reason, a source's reference), which is not its
key: so a request that took effect twice shows, whatever the table of keys says.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from core.domain.ids import new_id
from tests.proof.http_line import Answer, HttpLine, Lost
from tests.proof.journal import Journal
from tests.shop import Shop

PRODUCTS = tuple(f"P{number}" for number in range(10))
STOCK = 1_000_000
PATIENCE = 5.0  # seconds that somebody waits for an answer
IMPORTED = 3  # postings of one file
_AGAIN = (429, 503)


class Unexpected(Exception):
    """An answer that no fault explains."""


@dataclass
class Tally:
    """What happened so far."""

    acknowledged: int = 0
    lost: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    progress: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def add(self) -> None:
        async with self.progress:
            self.acknowledged += 1
            self.progress.notify_all()

    async def until(self, acknowledged: int) -> None:
        async with self.progress:
            await self.progress.wait_for(lambda: self.acknowledged >= acknowledged)


class Person:
    """One client on one connection."""

    def __init__(
        self, line: HttpLine, token: Callable[[], Awaitable[str]], journal: Journal, tally: Tally, seed: int
    ) -> None:
        self._line, self._token, self._journal, self._tally = line, token, journal, tally
        self._random = random.Random(seed)
        self._authorization = ""

    async def work(self, stopping: asyncio.Event) -> None:
        deeds = (
            self._sell,
            self._sell,
            self._sell,
            self._receive,
            self._reverse,
            self._transfer,
            self._reserve,
            self._import,
        )
        while not stopping.is_set():
            await self._random.choice(deeds)()
        self._line.close()

    async def _do(self, what: str, path: str, body: Callable[[str], object]) -> Any:
        """Asks until there is an answer, with the same key. Returns it."""
        key, mark = str(new_id()), f"{what}-{new_id().hex}"
        await self._journal.write(begun=mark, what=what)
        for tries in count():
            try:
                answer = await self._line.ask(
                    "POST", path, body(mark), Idempotency_Key=key, Authorization=self._authorization or "Bearer none"
                )
            except Lost:
                self._tally.lost += 1
                await asyncio.sleep(0.05)
                continue
            self._tally.statuses[answer.status] += 1
            if answer.status == 401 and tries < 200:
                self._authorization = f"Bearer {await self._token()}"
            elif answer.status in _AGAIN or _is_still_running(answer):
                await asyncio.sleep(0.1)
            elif answer.status < 300:
                await self._journal.write(done=mark, what=what, id=_id_of(answer.json))
                await self._tally.add()
                return answer.json
            else:
                raise Unexpected(f"{what}: {answer.status} {answer.body.decode()}")
        return None

    def _lines(self, **more: object) -> list[dict[str, object]]:
        chosen = self._random.sample(PRODUCTS, self._random.randint(1, 3))
        return [{"product": product, "quantity": "1", **more} for product in chosen]

    def _document(self, mark: str) -> dict[str, object]:
        return {"type": "invoice", "number": mark}

    async def _sell(self) -> None:
        lines = self._lines(site="UIO", unit_price="3.20")
        await self._do("sale", "/api/v1/sales", lambda mark: {"lines": lines, "document": self._document(mark)})

    async def _receive(self) -> None:
        lines = self._lines(site="UIO", unit_cost="2.35")
        await self._do(
            "receipt",
            "/api/v1/stock/postings",
            lambda mark: {"kind": "receipt", "lines": lines, "document": self._document(mark)},
        )

    async def _reverse(self) -> None:
        lines = self._lines(site="UIO")
        sold = await self._do("sale", "/api/v1/sales", lambda mark: {"lines": lines, "document": self._document(mark)})
        await self._do("reversal", f"/api/v1/stock/postings/{sold['id']}/reverse", lambda mark: {"reason": mark})

    async def _transfer(self) -> None:
        lines = self._lines()
        sites = self._random.sample(("UIO", "GYE"), 2)
        made = await self._do(
            "transfer",
            "/api/v1/transfers",
            lambda mark: {"source": sites[0], "destination": sites[1], "lines": lines, "note": mark},
        )
        await self._do("dispatch", f"/api/v1/transfers/{made['id']}/dispatch", lambda _: {})
        await self._do("arrival", f"/api/v1/transfers/{made['id']}/receive", lambda _: {})

    async def _reserve(self) -> None:
        line = {**self._lines(site="UIO")[0]}
        made = await self._do("reservation", "/api/v1/stock/reservations", lambda mark: {"lines": [line], "note": mark})
        deed = self._random.choice(("commit", "release"))
        await self._do(deed, f"/api/v1/stock/reservations/{made['items'][0]['id']}/{deed}", lambda _: None)
        if deed == "commit":
            await self._do("release", f"/api/v1/stock/reservations/{made['items'][0]['id']}/release", lambda _: None)

    async def _import(self) -> None:
        lines = [self._lines(site="UIO", unit_cost="2") for _ in range(IMPORTED)]

        def file(mark: str) -> object:
            return {
                "postings": [
                    {"kind": "receipt", "lines": each, "source": "import", "source_ref": f"{mark}-{number}"}
                    for number, each in enumerate(lines)
                ]
            }

        await self._do("import", "/api/v1/stock/postings:batch", file)


def _is_still_running(answer: Answer) -> bool:
    return answer.status == 409 and "retry-after" in answer.headers


def _id_of(answer: Mapping[str, Any]) -> str:
    return str(answer["id"] if "id" in answer else answer["items"][0]["id"])


@asynccontextmanager
async def people_at_work(
    port: int, number: int, token: Callable[[], Awaitable[str]], journal: Journal, seed: int, patience: float = PATIENCE
) -> Any:
    """So many people at work, until the end of the block; then each finishes what they have begun."""
    tally, stopping = Tally(), asyncio.Event()
    people = [Person(HttpLine(port, {}, patience), token, journal, tally, seed + index) for index in range(number)]
    tasks = [asyncio.create_task(person.work(stopping)) for person in people]
    work = asyncio.gather(*tasks)
    try:
        yield tally
        stopping.set()
        async with asyncio.timeout(60):
            await work
    finally:
        work.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@dataclass(frozen=True)
class Compared:
    """What of the journal is not in the books, and what is there more than once or was never asked for."""

    acknowledged: int
    lost: list[str]
    doubled: list[str]
    unknown: list[str]

    @property
    def is_right(self) -> bool:
        return not (self.lost or self.doubled or self.unknown)


_MARKS = {
    "sale": "SELECT document_number, id FROM posting WHERE company_id = %s AND kind = 'sale' AND reversal_of IS NULL AND document_number LIKE 'sale-%%'",
    "receipt": "SELECT document_number, id FROM posting WHERE company_id = %s AND kind = 'receipt' AND document_number LIKE 'receipt-%%'",
    "reversal": "SELECT reason, id FROM posting WHERE company_id = %s AND reversal_of IS NOT NULL",
    "transfer": "SELECT note, id FROM transfer WHERE company_id = %s",
    "reservation": "SELECT note, id FROM reservation WHERE company_id = %s AND demand_type = 'manual'",
    "import": "SELECT regexp_replace(source_ref, '-[0-9]+$', ''), id FROM posting WHERE company_id = %s AND source = 'import'",
}
_TRANSFER = (
    "SELECT t.id, t.state, (SELECT count(*) FROM posting o WHERE o.company_id = t.company_id AND o.transfer_id = t.id)"
    " FROM transfer t WHERE t.company_id = %s"
)
_POSTINGS_OF = {"pending": 0, "in_transit": 1, "confirmed": 2}
_RESERVATION = "SELECT id, state FROM reservation WHERE company_id = %s"
_AFTER = {
    "commit": ("committed", "released"),
    "release": ("released",),
    "dispatch": ("in_transit", "confirmed"),
    "arrival": ("confirmed",),
}


async def compare(shop: Shop, journal: Journal) -> Compared:
    """The books against what was written down."""
    entries = journal.read()
    begun = {entry["begun"] for entry in entries if "begun" in entry}
    done = [entry for entry in entries if "done" in entry]
    lost, doubled, unknown = list[str](), list[str](), list[str]()
    for what, statement in _MARKS.items():
        rows = await shop.fetch(statement, shop.company_id)
        effects = Counter(str(mark) for mark, _ in rows)
        most = IMPORTED if what == "import" else 1
        ids = {str(mark): str(row_id) for mark, row_id in rows}
        lost += [entry["done"] for entry in done if entry["what"] == what and effects[entry["done"]] < most]
        doubled += [mark for mark, times in effects.items() if times > most]
        unknown += [mark for mark in effects if mark not in begun]
        if what not in ("import",):
            lost += [entry["done"] for entry in done if entry["what"] == what and ids.get(entry["done"]) != entry["id"]]
    states = {str(row[0]): row[1] for row in await shop.fetch(_RESERVATION, shop.company_id)}
    for row_id, state, postings in await shop.fetch(_TRANSFER, shop.company_id):
        states[str(row_id)] = state
        if postings != _POSTINGS_OF[str(state)]:
            doubled.append(f"transfer {row_id} is {state} with {postings} postings")
    lost += [
        entry["done"] for entry in done if entry["what"] in _AFTER and states[entry["id"]] not in _AFTER[entry["what"]]
    ]
    return Compared(len(done), lost, doubled, unknown)
