"""What Shopify's answers mean: the data, or one of the failures of the core, in Shopify's own words."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import msgspec

from core.ports.failures import (
    Ambiguous,
    AuthFailed,
    Misconfigured,
    PermanentlyRejected,
    PortFailure,
    RateLimited,
    Transient,
)
from core.ports.http import HttpAnswer

SHORTEST_WAIT, USUAL_WAIT, LONGEST_WAIT = timedelta(seconds=1), timedelta(seconds=2), timedelta(hours=1)
_LONGEST_WORDS = 500

_THEIR_FAULT = frozenset({"INTERNAL_SERVER_ERROR", "TIMEOUT", "SERVICE_UNAVAILABLE"})
_CLOSED_TO_US = frozenset({"ACCESS_DENIED", "SHOP_INACTIVE"})


class UserError(msgspec.Struct):
    """Why a mutation did not do what it was asked. `field` is the way to what it objects to; numbers of rows are text in it."""

    message: str
    field: list[str | int] | None = None
    code: str | None = None

    @property
    def row(self) -> int | None:
        """The number of the row that it objects to, in `[…, "quantities", "0", …]`."""
        for step in self.field or ():
            if str(step).isdecimal():
                return int(step)
        return None


def user_errors(payload: Mapping[str, Any] | None) -> Sequence[UserError]:
    """What the payload of a mutation says went wrong."""
    if payload is None:
        return [UserError("the answer is empty")]
    return msgspec.convert(payload["userErrors"], list[UserError])


def in_words(errors: Sequence[UserError]) -> str:
    return "; ".join(dict.fromkeys(error.message for error in errors))[:_LONGEST_WORDS]


def data_in(answer: HttpAnswer, *, repeatable: bool) -> dict[str, Any]:
    """The data of an answer. Raises what it means otherwise; where the outcome is open, `Transient` if the request is repeatable and
    `Ambiguous` if not."""
    if answer.status != 200:
        raise _refusal(answer, repeatable=repeatable)
    try:
        body = msgspec.json.decode(answer.body, type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError):
        raise unknown_outcome("the answer is not JSON", repeatable=repeatable) from None
    if errors := body.get("errors"):
        raise _failure(errors, body, repeatable=repeatable)
    if not isinstance(body.get("data"), dict):
        raise unknown_outcome("the answer has no data", repeatable=repeatable)
    data: dict[str, Any] = body["data"]
    return data


def unknown_outcome(words: str, *, repeatable: bool) -> PortFailure:
    return Transient(words) if repeatable else Ambiguous(words)


def _refusal(answer: HttpAnswer, *, repeatable: bool) -> PortFailure:
    said = f"Shopify answered {answer.status}"
    match answer.status:
        case 401 | 403:
            return AuthFailed(f"{said}: it does not accept the credentials of the app")
        case 402:
            return Misconfigured(f"{said}: the shop is frozen until its owner has paid Shopify")
        case 404:
            return Misconfigured(f"{said}: there is no such shop")
        case 423:
            return Misconfigured(f"{said}: the shop is locked")
        case 429 | 430:
            return RateLimited(_retry_after(answer), f"{said}: too many requests")
        case status if 300 <= status < 400:
            return Misconfigured(f"{said}: the shop has moved to another address")
        case status if status >= 500:
            return unknown_outcome(said, repeatable=repeatable)
        case _:
            return PermanentlyRejected(f"{said}: {_words(answer.body)}")


def _retry_after(answer: HttpAnswer) -> timedelta:
    try:
        seconds = float(answer.headers["retry-after"])
    except (KeyError, ValueError):
        return USUAL_WAIT
    return _bounded(seconds)


def _bounded(seconds: float) -> timedelta:
    """A wait that makes sense; what is not a number counts as the shortest."""
    if not seconds > SHORTEST_WAIT.total_seconds():
        return SHORTEST_WAIT
    return timedelta(seconds=min(seconds, LONGEST_WAIT.total_seconds()))


def _words(body: bytes) -> str:
    """What a refusal without GraphQL says: `{"errors": "…"}`."""
    try:
        errors = msgspec.json.decode(body, type=dict[str, Any]).get("errors", "")
    except msgspec.DecodeError:
        return "without a reason"
    return str(errors)[:_LONGEST_WORDS] or "without a reason"


def _failure(errors: Any, body: Mapping[str, Any], *, repeatable: bool) -> PortFailure:
    if not isinstance(errors, list):  # `{"errors": "[API] Invalid API key …"}`
        return PermanentlyRejected(str(errors)[:_LONGEST_WORDS])
    said = "; ".join(dict.fromkeys(str(error.get("message", "")) for error in errors))[:_LONGEST_WORDS]
    codes = {str((error.get("extensions") or {}).get("code", "")) for error in errors}
    if "THROTTLED" in codes:
        return RateLimited(_until_enough(body), said)
    if codes & _THEIR_FAULT:
        return unknown_outcome(said, repeatable=repeatable)
    if codes & _CLOSED_TO_US:
        return Misconfigured(said)
    return PermanentlyRejected(said)


def _until_enough(body: Mapping[str, Any]) -> timedelta:
    """How long it takes until the shop's budget holds what the request costs."""
    cost = (body.get("extensions") or {}).get("cost") or {}
    status = cost.get("throttleStatus") or {}
    try:
        missing = float(cost["requestedQueryCost"]) - float(status["currentlyAvailable"])
        return _bounded(missing / float(status["restoreRate"]))
    except (KeyError, TypeError, ZeroDivisionError):
        return USUAL_WAIT
