"""Requests that schemathesis makes up from the API document, sent through the application in process."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
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
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.generation import GenerationMode

from tests.matrix.calls import CALLS
from tests.matrix.places import Operation
from tests.proof.fuzz.asking import Asker, sound
from tests.proof.fuzz.mutation import Request

_BASE = "http://test"
# A failure of ours is the judge's to see: a 503 that speaks of a server of others, which nobody runs here, is none.
_CHECKS = [
    schemathesis.checks.status_code_conformance,
    schemathesis.checks.content_type_conformance,
    schemathesis.checks.response_headers_conformance,
    schemathesis.checks.response_schema_conformance,
]
_LONGEST = 50_000  # bytes of an address: no client sends, and no server reads, a longer one
_OWN = {"authorization", "content-length", "x-company", "user-agent"}
"""Headers that are not taken from what was made up: who asks stays who they are."""

schemathesis.openapi.format(
    "decimal", st.decimals(allow_nan=False, allow_infinity=False, places=4).map(lambda number: f"{number:f}")
)


@dataclass
class Generated:
    """What schemathesis makes of a document. Each operation gets `sound` requests that are as the document wants them, on things that
    exist, and `unsound` ones that are not."""

    document: dict[str, Any]
    sound: int
    unsound: int
    seed: int

    async def ask(self, asker: Asker, operation: Operation) -> None:
        """Asks for one operation as the asker's caller."""
        await anyio.to_thread.run_sync(self._ask, asker, operation)

    def _ask(self, asker: Asker, operation: Operation) -> None:
        given = sound(asker.served, asker.caller, operation, CALLS[operation][0])
        method, _, path = given.operation.partition(" ")
        described = schemathesis.openapi.from_dict(self.document)[path][method]
        ways = (
            (self.sound, described.as_strategy(GenerationMode.POSITIVE, path_parameters=dict(given.path) or None)),
            (self.unsound, described.as_strategy(GenerationMode.NEGATIVE)),
        )
        for most, cases in ways:
            if most:
                self._run(asker, operation, cases, most)

    def _run(
        self, asker: Asker, operation: Operation, cases: st.SearchStrategy[schemathesis.Case[Any]], most: int
    ) -> None:
        @hypothesis.seed(self.seed)
        @hypothesis.settings(
            max_examples=most,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @hypothesis.given(cases)
        def run(case: schemathesis.Case[Any]) -> None:
            request = _sent(case)
            if len(request.target) > _LONGEST:
                return
            answer = anyio.from_thread.run(asker.ask, operation, request)
            if answer is not None:
                asker.note(operation, request, [*_failures(case, answer)])

        with suppress(Unsatisfiable):  # what takes nothing cannot be asked for wrongly
            run()


def _sent(case: schemathesis.Case[Any]) -> Request:
    """The bytes of a case."""
    prepared = requests.Request(**case.as_transport_kwargs(base_url=_BASE)).prepare()
    body = prepared.body.encode() if isinstance(prepared.body, str) else prepared.body
    assert body is None or isinstance(body, bytes)
    headers = {name.lower(): _bytes(value) for name, value in prepared.headers.items() if name.lower() not in _OWN}
    return Request(str(prepared.method), str(prepared.url).removeprefix(_BASE).encode(), headers, body)


def _bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode("latin-1", "replace")


def _failures(case: schemathesis.Case[Any], answer: httpx.Response) -> Iterator[str]:
    try:
        case.validate_response(answer, checks=_CHECKS[:-1] if _is_stream(answer) else _CHECKS)
    except FailureGroup as group:
        yield from (
            f"schemathesis: {failure.title}: {failure.message[:300]}"
            for failure in group.exceptions
            if isinstance(failure, Failure)
        )


def _is_stream(answer: httpx.Response) -> bool:
    """Whether it is a stream of events, which the document describes as the text that it is, and schemathesis takes apart."""
    return str(answer.headers.get("content-type", "")).startswith("text/event-stream")
