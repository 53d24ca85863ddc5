"""The API document tells the truth about what may be left out: each operation is called without it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from core.domain.ids import new_id
from tests.api import Api, Client

pytestmark = [pytest.mark.anyio, pytest.mark.promise("B11")]

BASE = "/api/v1"
ENDLESS = "text/event-stream"
FOR_OTHERS = {
    "create_new_company",
    "change_one_company",
}  # an administrator's request ends before its body is looked at
IN_OTHER_WORDS = {"issue_token"}  # its refusals have the form of RFC 6749


@dataclass
class Documented:
    """One operation, with the pointers that a request which leaves out everything must get as missing."""

    method: str
    path: str
    name: str
    body_required: bool | None
    members: set[str]
    parameters: set[str]

    async def called(self, client: Client, body: object = None) -> tuple[int, str, set[str]]:
        """Status and code of the answer, and what it calls missing."""
        headers = {"Idempotency-Key": str(new_id())}
        content = {} if body is None else {"json": body}
        answer = await client.request(self.method, self.path, headers=headers, **content)  # type: ignore[arg-type]
        if answer.headers.get("content-type") != "application/problem+json":
            return answer.status_code, "", set()
        problem = answer.json()
        faults = problem.get("errors", [])
        return answer.status_code, problem["code"], {one["pointer"] for one in faults if one["code"] == "missing"}


def documented(document: dict[str, Any]) -> Iterator[Documented]:
    """The operations below /api/v1 that end, on things that do not exist."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            success = next(answer for status, answer in operation["responses"].items() if status.startswith(("2", "3")))
            if path.startswith(BASE) and ENDLESS not in success.get("content", {}):
                yield _described(document, method, path.removeprefix(BASE), operation)


def _described(document: dict[str, Any], method: str, path: str, operation: dict[str, Any]) -> Documented:
    parameters = operation.get("parameters", [])
    for one in parameters:
        if one["in"] == "path":
            path = path.replace(f"{{{one['name']}}}", str(new_id()))
    query = {f"/query/{one['name']}" for one in parameters if one["in"] == "query" and one["required"]}
    body = operation.get("requestBody")
    return Documented(
        method,
        path,
        operation["operationId"],
        body["required"] if body else None,
        {f"/{name}" for name in _schema(document, body).get("required", [])},
        query,
    )


def _schema(document: dict[str, Any], body: dict[str, Any] | None) -> dict[str, Any]:
    """What the document says of a JSON body."""
    schema = (body or {}).get("content", {}).get("application/json", {}).get("schema", {})
    reference = schema.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = document["components"]["schemas"].get(reference, {})
    return found


async def test_only_what_the_document_calls_required_is_missed(api: Api) -> None:
    """Seen to fail for the bodies of dispatching and receiving a transfer, which were called required."""
    for operation in documented(api.app.openapi_schema.to_schema()):
        status, code, missing = await operation.called(await api.client("admin"))  # one of them signs out
        refused = code in ("body_required", "unsupported_media_type")
        if operation.name in FOR_OTHERS:
            assert status == 403
        elif operation.name in IN_OTHER_WORDS:
            assert status == 400
        elif operation.body_required is not None:
            assert refused == operation.body_required, operation
        assert refused or missing == operation.parameters, operation


async def test_only_the_members_that_the_document_calls_required_are_missed(api: Api) -> None:
    client = await api.client("admin")
    asked = [one for one in documented(api.app.openapi_schema.to_schema()) if one.members]
    assert len(asked) > 15
    for operation in asked:
        if operation.name not in FOR_OTHERS:
            assert (await operation.called(client, {}))[2] == operation.members | operation.parameters, operation


def _broken_promises(document: dict[str, Any], operation: dict[str, Any], status: str, answer: object) -> list[str]:
    """What the document says of an answer and is not so."""
    schema = operation["responses"][status]["content"]["application/json"]["schema"]
    whole = {**schema, "components": document["components"]}
    return [one.message for one in Draft202012Validator(whole).iter_errors(answer)]


async def test_answers_have_all_that_the_document_promises(api: Api) -> None:
    """Everything that can be read without naming one thing, and a count, whose scope tells only what it is narrowed by. Seen to
    fail when what is left out while it is unset was called required."""
    document = api.app.openapi_schema.to_schema()
    client, judged = await api.client("admin"), set()
    await api.shop.product("COFFEE")
    await api.shop.post("receipt", "COFFEE", 10)
    await api.shop.sell(("COFFEE", 1))
    counted = await client.post_ok("/stock/counts", {"site": "UIO"})
    assert _broken_promises(document, document["paths"][f"{BASE}/stock/counts"]["post"], "201", counted) == []
    for path, item in document["paths"].items():
        if "get" in item and "{" not in path and path.startswith(BASE) and ENDLESS not in _told(item["get"]):
            answer = await client.get(path.removeprefix(BASE))
            if answer.status_code == 200 and answer.headers["content-type"] == "application/json":
                assert _broken_promises(document, item["get"], "200", answer.json()) == [], path
                judged.add(path)
    assert len(judged) > 40


def _told(operation: dict[str, Any]) -> dict[str, Any]:
    """What kinds of answers an operation gives."""
    content: dict[str, Any] = operation["responses"].get("200", {}).get("content", {})
    return content
