"""Sends what is hostile, as somebody of the world, and judges the answer."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Container, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field, replace

from tests.matrix.callers import Caller, Headers
from tests.matrix.calls import CALLS, Call
from tests.matrix.exchange import Request, Response, exchange
from tests.matrix.places import PREFIX, Operation
from tests.matrix.requests import filled, kinds_in, labels, text_of
from tests.matrix.served import Served
from tests.matrix.world import World
from tests.proof.fuzz.conforming import Judge
from tests.proof.fuzz.mutation import Sound

SECONDS = 30.0  # until a request counts as lost


@dataclass
class Asked:
    """Counts of what was answered, and every answer that should not have been."""

    requests: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)

    @staticmethod
    def summary(*all_asked: "Asked") -> str:
        """`4,096 requests: 212 × 2xx, 3,884 × 4xx, 0 × 5xx`. The 503 of servers that the tests give nobody are told apart."""
        hundreds = Counter(status // 100 for asked in all_asked for status in asked.statuses.elements())
        broken = sum(len(asked.broken) for asked in all_asked)
        answered = ", ".join(f"{hundreds[each]:,} × {each}xx" for each in (2, 3, 4))
        nobody_there = f", {hundreds[5]:,} × 503 of an identity provider that is not there" if hundreds[5] else ""
        requests = sum(asked.requests for asked in all_asked)
        return f"{requests:,} requests: {answered}, {'0 × 5xx' if not broken else f'{broken:,} broken'}{nobody_there}"


class Asker:
    """Asks as one caller. Every request finds the world as it was built, or, inside `story()`, as those before it left it."""

    def __init__(self, served: Served, judge: Judge, caller: Caller) -> None:
        self.served, self._judge, self.caller = served, judge, caller
        self.asked = Asked()
        self._telling = False

    async def ask(self, operation: Operation, request: Request) -> Response | None:
        """The answer, judged; None where there was none in time."""
        shown = {name: value.encode() for name, value in self.headers(operation).items()}
        try:
            answer = await self.send(replace(request, headers={**shown, **request.headers}))
        except TimeoutError:
            self.note(operation, request, [f"no answer in {SECONDS} s"])
            return None
        except Exception as error:
            self.note(operation, request, [f"failed with {error!r}"])
            return None
        self.note(operation, request, self._judge.faults(documented(operation), answer))
        return answer

    def headers(self, operation: Operation) -> Headers:
        """What the caller shows at the operation."""
        return self.caller.headers_for(self.served.routes[operation].rule)

    async def send(self, request: Request) -> Response:
        """The answer to what is sent byte by byte, of whoever it says it is. Raises TimeoutError."""
        self.asked.requests += 1
        async with asyncio.timeout(SECONDS), nullcontext() if self._telling else self.served.database.rewinding():
            answer = await exchange(self.served.app, request)
        self.asked.statuses[answer.status_code] += 1
        return answer

    @asynccontextmanager
    async def story(self) -> AsyncIterator[None]:
        """What is asked inside finds what was asked before it inside, and is forgotten at the end."""
        async with self.served.database.rewinding():
            self._telling = True
            try:
                yield
            finally:
                self._telling = False

    def note(self, operation: Operation, request: Request, faults: list[str]) -> None:
        """Keeps what was wrong with the answer to a request."""
        told = {name: value[:100] for name, value in request.headers.items()}
        where = f"{operation} as {self.caller.name}: {request.target[:300]!r} {told} {(request.content or b'')[:400]!r}"
        why = (
            [line.decode() for line in self.served.log if b'"failure"' in line][-1:]
            if "failed" in "".join(faults)
            else []
        )
        self.asked.broken += ["\n    ".join([fault, where, *why]) for fault in faults]


def documented(operation: Operation) -> str:
    """The operation as the document names it."""
    method, _, path = operation.partition(" ")
    return f"{method} {path if path.startswith(('/health', '/metrics', '/.well-known')) else PREFIX + path}"


def caller_named(world: World, name: str) -> Caller:
    return next(caller for caller in world.callers if caller.name == name)


def allowed(
    served: Served, caller: Caller, without: Container[Operation] = ()
) -> Iterator[tuple[Operation, Sequence[Call]]]:
    """Every operation that the caller may use, with all ways in which the matrix calls it."""
    for operation, calls in CALLS.items():
        if operation not in without and caller.refusal(served.routes[operation].rule) is None:
            yield operation, calls


def sound(served: Served, caller: Caller, operation: Operation, call: Call) -> Sound:
    """The call with ids of the caller's own company and site in it."""
    kinds = kinds_in(call, keyed=served.routes[operation].rule.keyed)
    texts = {place: text_of(caller, kind, labels(caller, kind, "")[0]) for place, kind in kinds.items()}

    def part(where: str, given: Mapping[str, str]) -> dict[str, str]:
        return {name: texts.get(f"{where} {name}", text) for name, text in given.items()}

    key = {"idempotency-key": texts["header Idempotency-Key"]} if "header Idempotency-Key" in texts else {}
    body = {place.removeprefix("body "): text for place, text in texts.items()}
    return Sound(
        documented(operation),
        part("path", call.path),
        part("query", call.query),
        {name.lower(): text for name, text in part("header", call.headers).items()} | key,
        None if call.body is None else filled(call.body, body, ""),
        {name: body.get(f"/{name}", text) for name, text in call.form.items()},
        call.file.content.replace(b"{}", body.get("/file", "").encode()) if call.file else b"",
    )
