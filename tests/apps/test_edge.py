"""What the edge of the HTTP API does with every request, above all with hostile ones: an answer, never an accident."""

import asyncio
import gzip
import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from litestar import get, post
from litestar.params import FromPath, MultipartBody

from apps.http.app import create_app
from apps.http.body_faults import body_faults, may_have_loose_texts
from apps.http.decoding import nested_too_deep
from apps.http.rules import PUBLIC, UndeclaredRoutes, needs
from apps.settings import Settings
from tests.apps import echo
from tests.apps.edge_world import Caller, World, assert_problem, pointers, serving

pytestmark = pytest.mark.promise("B11")

JSON = {"Content-Type": "application/json"}
ORDER = {"name": "first", "lines": [{"product": "tea", "quantity": "2"}]}


@pytest.fixture(scope="module")
def caller(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    with serving(World(), tmp_path_factory.mktemp("data")) as caller:
        yield caller


@pytest.fixture(scope="module")
def headers(caller: Caller) -> dict[str, str]:
    return caller.token()


def post_order(caller: Caller, headers: dict[str, str], body: bytes) -> httpx.Response:
    return caller.client.post("/api/v1/echo/orders", content=body, headers=headers | JSON)


def order_with(field: str, value: bytes) -> bytes:
    """An order whose one line has this raw JSON in this field."""
    line = {"product": b'"tea"', "quantity": b"1"} | {field: value}
    members = b",".join(b'"%s":%s' % (name.encode(), text) for name, text in line.items())
    return b'{"name":"first","lines":[{%s}]}' % members


# ------------------------------------------------------------------ bodies


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        pytest.param(b"[" * 100_000, 400, "nested_too_deep", id="array nested 100k deep"),
        pytest.param(order_with("product", b"[" * 100_000), 400, "nested_too_deep", id="nested in a text field"),
        pytest.param(order_with("product", b'{"a":' * 33 + b"1" + b"}" * 33), 400, "nested_too_deep", id="objects"),
        pytest.param(order_with("product", b'"\xff"'), 400, "malformed_text", id="invalid UTF-8"),
        pytest.param(order_with("product", b'"\\n\xff"'), 400, "malformed_text", id="invalid UTF-8 and an escape"),
        pytest.param(order_with("product", b'"\\ud800"'), 400, "malformed_json", id="lone surrogate"),
        pytest.param(order_with("product", b'"a\x00b"'), 400, "malformed_json", id="raw NUL"),
        pytest.param(order_with("quantity", b"NaN"), 400, "malformed_json", id="bare NaN"),
        pytest.param(b"", 400, "body_required", id="empty"),
        pytest.param(b'{"name":"first"', 400, "malformed_json", id="cut off"),
        pytest.param(b'{"name":"first"} {}', 400, "malformed_json", id="more after the end"),
        pytest.param(b"\xef\xbb\xbf{}", 400, "malformed_json", id="byte order mark"),
        pytest.param(b'"' + b'\\"' * 400_000, 400, "malformed_json", id="endless string"),
        pytest.param(b"x" * 1_000_001, 413, "body_too_large", id="too large"),
    ],
)
def test_a_body_that_is_no_sound_json_is_refused(
    caller: Caller, headers: dict[str, str], body: bytes, status: int, code: str
) -> None:
    assert_problem(post_order(caller, headers, body), status, code)


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("product", b'"a\\u0000b"', "control_character"),
        ("product", b'"\\u0007"', "control_character"),
        ("product", b'"a\x7fb"', "control_character"),
        ("product", '"a\x85b"'.encode(), "control_character"),
        ("product", b'""', "out_of_range"),
        ("product", b'"%s"' % (b"x" * 21), "out_of_range"),
        ("product", b"null", "wrong_type"),
        ("quantity", b'"NaN"', "not_a_number"),
        ("quantity", b'"-Infinity"', "not_a_number"),
        ("quantity", b"1e999999", "out_of_range"),
        ("quantity", b'"1e999999"', "bad_format"),
        ("quantity", b"1e99999999999999999999", "bad_format"),
        ("quantity", b'"1e99999999999999999999"', "bad_format"),
        ("quantity", b"9" * 6_000, "out_of_range"),
        ("quantity", b"1.0000001", "too_precise"),
        ("quantity", b"true", "wrong_type"),
        ("quantity", b'"2,5"', "bad_format"),
        ("count", b"2147483648", "out_of_range"),
        ("count", b"9" * 400, "out_of_range"),
        ("count", b"1.5", "wrong_type"),
        ("at", b'"2026-03-01T12:00:00"', "bad_format"),
        ("at", b'"yesterday"', "bad_format"),
        ("at", b'"0001-01-01T00:00:00+14:00"', "out_of_range"),
        ("at", b'"9999-12-31T23:59:59Z"', "out_of_range"),
        ("at", b'"2026-03-01T12:00:00+23:59"', "out_of_range"),
        ("at", b'"2026-03-01T12:00:00-16:00"', "out_of_range"),
        ("reference", b'"12"', "bad_format"),
        ("colour", b'"red"', "unknown_field"),
    ],
)
def test_a_value_that_cannot_be_right_is_refused_with_its_place(
    caller: Caller, headers: dict[str, str], field: str, value: bytes, code: str
) -> None:
    problem = assert_problem(post_order(caller, headers, order_with(field, value)), 422, "invalid")
    assert pointers(problem) == {f"/lines/0/{field}": code}


