"""Requests that schemathesis makes up from the API document, sent through the application in process."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any

import anyio.from_thread
import anyio.to_thread
import httpx
import hypothesis
import requests
import schemathesis
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import CheckFunction
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.engine.recorder import ScenarioRecorder
from schemathesis.generation import GenerationMode
from schemathesis.generation.stateful import APIStateMachine

from tests.matrix.calls import CALLS
from tests.matrix.exchange import Request, Response
from tests.matrix.places import PREFIX, Operation
from tests.proof.fuzz.asking import Asker, documented, sound
from tests.proof.fuzz.conforming import Json
from tests.proof.fuzz.door import Door
from tests.proof.fuzz.mutation import Sound, on_existing

BASE = "http://test"
Case = schemathesis.Case[Any]

# A failure of ours is the judge's to see: a 503 that speaks of a server of others, which nobody runs here, is none.
_CONFORMANCE = (
    schemathesis.checks.status_code_conformance,
    schemathesis.checks.content_type_conformance,
    schemathesis.checks.response_headers_conformance,
)
_SCHEMA = schemathesis.checks.response_schema_conformance
_WITHOUT_TOKEN = schemathesis.checks.ignored_auth
_LONGEST = 50_000  # bytes of an address: no client sends, and no server reads, a longer one
_OWN = {"authorization", "content-length", "x-company", "user-agent"}
"""Headers that are not taken from what was made up: who asks stays who they are."""

schemathesis.openapi.format(
    "decimal", st.decimals(allow_nan=False, allow_infinity=False, places=4).map(lambda number: f"{number:f}")
)


@dataclass(frozen=True)
class Cases:
    """What was made up for one operation: `sound` as the document wants it, `unsound` not."""

    sound: Sequence[Case]
    unsound: Sequence[Case]


class Generator:
    """What schemathesis makes of a document. It makes each request up once, and everybody sends it: making it up takes longest."""

    def __init__(self, document: Json, seed: int) -> None:
        self.door, self._document, self._seed = Door(), document, seed
        self.schema = schemathesis.openapi.from_dict(document)
        self.schema.app = self.door
        self._made = dict[tuple[Operation, int], Cases]()

    @cached_property
    def machine(self) -> type[APIStateMachine]:
        """Follows the links between operations that schemathesis finds in the names of the document. It is not told of tokens: it would
        count them among what an answer has to give, and never look whether what was made is there."""
        told = {name: part for name, part in self._document.items() if name != "security"}
        return schemathesis.openapi.from_dict(told).as_state_machine()

    def cases(self, operation: Operation, most: int) -> Cases:
        """As many of each sort as there are, up to `most`."""
        if (operation, most) not in self._made:
            method, _, path = documented(operation).partition(" ")
            described = self.schema[path][method]
            ways = (described.as_strategy(mode) for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE))
            self._made[operation, most] = Cases(*(self._drawn(cases, most) for cases in ways))
        return self._made[operation, most]

    def _drawn(self, cases: st.SearchStrategy[Case], most: int) -> list[Case]:
        drawn = list[Case]()

        @hypothesis.seed(self._seed)
        @hypothesis.settings(generating(most))
        @hypothesis.given(cases)
        def draw(case: Case) -> None:
            drawn.append(case)

        with suppress(Unsatisfiable):  # what takes nothing cannot be asked for wrongly
            draw()
        return drawn


def generating(most: int, steps: int = 1) -> hypothesis.settings:
    """Makes up as many, each once, with that many steps each, and looks for no simpler ones."""
    return hypothesis.settings(
        max_examples=most,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


@dataclass
class Sender:
    """Sends what was made up as one caller, and has schemathesis judge the answers beside the judge of the asker."""

    generator: Generator
    asker: Asker
    _shut: set[Operation] = field(default_factory=set)  # operations seen to answer nobody without a token

    async def ask(self, operation: Operation, most: int) -> None:
        """All that was made up for one operation. What is sound is asked of things that exist."""
        self.generator.door.open_to(self.asker.send)
        await anyio.to_thread.run_sync(self._ask, operation, most)

    def _ask(self, operation: Operation, most: int) -> None:
        cases = self.generator.cases(operation, most)
        for case in cases.sound:
            self.send(operation, self.on_existing(operation, case))
        for case in cases.unsound:
            self.send(operation, case)

    def on_existing(self, operation: Operation, case: Case) -> Case:
        """The same request, with ids of what the caller's company has where ids stand."""
        existing, named = self.existing(operation), CALLS[operation][0]
        changed = case.derive()
        changed.path_parameters = dict(existing.path)
        changed.query = on_existing(changed.query, dict(named.query), dict(existing.query))
        if named.body is not None:
            changed.body = on_existing(changed.body, named.body, existing.body)
        return changed

    def existing(self, operation: Operation) -> Sound:
        """The request of the matrix to this operation."""
        return sound(self.asker.served, self.asker.caller, operation, CALLS[operation][0])

    def send(
        self,
        operation: Operation,
        case: Case,
        more: Sequence[CheckFunction] = (),
        recorder: ScenarioRecorder | None = None,
    ) -> schemathesis.Response | None:
        """The answer, judged also by these checks, which look into what was recorded; None where there was none."""
        request = _sent(case)
        if len(request.target) > _LONGEST:
            return None
        given = anyio.from_thread.run(self.asker.ask, operation, request)
        if given is None:
            return None
        answer = self._as_received(operation, request, given)
        if recorder:
            recorder.record_response(case_id=case.id, response=answer)
        faults = [*self._failures(operation, case, answer, more, recorder)]
        anyio.from_thread.run_sync(self.asker.note, operation, request, faults)
        return answer

    def _as_received(self, operation: Operation, request: Request, answer: Response) -> schemathesis.Response:
        """The answer as schemathesis has it of a client, with what the caller showed."""
        shown = [(name.encode(), value.encode()) for name, value in self.asker.headers(operation).items()]
        made_up = [(name.encode(), value) for name, value in request.headers.items()]
        url = httpx.URL(BASE).copy_with(raw_path=request.target)
        sent = httpx.Request(request.method, url, headers=[*shown, *made_up], content=request.content)
        received = httpx.Response(answer.status_code, headers=answer.raw, content=answer.content, request=sent)
        received.elapsed = timedelta()
        return schemathesis.Response.from_any(received)

    def _failures(
        self,
        operation: Operation,
        case: Case,
        answer: schemathesis.Response,
        more: Sequence[CheckFunction],
        recorder: ScenarioRecorder | None,
    ) -> Iterator[str]:
        checks = [*_CONFORMANCE, *([] if _is_stream(answer) else [_SCHEMA]), *more]
        if 200 <= answer.status_code < 300 and operation not in self._shut:
            self._shut.add(operation)
            checks.append(_WITHOUT_TOKEN)
        shown = dict(self.asker.headers(operation))
        transport = {"base_url": BASE, "headers": shown, "app": self.generator.door}
        try:
            case.validate_response(answer, checks=checks, headers=shown, transport_kwargs=transport, recorder=recorder)
        except FailureGroup as group:
            yield from (
                f"schemathesis: {failure.title}: {failure.message[:300]}"
                for failure in group.exceptions
                if isinstance(failure, Failure)
            )


def operation_of(case: Case) -> Operation:
    """The operation as the matrix names it."""
    return f"{case.operation.method.upper()} {case.operation.path.removeprefix(PREFIX)}"


def _sent(case: Case) -> Request:
    """The bytes of a case."""
    prepared = requests.Request(**case.as_transport_kwargs(base_url=BASE)).prepare()
    body = prepared.body.encode() if isinstance(prepared.body, str) else prepared.body
    assert body is None or isinstance(body, bytes)
    headers = {name.lower(): _bytes(value) for name, value in prepared.headers.items() if name.lower() not in _OWN}
    return Request(str(prepared.method), str(prepared.url).removeprefix(BASE).encode(), headers, body)


def _bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode("latin-1", "replace")


def _is_stream(answer: schemathesis.Response) -> bool:
    """Whether it is a stream of events, which the document describes as the text that it is, and schemathesis takes apart."""
    return any(kind.startswith("text/event-stream") for kind in answer.headers.get("content-type", ()))
