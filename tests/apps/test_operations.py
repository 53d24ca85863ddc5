"""What operators and client authors see: probes, figures, keys, the API document."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import KeySet

from tests.apps.edge_world import Caller, World, assert_problem, serving

PROBLEMS = {"400", "401", "403", "404", "409", "412", "413", "415", "422", "429", "503"}


@pytest.fixture
def caller(tmp_path: Path) -> Iterator[Caller]:
    with serving(World(), tmp_path) as caller:
        yield caller


@pytest.fixture
def document(caller: Caller) -> dict[str, Any]:
    document: dict[str, Any] = caller.client.get("/schema/openapi.json").json()
    return document


def operations(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [(path, operation) for path, item in document["paths"].items() for operation in item.values()]


def test_the_process_is_live_whatever_the_storage(caller: Caller) -> None:
    caller.world.storage.reasons = ["the database cannot be reached"]
    assert caller.client.get("/health/live").status_code == 200


def test_it_is_ready_while_the_storage_can_serve(caller: Caller) -> None:
    assert caller.client.get("/health/ready").json() == {"status": "ok"}
    caller.world.storage.reasons = ["the database cannot be reached", "the disk is full"]
    problem = assert_problem(caller.client.get("/health/ready"), 503, "not_ready")
    assert problem["faults"] == ["the database cannot be reached", "the disk is full"]
    assert problem["detail"] == "the database cannot be reached; the disk is full"


def test_a_storage_that_does_not_answer_is_not_ready(caller: Caller) -> None:
    caller.world.storage.hangs = True
    problem = assert_problem(caller.client.get("/health/ready"), 503, "not_ready")
    assert problem["faults"] == ["the database did not answer within 1 s"]


def test_requests_are_counted_and_timed_by_route(caller: Caller) -> None:
    token = caller.token()
    for thing in ("1", "0190b5b0-0000-7000-8000-000000000001", "0190b5b0-0000-7000-8000-000000000002"):
        caller.client.get(f"/api/v1/echo/things/{thing}", headers=token)
    figures = caller.client.get("/metrics").text.splitlines()
    labels = 'method="GET",route="/api/v1/echo/things/{thing}"'
    assert f'pirwa_http_requests_total{{{labels},status="2xx"}} 2' in figures
    assert 'pirwa_http_requests_total{method="GET",route="(unmatched)",status="4xx"} 1' in figures
    assert f'pirwa_http_request_duration_seconds_bucket{{{labels},le="+Inf"}} 2' in figures
    assert f"pirwa_http_request_duration_seconds_count{{{labels}}} 2" in figures
    assert "pirwa_database_pool_size 3" in figures


def test_others_can_verify_our_tokens(caller: Caller) -> None:
    token = caller.token()["Authorization"].removeprefix("Bearer ")
    answer = caller.client.get("/.well-known/jwks.json")
    assert "max-age=900" in answer.headers["cache-control"]
    keys = answer.json()
    assert "d" not in keys["keys"][0]
    assert jws.deserialize_compact(token, KeySet.import_key_set(keys), ["Ed25519"]).headers()["typ"] == "at+jwt"


def test_every_operation_has_a_name_of_its_own_and_declares_its_problems(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    names = [operation["operationId"] for _, operation in operations(document)]
    assert "log_in" in names
    assert len(set(names)) == len(names)
    for path, operation in operations(document):
        if operation["operationId"] == "issue_token":
            continue  # its refusals have the form of RFC 6749
        assert operation["responses"].keys() >= PROBLEMS, path
        for status in PROBLEMS:
            shared = operation["responses"][status]["$ref"].removeprefix("#/components/responses/")
            (media_type,) = document["components"]["responses"][shared]["content"]
            assert media_type == "application/problem+json"


def test_the_document_says_what_a_route_demands(document: dict[str, Any]) -> None:
    keyed = document["paths"]["/api/v1/echo/keyed"]["post"]
    assert "428" in keyed["responses"]
    assert [one["name"] for one in keyed["parameters"] if one["required"]] == ["Idempotency-Key"]
    assert "stock:post" in keyed["description"]
    assert document["security"] == [{"bearer": []}]
    assert document["paths"]["/api/v1/auth/login"]["post"]["security"] == [{}]


def test_people_read_the_document_without_anything_from_elsewhere(caller: Caller) -> None:
    page = caller.client.get("/schema")
    assert page.headers["content-type"].startswith("text/html")
    assert "/api/v1/auth/login" in page.text
    assert "<script" not in page.text
    assert "://" not in page.text
    assert "style-src 'sha256-" in page.headers["content-security-policy"]