@pytest.mark.parametrize(
    "text",
    [
        "1_000",
        " 5",
        "5 ",
        "5\\n",
        "\\t5",
        "1e3",
        "1E-2",
        "+5",
        ".5",
        "5.",
        "٣",
        "1٣",
        "\u00a05",
        "-_1",
        "\\u00205",
        "sNaN",
        "-s_nan12",
    ],
)
def test_a_number_as_a_text_is_written_plainly(caller: Caller, headers: dict[str, str], text: str) -> None:
    """Seen to fail when whatever Python calls a number was taken for one, and for what it calls a number but cannot compare."""
    order = order_with("quantity", f'"{text}"'.encode())
    assert pointers(assert_problem(post_order(caller, headers, order), 422, "invalid")) == {
        "/lines/0/quantity": "bad_format"
    }


_SPACES, _SIGNS, _DIGITS = (
    st.text(" \t\n\u2003_", max_size=2),
    st.sampled_from(["", "-", "+"]),
    st.text("05٣_", max_size=3),
)
_EXPONENTS = st.just("") | st.tuples(st.sampled_from("eE"), st.text("_", max_size=1), _SIGNS, _DIGITS).map("".join)
LIKE_NUMBERS = st.tuples(_SPACES, _SIGNS, _DIGITS, st.sampled_from(["", "."]), _DIGITS, _EXPONENTS, _SPACES).map(
    "".join
)


@given(LIKE_NUMBERS)
def test_no_text_that_python_calls_a_number_escapes_the_first_look(text: str) -> None:
    """Seen to fail without the underscores that Python allows before a sign."""
    try:
        Decimal(text)
    except InvalidOperation:
        return
    plain = re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text, re.ASCII)
    assert plain or may_have_loose_texts(msgspec.json.encode([text]))


@given(st.uuids())
@example(UUID("00000000-0000-7000-8000-000000000001"))
def test_an_id_is_no_reason_for_a_second_look(product: UUID) -> None:
    """Seen to fail where any part of a text that looks like the first year of the calendar was one."""
    assert not may_have_loose_texts(msgspec.json.encode({"product": product}))


