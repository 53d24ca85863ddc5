"""The outermost layer: every request gets an id, a sound address, an answer that is safe to show, and a line in the log."""

import re
from collections.abc import Mapping
from time import perf_counter_ns
from typing import Any
from urllib.parse import parse_qsl, unquote_to_bytes, urlencode

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from apps.http.access_log import AccessLine, Log
from apps.http.decoding import normal_text
from apps.http.errors import MEDIA_TYPE, RequestRefused, failed, headers_of, problem
from apps.http.metrics import Metrics
from core.domain.access import Actor
from core.domain.errors import DomainError
from core.domain.ids import random_bytes

UNMATCHED = "(unmatched)"
GONE = 499  # the status in the log of a request whose caller went away before the answer
METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{8,64}")
_GROUP_SEPARATOR = re.compile(rb"%1d", re.IGNORECASE)  # between the parts of a GS1 code
_POLICY = b"content-security-policy"
_KEEPING = b"cache-control"
_SAFETY = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
_ALWAYS_BY_TLS = (b"strict-transport-security", b"max-age=31536000")
# Of an answer that says nothing of its own about them.
_NOTHING_ACTIVE = (_POLICY, b"default-src 'none'; frame-ancestors 'none'")
_NOT_KEPT = (_KEEPING, b"no-store")


class Edge:
    """Wraps the whole application. Where it `is_secure`, browsers are told to come by TLS alone from then on."""

    def __init__(self, app: ASGIApp, log: Log, metrics: Metrics, *, is_secure: bool = False) -> None:
        self._app = app
        self._safety = (*_SAFETY, _ALWAYS_BY_TLS) if is_secure else _SAFETY
        self._log = log
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        started, status = perf_counter_ns(), 0
        headers = dict(scope["headers"])
        request_id = _request_id(headers)
        scope["state"] = {**(scope.get("state") or {}), "request_id": request_id, "headers": headers}

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = self._with_safety(message.get("headers", ()), request_id)
            await send(message)

        try:
            _check_address(scope)
            await self._app(scope, receive, send_with_headers)
        except RequestRefused as refusal:
            await _answer(scope, refusal.status, refusal, send_with_headers)
        except Exception as error:
            scope["state"]["failure"] = error.__cause__ or error
            if status:
                raise
            await _answer(scope, 500, failed(), send_with_headers)
        finally:
            self._record(scope, status or GONE, perf_counter_ns() - started)

    def _with_safety(self, headers: Any, request_id: str) -> list[tuple[bytes, bytes]]:
        full = [*headers, *self._safety, (b"x-request-id", request_id.encode())]
        said = {name for name, _ in full}
        if _POLICY not in said:
            full.append(_NOTHING_ACTIVE)
        if _KEEPING not in said:
            full.append(_NOT_KEPT)
        return full

    def _record(self, scope: HTTPScope, status: int, nanoseconds: int) -> None:
        state = scope["state"]
        method = scope["method"] if scope["method"] in METHODS else "OTHER"
        route: str = scope.get("path_template", UNMATCHED)
        actor = scope.get("user")
        company, user = (actor.company_id, actor.user_id) if isinstance(actor, Actor) else (None, None)
        self._metrics.observe(method, route, status, nanoseconds / 1e9)
        self._log.access(
            AccessLine(
                request_id=state["request_id"],
                method=method,
                route=route,
                status=status,
                duration_us=nanoseconds // 1000,
                company=company,
                user=user,
            )
        )
        if "failure" in state:
            self._log.failure(state["request_id"], state["failure"])


def _request_id(headers: Mapping[bytes, bytes]) -> str:
    given = headers.get(b"x-request-id")
    return given.decode() if given and _REQUEST_ID.fullmatch(given) else random_bytes(16).hex()


def _check_address(scope: HTTPScope) -> None:
    """Puts path and query into NFC, with the separators of GS1 codes as the signs for them. Raises `RequestRefused` for what is no
    text."""
    path, query = scope["path"], scope["query_string"]
    if b"%1" in query:
        scope["query_string"] = query = _GROUP_SEPARATOR.sub(b"%E2%90%9D", query)
    if not (path.isascii() and path.isprintable()):
        scope["path"] = "/"
        scope["path"] = _sound(
            unquote_to_bytes(scope["raw_path"])
        )  # the path itself has signs in place of what was no UTF-8
    if b"%" in query or not query.isascii():
        text = _sound(unquote_to_bytes(query))
        if text.encode() != unquote_to_bytes(query):
            scope["query_string"] = urlencode(
                [
                    (normal_text(name), normal_text(value))
                    for name, value in parse_qsl(query.decode(), keep_blank_values=True)
                ]
            ).encode()


def _sound(address: bytes) -> str:
    try:
        return normal_text(address.decode())
    except ValueError:
        raise RequestRefused(400, "malformed_address", "the address is not UTF-8 or has control characters") from None


async def _answer(scope: HTTPScope, status: int, refusal: DomainError, send: Send) -> None:
    body = problem(scope, status, refusal)
    headers = [(b"content-type", MEDIA_TYPE.encode()), (b"content-length", str(len(body)).encode())]
    headers += [(name.lower().encode(), value.encode()) for name, value in headers_of(status, refusal).items()]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
