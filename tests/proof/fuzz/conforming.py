"""Whether an answer is one that the API document names: its status, its media type, its content."""

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

import msgspec
from jsonschema import Draft202012Validator
from litestar import Litestar
from litestar.serialization import encode_json

from apps.http.errors import MEDIA_TYPE, Problem
from tests.matrix.exchange import Response

Json = dict[str, Any]

_ANYTHING = "*/*"
NOBODY_THERE = {"identity_provider_unreachable"}
"""Codes of 503 that tell of servers which the tests give nobody: they are answers, not failures."""

_NO_OPERATION = {"route_not_found", "method_not_allowed"}
"""Codes that say that the address, with what was put into it, is another's: its operation is not the one that was meant."""

_TRACE = re.compile(r'Traceback|File "|psycopg|asyncpg|sqlalchemy|litestar\.|\.py\b|SELECT |INSERT INTO|\bpg_')


class Judge:
    """The document, and what it says of each answer."""

    def __init__(self, document: Json) -> None:
        self.document = document
        self._validators: dict[tuple[str, str], Draft202012Validator] = {}

    @classmethod
    def of(cls, app: Litestar) -> "Judge":
        """By the document in the form in which everybody gets it."""
        return cls(msgspec.json.decode(encode_json(app.openapi_schema.to_schema())))

    @cached_property
    def operations(self) -> Mapping[str, Json]:
        """What the document says, by `GET /api/v1/products`."""
        return {
            f"{method.upper()} {path}": described
            for path, item in self.document["paths"].items()
            for method, described in item.items()
        }

    def resolved(self, part: Json) -> Json:
        """The part itself, or what it refers to."""
        while "$ref" in part:
            found: Any = self.document
            for step in part["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            part = found
        return part

    def faults(self, operation: str, answer: Response) -> list[str]:
        """What is wrong with an answer to the operation; nothing, as a rule."""
        status, kind = str(answer.status_code), answer.headers.get("content-type", "").partition(";")[0]
        problem = self._problem(answer) if kind == MEDIA_TYPE else None
        if answer.status_code >= 500 and (problem is None or problem.code not in NOBODY_THERE):
            return [f"failed with {status}: {answer.text[:300]}"]
        responses = self.operations[operation]["responses"]
        if problem is not None and problem.code in _NO_OPERATION:
            return []
        if status not in responses:
            return [f"answers {status}, which the document does not name: {answer.text[:200]}"]
        return list(self._content_faults(operation, self.resolved(responses[status]), answer, kind))

    def _content_faults(self, operation: str, said: Json, answer: Response, kind: str) -> Iterator[str]:
        content = {media_type.partition(";")[0]: each for media_type, each in said.get("content", {}).items()}
        if not content:
            if answer.content:
                yield f"answers {answer.status_code} with a body, though the document names none"
        elif kind not in content and _ANYTHING not in content:
            yield f"answers {answer.status_code} with {kind or 'no media type'} instead of {', '.join(content)}"
        elif kind == MEDIA_TYPE:
            yield from self._problem_faults(answer)
        elif kind == "application/json":
            validator = self._validator(operation, str(answer.status_code), content[kind]["schema"])
            try:
                value = msgspec.json.decode(answer.content)
            except msgspec.DecodeError as error:
                yield f"answers what is no JSON: {error}"
                return
            yield from (f"{fault.json_path}: {fault.message[:200]}" for fault in validator.iter_errors(value))

    def _validator(self, operation: str, status: str, schema: Json) -> Draft202012Validator:
        if (operation, status) not in self._validators:
            whole = {**schema, "components": self.document["components"]}
            self._validators[operation, status] = Draft202012Validator(whole)
        return self._validators[operation, status]

    def _problem_faults(self, answer: Response) -> Iterator[str]:
        problem = self._problem(answer)
        if problem is None:
            yield f"answers with a malformed problem: {answer.text[:300]}"
        elif problem.status != answer.status_code:
            yield f"answers {answer.status_code} with a problem of {problem.status}"
        elif shown := _TRACE.search(f"{problem.title} {problem.detail} {[fault.detail for fault in problem.errors]}"):
            yield f"shows what is ours alone ({shown[0]}): {answer.text[:300]}"

    @staticmethod
    def _problem(answer: Response) -> Problem | None:
        try:
            return msgspec.json.decode(answer.content, type=Problem)
        except msgspec.MsgspecError:
            return None