def test_numbers_of_json_and_plain_texts_are_taken_and_other_texts_left_alone(
    caller: Caller, headers: dict[str, str]
) -> None:
    numbers = [b"1e3", b"1E-5", b"2.50", b'"2.50"', b'"007"', b'"1\\u0030"']
    echoed = [Decimal(number) for number in ("1000", "0.00001", "2.5", "2.5", "7", "10")]
    answers = [post_order(caller, headers, order_with("quantity", number)) for number in numbers]
    assert [Decimal(answer.json()["lines"][0]["quantity"]) for answer in answers] == echoed
    for name in (b'"1_000"', b'" 5"', b'"1e3"', '"٣"'.encode()):
        assert post_order(caller, headers, order_with("product", name)).is_success


def test_numbers_not_written_plainly_are_named_with_all_other_faults(caller: Caller, headers: dict[str, str]) -> None:
    body = b"""{"name": 1, "first": {"product": "tea", "quantity": "+1"},
                "lines": [{"product": "1_0", "quantity": "1_0"}, {"product": "tea", "quantity": "x"}]}"""
    assert pointers(assert_problem(post_order(caller, headers, body), 422, "invalid")) == {
        "/name": "wrong_type",
        "/first/quantity": "bad_format",
        "/lines/0/quantity": "bad_format",
        "/lines/1/quantity": "bad_format",
    }


def test_a_number_of_thousands_of_digits_beside_a_fault_is_refused(caller: Caller, headers: dict[str, str]) -> None:
    body = b'{"name":1,"lines":[{"product":"tea","quantity":%s}]}' % (b"9" * 6_000)
    assert_problem(post_order(caller, headers, body), 422, "invalid")


def test_one_answer_names_every_fault_of_a_body(caller: Caller, headers: dict[str, str]) -> None:
    body = b"""{"name": 1, "a/b~c": 0, "first": {"quantity": 1},
                "lines": [{"product": "", "quantity": true, "at": "2026-03-01T12:00:00"}, {"quantity": "x", "z": 1}, 7]}"""
    assert pointers(assert_problem(post_order(caller, headers, body), 422, "invalid")) == {
        "/name": "wrong_type",
        "/a~1b~0c": "unknown_field",
        "/first/product": "missing",
        "/lines/0/product": "out_of_range",
        "/lines/0/quantity": "wrong_type",
        "/lines/0/at": "bad_format",
        "/lines/1/product": "missing",
        "/lines/1/quantity": "bad_format",
        "/lines/1/z": "unknown_field",
        "/lines/2": "wrong_type",
    }


def test_one_answer_names_every_text_with_control_characters(caller: Caller, headers: dict[str, str]) -> None:
    body = b'{"name":"\\u0000","lines":[{"product":"\\u001b","quantity":1},{"product":"tea","quantity":1}],"\\b":1}'
    problem = assert_problem(post_order(caller, headers, body), 422, "invalid")
    assert pointers(problem) == dict.fromkeys(["/name", "/lines/0/product", ""], "control_character")


def test_the_faults_of_one_answer_are_bounded(caller: Caller, headers: dict[str, str]) -> None:
    body = b'{"name":"first","lines":[%s]}' % b",".join([b"0"] * 100_000)
    assert len(assert_problem(post_order(caller, headers, body), 422, "invalid")["errors"]) == 1_000


def test_the_search_for_faults_ends_when_there_are_enough() -> None:
    assert len(body_faults([0] * 5_000, list[str])) == 1_000


def test_as_many_levels_as_allowed_are_read(caller: Caller, headers: dict[str, str]) -> None:
    body = order_with("product", b"[" * 29 + b"]" * 29)
    assert pointers(assert_problem(post_order(caller, headers, body), 422, "invalid")) == {
        "/lines/0/product": "wrong_type"
    }


def test_brackets_within_strings_are_no_nesting(caller: Caller, headers: dict[str, str]) -> None:
    answer = post_order(caller, headers, msgspec.json.encode(ORDER | {"note": '"[{\\' * 100}))
    assert answer.json()["note"] == '"[{\\' * 100


