"""Every refusal and every failure as problem details (RFC 9457), by one table."""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.openapi.datastructures import ResponseSpec
from litestar.types import HTTPScope

from apps.http.body_faults import MAX_FAULTS, code_and_words
from core.domain.errors import (
    Busy,
    Conflict,
    DomainError,
    Fault,
    Forbidden,
    Invalid,
    NotFound,
    StaleVersion,
    Unauthenticated,
)
from core.domain.throttling import TooManyAttempts

MEDIA_TYPE = "application/problem+json"

STATUS: Mapping[type[DomainError], int] = {
    Invalid: 422,
    NotFound: 404,
    Conflict: 409,
    Forbidden: 403,
    Unauthenticated: 401,
    StaleVersion: 412,
    Busy: 503,
    TooManyAttempts: 429,
}
_CODES: Mapping[int, str] = {
    400: "malformed_request",
    404: "route_not_found",
    405: "method_not_allowed",
    413: "body_too_large",
}


class RequestRefused(DomainError):
    """A request that is refused for its form, before anyone asks what it wants."""

    def __init__(self, status: int, code: str, detail: str, details: Mapping[str, object] | None = None) -> None:
        super().__init__(code, detail, details=details)
        self.status = status


class ProblemFault(msgspec.Struct, frozen=True):
    """One fault. `pointer` is a JSON pointer into the body; below /query, /path or /headers when `in` names one of them."""

    pointer: str
    code: str
    detail: str


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why there is no other answer. Translate by `code`; `title` and `detail` are English."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    request_id: str
    errors: list[ProblemFault] = []


PROBLEM_RESPONSES: Mapping[int, ResponseSpec] = {
    status: ResponseSpec(Problem, generate_examples=False, description=HTTPStatus(status).phrase, media_type=MEDIA_TYPE)
    for status in (400, 401, 403, 404, 409, 412, 413, 415, 422, 429, 503)
}


def answer_error(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """The answer to a request that ended in `error`. What is not a refusal is kept for the log."""
    status, refusal = _as_refusal(request, error)
    if status >= 500 and not isinstance(error, DomainError):
        request.scope["state"]["failure"] = error
    headers = {**headers_of(status, refusal), **(getattr(error, "headers", None) or {})}
    return Response(problem(request.scope, status, refusal), media_type=MEDIA_TYPE, status_code=status, headers=headers)


def problem(scope: HTTPScope, status: int, refusal: DomainError) -> bytes:
    """The body of a problem answer."""
    members: dict[str, object] = {
        **refusal.details,
        "type": f"urn:pirwa:problem:{refusal.code}",
        "title": refusal.code.replace("_", " ").capitalize(),
        "status": status,
        "detail": refusal.detail or HTTPStatus(status).description or HTTPStatus(status).phrase,
        "instance": _instance(scope),
        "code": refusal.code,
        "request_id": scope["state"].get("request_id", ""),
    }
    if refusal.faults:
        members["errors"] = [_fault(fault) for fault in refusal.faults[:MAX_FAULTS]]
    return msgspec.json.encode(members)


def _instance(scope: HTTPScope) -> str:
    """The path of the request; a token in it, which opens something, is left out."""
    token = str(scope.get("path_params", {}).get("token", ""))
    return scope["path"].replace(token, "*") if token else scope["path"]


def failed() -> DomainError:
    """What is said of a failure of ours: nothing but that it happened."""
    return DomainError("internal_error", "something went wrong on our side; quote the request id when you report it")


def _as_refusal(request: Request[Any, Any, Any], error: Exception) -> tuple[int, DomainError]:
    if isinstance(error, RequestRefused):
        return error.status, error
    if isinstance(error, DomainError):
        return next((status for kind, status in STATUS.items() if isinstance(error, kind)), 500), error
    if isinstance(error, ValidationException) and (faults := list(_parameter_faults(request, error))):
        return 422, Invalid("invalid", "the request has invalid parameters", faults)
    if isinstance(error, HTTPException) and error.status_code < 500:
        code = _CODES.get(error.status_code, "malformed_request")
        return error.status_code, DomainError(
            code, error.detail if code == "malformed_request" else HTTPStatus(error.status_code).description
        )
    return 500, failed()


def headers_of(status: int, refusal: DomainError) -> dict[str, str]:
    """What goes with a refusal beside its body."""
    if status == 401:
        return {"WWW-Authenticate": "Bearer"}
    known = refusal.details
    headers = {"Retry-After": str(known["retry_after"])} if "retry_after" in known else {}
    if "limit" in known and "window" in known:
        headers["RateLimit-Policy"] = f'"default";q={known["limit"]};w={known["window"]}'
        headers["RateLimit"] = f'"default";r=0;t={known["retry_after"]}'
    return headers


def _fault(fault: Fault) -> dict[str, object]:
    return {**fault.extra, "pointer": fault.pointer, "code": fault.code, "detail": fault.detail}


def _parameter_faults(request: Request[Any, Any, Any], error: ValidationException) -> Iterable[Fault]:
    """The faults that Litestar found in parameters of the query, the path and the headers."""
    if error.detail.startswith(
        "Missing required"
    ):  # it names the first of them; only those of the query can be missing
        for name in request.scope["state"]["rule"].query:
            if name not in request.query_params:
                yield _parameter_fault("query", name, "missing", "is required")
    for found in error.extra if isinstance(error.extra, list) else []:
        place = found.get("source", "query")
        code, words = code_and_words(str(found["message"]))
        yield _parameter_fault(str(getattr(place, "value", place)), str(found.get("key", "")), code, words)


def _parameter_fault(place: str, name: str, code: str, detail: str) -> Fault:
    folder = {"header": "headers", "cookie": "cookies"}.get(place, place)
    return Fault(f"/{folder}/{name}", code, detail, {"in": place})