@given(st.lists(st.sampled_from([b"[", b"]", b"{", b"}", b'"', b"\\", b"a", b","]), max_size=300).map(b"".join))
def test_nesting_is_measured_as_a_reader_of_single_characters_would(body: bytes) -> None:
    depth, deepest, in_string, escaped = 0, 0, False, False
    for character in body.decode():
        if in_string:
            in_string, escaped = escaped or character != '"', character == "\\" and not escaped
        elif character == '"':
            in_string = True
        else:
            depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(character, 0)
            deepest = max(deepest, depth)
    assert nested_too_deep(body) == (deepest > 32)


def test_decimals_arrive_exactly_as_text_and_as_number(caller: Caller, headers: dict[str, str]) -> None:
    for written in (b"123456789012.123456", b'"123456789012.123456"'):
        answer = post_order(caller, headers, order_with("quantity", written))
        assert Decimal(answer.json()["lines"][0]["quantity"]) == Decimal("123456789012.123456")


def test_text_is_composed_and_its_lines_end_alike(caller: Caller, headers: dict[str, str]) -> None:
    body = '{"name":"cafe\u0301","lines":[],"note":"one\\r\\ntwo\\rthree\\tcafe\\u0301"}'.encode()
    answer = post_order(caller, headers, body).json()
    assert (answer["name"], answer["note"]) == ("café", "one\ntwo\nthree\tcafé")


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=latin-1",
        "",
    ],
)
def test_another_content_type_is_refused(caller: Caller, headers: dict[str, str], content_type: str) -> None:
    answer = caller.client.post(
        "/api/v1/echo/orders", content=msgspec.json.encode(ORDER), headers=headers | {"Content-Type": content_type}
    )
    assert_problem(answer, 415, "unsupported_media_type")


def test_a_compressed_body_is_refused(caller: Caller, headers: dict[str, str]) -> None:
    answer = caller.client.post(
        "/api/v1/echo/orders",
        content=gzip.compress(msgspec.json.encode(ORDER)),
        headers=headers | JSON | {"Content-Encoding": "gzip"},
    )
    assert_problem(answer, 415, "unsupported_content_encoding")


def test_the_charset_may_be_named(caller: Caller, headers: dict[str, str]) -> None:
    answer = caller.client.post(
        "/api/v1/echo/orders",
        content=msgspec.json.encode(ORDER),
        headers=headers | {"Content-Type": 'application/json; charset="UTF-8"'},
    )
    assert answer.status_code == 201


def test_a_body_that_may_be_left_out_needs_no_type(caller: Caller, headers: dict[str, str]) -> None:
    assert caller.client.post("/api/v1/echo/notes", headers=headers).status_code == 201


async def _call(caller: Caller, scope: dict[str, Any], messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A request made of raw ASGI messages, for what no HTTP client would send."""
    sent: list[dict[str, Any]] = []
    rest = iter(messages)

    async def receive() -> Any:
        return next(rest)

    async def send(message: Any) -> None:
        sent.append(message)

    base = {
        "type": "http",
        "method": "POST",
        "query_string": b"",
        "root_path": "",
        "http_version": "1.1",
        "client": None,
    }
    await caller.client.app({**base, **scope}, receive, send)
    return sent


def _raw_headers(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode()) for name, value in (headers | JSON).items()]


def test_a_body_that_grows_too_large_is_refused_before_its_end(caller: Caller, headers: dict[str, str]) -> None:
    chunk: dict[str, Any] = {"type": "http.request", "body": b" " * 600_000, "more_body": True}
    scope = {"path": "/api/v1/echo/orders", "headers": _raw_headers(headers)}
    sent = asyncio.run(_call(caller, scope, [chunk, chunk]))
    assert sent[0]["status"] == 413


def test_an_announced_size_is_enough_to_refuse(caller: Caller, headers: dict[str, str]) -> None:
    scope = {"path": "/api/v1/echo/orders", "headers": [*_raw_headers(headers), (b"content-length", b"9" * 5_000)]}
    assert asyncio.run(_call(caller, scope, []))[0]["status"] in (400, 413)
    scope["headers"] = [*_raw_headers(headers), (b"content-length", b"1000001")]
    assert asyncio.run(_call(caller, scope, []))[0]["status"] == 413


def test_a_caller_who_hangs_up_is_no_failure_of_ours(caller: Caller, headers: dict[str, str]) -> None:
    failures = len(caller.world.lines("failure"))
    scope = {"path": "/api/v1/echo/orders", "headers": _raw_headers(headers)}
    messages: list[dict[str, Any]] = [
        {"type": "http.request", "body": b'{"na', "more_body": True},
        {"type": "http.disconnect"},
    ]
    assert asyncio.run(_call(caller, scope, messages))[0]["status"] == 400
    assert len(caller.world.lines("failure")) == failures


# ------------------------------------------------------------------ forms


def form(*parts: bytes) -> bytes:
    return b"".join(b"--x\r\n" + part + b"\r\n" for part in parts) + b"--x--\r\n"


FILE = b'Content-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nabc'
TITLE = b'Content-Disposition: form-data; name="title"\r\n'


def post_form(caller: Caller, headers: dict[str, str], body: bytes, boundary: str = "; boundary=x") -> httpx.Response:
    content_type = {"Content-Type": f"multipart/form-data{boundary}"}
    return caller.client.post("/api/v1/echo/files", content=body, headers=headers | content_type)


def test_an_upload_reaches_its_handler(caller: Caller, headers: dict[str, str]) -> None:
    answer = post_form(caller, headers, form(FILE, TITLE + "\r\ncafe\u0301".encode()))
    assert answer.json() == {"title": "café", "name": "a.txt", "size": 3}


@pytest.mark.parametrize(
    ("body", "boundary", "code"),
    [
        pytest.param(b"garbage", "; boundary=x", "malformed_request", id="no form"),
        pytest.param(form(FILE), "", "malformed_form", id="no boundary"),
        pytest.param(form(FILE)[:-20], "; boundary=x", "malformed_request", id="cut off"),
        pytest.param(form(b"abc"), "; boundary=x", "malformed_request", id="a part without a name"),
        pytest.param(form(TITLE + b"\r\n\xff"), "; boundary=x", "malformed_text", id="invalid UTF-8"),
        pytest.param(
            form(TITLE + b"Content-Type: text/plain; charset=zorglub\r\n\r\na"),
            "; boundary=x",
            "malformed_form",
            id="charset",
        ),
        pytest.param(form(*[TITLE + b"\r\na"] * 60), "; boundary=x", "malformed_request", id="too many parts"),
    ],
)
def test_a_malformed_form_is_refused(
    caller: Caller, headers: dict[str, str], body: bytes, boundary: str, code: str
) -> None:
    assert_problem(post_form(caller, headers, body, boundary), 400, code)


def test_one_answer_names_every_fault_of_a_form(caller: Caller, headers: dict[str, str]) -> None:
    body = form(TITLE + b"\r\n" + b"x" * 21, b'Content-Disposition: form-data; name="other"\r\n\r\n1')
    assert pointers(assert_problem(post_form(caller, headers, body), 422, "invalid")) == {
        "/file": "missing",
        "/title": "out_of_range",
        "/other": "unknown_field",
    }


def test_control_characters_in_a_form_are_refused(caller: Caller, headers: dict[str, str]) -> None:
    body = form(FILE, TITLE + b"\r\na\x00b")
    assert pointers(assert_problem(post_form(caller, headers, body), 422, "invalid")) == {"/title": "control_character"}


def test_an_upload_has_the_limit_of_its_route(caller: Caller, headers: dict[str, str]) -> None:
    assert post_form(caller, headers, form(FILE + b"x" * 1_500_000)).json()["size"] == 1_500_003
    assert_problem(post_form(caller, headers, form(FILE + b"x" * echo.UPLOAD_LIMIT)), 413, "body_too_large")


# ------------------------------------------------------------------ addresses


@pytest.mark.parametrize("query", ["q=%00", "q=%ff", "%FF=1", "q=%1b", "limit=%00"])
def test_a_query_that_is_no_text_is_refused(caller: Caller, headers: dict[str, str], query: str) -> None:
    assert_problem(caller.client.get(f"/api/v1/echo/search?{query}", headers=headers), 400, "malformed_address")


@pytest.mark.parametrize("path", ["/api/v1/echo/things/a%00", "/a%1bb", "/api/v1/echo/%ff", "/caf%E9", "/%ED%A0%80"])
def test_a_path_that_is_no_text_is_refused(caller: Caller, headers: dict[str, str], path: str) -> None:
    """Seen to fail with the path that servers hand over, in which what is no UTF-8 has been replaced."""
    assert_problem(caller.client.get(path, headers=headers), 400, "malformed_address")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("limit=x&reference=1", {"/query/limit": "wrong_type", "/query/reference": "bad_format"}),
        ("limit=0", {"/query/limit": "out_of_range"}),
        ("limit=501", {"/query/limit": "out_of_range"}),
        (f"limit={'9' * 5_000}", {"/query/limit": "out_of_range"}),
    ],
)
def test_a_query_with_faults_is_refused_with_all_of_them(
    caller: Caller, headers: dict[str, str], query: str, expected: dict[str, str]
) -> None:
    problem = assert_problem(caller.client.get(f"/api/v1/echo/search?{query}", headers=headers), 422, "invalid")
    assert pointers(problem) == expected
    assert {fault["in"] for fault in problem["errors"]} == {"query"}


def test_a_missing_parameter_is_named(caller: Caller, headers: dict[str, str]) -> None:
    problem = assert_problem(caller.client.get("/api/v1/echo/required", headers=headers), 422, "invalid")
    assert pointers(problem) == {"/query/at": "missing"}


def test_a_query_is_composed(caller: Caller, headers: dict[str, str]) -> None:
    answer = caller.client.get("/api/v1/echo/search?q=cafe%CC%81%26x&limit=3", headers=headers)
    assert answer.json() == {"q": "café&x", "limit": 3, "reference": "None"}


@pytest.mark.parametrize(
    "path", ["/api/v1/echo/things/1", "/api/v1/nothing", "/nothing", "/%F0%9F%8D%B5", "/api/v1/echo//x"]
)
def test_what_is_not_there_is_a_problem_too(caller: Caller, headers: dict[str, str], path: str) -> None:
    assert_problem(caller.client.get(path, headers=headers), 404, "route_not_found")


def test_another_method_is_a_problem_that_names_the_allowed_ones(caller: Caller) -> None:
    answer = caller.client.delete("/api/v1/me")
    assert_problem(answer, 405, "method_not_allowed")
    assert "GET" in answer.headers["allow"]


@pytest.mark.parametrize(
    "raw",
    [
        [(b"authorization", b"\xff\xfe")],
        [(b"authorization", b"Bearer \xff" + b"a" * 10_000)],
        [(b"authorization", b"Bearer a.b.c"), (b"x-company", b"\x00")],
        [(b"content-type", b"\xff;;==")],
        [(b"cookie", b"\xff=\x00; =;")],
        [(b"x-request-id", b"\xff")],
        [(b"accept", b"\xff")],
    ],
)
def test_headers_of_rubbish_are_no_accident(caller: Caller, raw: list[tuple[bytes, bytes]]) -> None:
    sent = asyncio.run(_call(caller, {"path": "/api/v1/echo/orders", "headers": raw}, []))
    assert 400 <= sent[0]["status"] < 500


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals().map(str) | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["product", "quantity", "at", "x"]), inner)
    ),
    max_leaves=8,
)
orders = st.fixed_dictionaries(
    {},
    optional={
        "name": values,
        "lines": values | st.lists(values, max_size=3),
        "note": values,
        "first": values,
        "z": values,
    },
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=60) | orders.map(msgspec.json.encode), cut=st.integers(0, 80))
def test_no_body_is_an_accident(caller: Caller, headers: dict[str, str], body: bytes, cut: int) -> None:
    answer = post_order(caller, headers, body if cut > 60 else body[:cut])
    assert answer.status_code in (201, 400, 422), answer.text


# ------------------------------------------------------------------ answers


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("invalid", 422),
        ("not_found", 404),
        ("conflict", 409),
        ("forbidden", 403),
        ("unauthenticated", 401),
        ("stale", 412),
        ("busy", 503),
    ],
)
def test_every_refusal_has_its_status(caller: Caller, headers: dict[str, str], kind: str, status: int) -> None:
    refusal = echo.REFUSALS[kind]
    answer = caller.client.get(f"/api/v1/echo/refusals/{kind}", headers=headers)
    problem = assert_problem(answer, status, refusal.code)
    assert problem["detail"] == refusal.detail
    assert len(problem.get("errors", [])) == len(refusal.faults)


def test_a_refusal_carries_its_details(caller: Caller, headers: dict[str, str]) -> None:
    problem = caller.client.get("/api/v1/echo/refusals/conflict", headers=headers).json()
    assert problem["available"] == "3"
    assert problem["errors"][0]["available"] == "3"


@pytest.mark.promise("B9")
def test_busy_says_when_to_come_back(caller: Caller, headers: dict[str, str]) -> None:
    assert caller.client.get("/api/v1/echo/refusals/busy", headers=headers).headers["retry-after"] == "1"


@pytest.mark.promise("S8")
def test_a_failure_of_ours_tells_the_caller_nothing_and_the_log_everything(
    caller: Caller, headers: dict[str, str]
) -> None:
    answer = caller.client.get("/api/v1/echo/failure", headers=headers)
    problem = assert_problem(answer, 500, "internal_error")
    assert "secret" not in answer.text
    (line,) = [line for line in caller.world.lines("failure") if line["request_id"] == problem["request_id"]]
    assert (line["kind"], line["message"]) == ("RuntimeError", "the secret of the failure")
    assert line["frames"][-1].endswith("fail")


def test_every_answer_is_safe_to_show(caller: Caller) -> None:
    for path in ("/health/live", "/api/v1/me", "/nothing"):
        safety = caller.client.get(path).headers
        assert safety["x-content-type-options"] == "nosniff"
        assert safety["referrer-policy"] == "no-referrer"
        assert safety["content-security-policy"].startswith("default-src 'none'")


@pytest.mark.parametrize(
    ("given_id", "kept"), [("a1b2-c3d4_e5.f6", True), ("short", False), ("a b c d e f g", False), ("x" * 65, False)]
)
def test_a_sane_request_id_is_kept_and_another_replaced(caller: Caller, given_id: str, kept: bool) -> None:
    answered = caller.client.get("/health/live", headers={"X-Request-Id": given_id}).headers["x-request-id"]
    assert (answered == given_id) == kept
    assert answered


@pytest.mark.promise("S8")
def test_the_log_has_one_line_for_each_request_and_nothing_private(caller: Caller, headers: dict[str, str]) -> None:
    caller.world.log.clear()
    caller.client.get("/api/v1/echo/things/0190b5b0-0000-7000-8000-000000000000?q=private", headers=headers)
    post_order(caller, headers, b'{"name":"private","lines":[]}')
    caller.client.get("/private")
    first, second, third = caller.world.lines("request")
    assert first["route"] == "/api/v1/echo/things/{thing}"
    assert (second["method"], second["route"], second["status"]) == ("POST", "/api/v1/echo/orders", 201)
    assert (second["company"], second["user"]) == (str(caller.world.techcorp.id), str(caller.world.admin))
    assert (third["route"], third["status"], third["user"]) == ("(unmatched)", 404, None)
    assert all(line["duration_us"] > 0 and line["time"].endswith("Z") for line in (first, second, third))
    assert b"private" not in b"".join(caller.world.log)
    assert b"Bearer" not in b"".join(caller.world.log)


def test_the_log_can_be_for_eyes(tmp_path: Path) -> None:
    world = World()
    with serving(world, tmp_path, log="text") as caller:
        caller.client.get("/api/v1/echo/failure", headers=caller.token())
    request, failure = world.log[-2:]
    assert b" 500 GET /api/v1/echo/failure " in request
    assert b"RuntimeError: 'the secret of the failure'" in failure


# ------------------------------------------------------------------ repeated requests


def post_keyed(caller: Caller, headers: dict[str, str], key: str | None, body: bytes) -> httpx.Response:
    keyed = {} if key is None else {"Idempotency-Key": key}
    return caller.client.post("/api/v1/echo/keyed", content=body, headers=headers | JSON | keyed)


@pytest.mark.promise("B1")
def test_a_route_that_demands_a_key_is_refused_without_one(caller: Caller, headers: dict[str, str]) -> None:
    assert_problem(post_keyed(caller, headers, None, b"{"), 428, "idempotency_key_required")


@pytest.mark.parametrize("key", ["", "with space", "x" * 256, "tab\there"])
def test_a_malformed_key_is_refused(caller: Caller, headers: dict[str, str], key: str) -> None:
    problem = assert_problem(post_keyed(caller, headers, key, msgspec.json.encode(ORDER)), 422, "invalid")
    assert pointers(problem) == {"/headers/idempotency-key": "bad_format"}


@pytest.mark.promise("B1")
def test_the_same_request_has_the_same_hash_however_it_is_written(caller: Caller, headers: dict[str, str]) -> None:
    written = (
        b'{"name":"first","lines":[{"product":"tea","quantity":"2.50"}]}',
        b' { "lines": [ {"quantity": 2.50, "product": "tea"} ], "name": "first" } ',
    )
    one, other = (post_keyed(caller, headers, "k-1", body).json() for body in written)
    assert one == other
    assert one["key"] == "k-1"
    assert one["principal"] == str(caller.world.admin)


@pytest.mark.promise("B1")
def test_another_request_has_another_hash(caller: Caller, headers: dict[str, str]) -> None:
    bodies = [
        order_with("quantity", b"12345678901.000001"),
        order_with("quantity", b"12345678901.000002"),
        order_with("quantity", b"9" * 11),
        order_with("product", b'"Tea"'),
    ]
    assert len({post_keyed(caller, headers, "k-2", body).json()["request_hash"] for body in bodies}) == len(bodies)


def test_a_stored_answer_says_that_it_is_one(caller: Caller, headers: dict[str, str]) -> None:
    fresh = post_keyed(caller, headers, "k-3", msgspec.json.encode(ORDER))
    again = post_keyed(caller, headers, "k-3", msgspec.json.encode(ORDER | {"note": "again"}))
    assert "idempotency-replayed" not in fresh.headers
    assert again.headers["idempotency-replayed"] == "true"


# ------------------------------------------------------------------ declarations


@get("/undeclared")
async def undeclared() -> None: ...


@get("/misspelt", opt=needs("product:raed"))
async def misspelt() -> None: ...


@get("/both", opt={**PUBLIC, **needs("product:read")})
async def both() -> None: ...


@post("/keyed-form", opt=needs("attachment:add", keyed=True))
async def keyed_form(data: MultipartBody[echo.EchoForm]) -> None: ...


@get("/sound/{path:str}", opt=needs("product:read"))
async def sound(path: FromPath[str]) -> None: ...


@pytest.mark.promise("S3")
def test_a_route_that_does_not_say_who_may_call_it_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(UndeclaredRoutes) as stopped:
        create_app(Settings(data=tmp_path), routes=[undeclared, misspelt, both, keyed_form, sound])
    problems = str(stopped.value).splitlines()
    assert [problem.partition(" ")[0] for problem in problems] == [
        "/api/v1/undeclared",
        "/api/v1/misspelt",
        "/api/v1/both",
        "/api/v1/keyed-form",
    ]
