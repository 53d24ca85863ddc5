"""What an answer that is none means to us."""

from collections.abc import Sequence
from datetime import timedelta

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

USUAL_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)
_LONGEST_TEXT = 300

_NOT_US = {"FORBIDDEN", "UNAUTHORIZED", "UNAUTHENTICATED"}
_OTHER_VERSION = {"GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED"}
_WRONG_SETTING = {"CHANNEL_NOT_FOUND", "NO_VALID_CHANNEL"}
_WRONG_INPUT = {"BAD_USER_INPUT", "USER_INPUT_ERROR", "ILLEGAL_OPERATION"}
_CHANGED_MEANWHILE = "ENTITY_NOT_FOUND"


class GraphQLError(msgspec.Struct, frozen=True):
    message: str = ""
    extensions: dict[str, object] = {}

    @property
    def code(self) -> str:
        return str(self.extensions.get("code", ""))


def failure_of_status(answer: HttpAnswer, errors: Sequence[GraphQLError], *, is_change: bool) -> PortFailure:
    """What an HTTP status other than 200 means. A shop behind a server that says no more than its status is meant too."""
    match answer.status:
        case 401 | 403:
            return AuthFailed("the shop does not accept the API key")
        case 429:
            return RateLimited(_wait(answer), "the shop asks us to wait")
        case 400 if errors:
            return failure_of_errors(errors, is_change=is_change)
        case status if status >= 500:
            return _theirs(f"the shop failed (HTTP {status})", is_change=is_change)
        case status:
            return Misconfigured(f"there is no Admin API at this address (HTTP {status})")


def failure_of_errors(errors: Sequence[GraphQLError], *, is_change: bool) -> PortFailure:
    """What the errors of an answer mean; Vendure sends most of them with status 200. What failed it has taken back as a whole, unless it
    does not say why it failed."""
    codes = {error.code for error in errors}
    said = _said(errors)
    if codes & _NOT_US:
        return AuthFailed(f"the API key is not accepted, or may not do this: {said}")
    if codes & _OTHER_VERSION:
        return Misconfigured(f"the shop does not understand this plugin, which speaks with Vendure 3.7: {said}")
    if codes & _WRONG_SETTING:
        return Misconfigured(f"the settings do not fit the shop: {said}")
    if _CHANGED_MEANWHILE in codes:
        return Transient(f"the shop has changed in this moment: {said}")
    if codes & _WRONG_INPUT:
        return PermanentlyRejected(f"the shop refused: {said}")
    return _theirs(f"the shop failed: {said}", is_change=is_change)


def _theirs(text: str, *, is_change: bool) -> PortFailure:
    return Ambiguous(text) if is_change else Transient(text)


def _said(errors: Sequence[GraphQLError]) -> str:
    return "; ".join(error.message for error in errors if error.message)[:_LONGEST_TEXT] or "it does not say why"


def _wait(answer: HttpAnswer) -> timedelta:
    """For how long it asks us to wait. A date, which it may give instead, is taken for the usual time."""
    given = answer.headers.get("retry-after", "").strip()
    if not given.isdecimal() or len(given) > len("99999") or int(given) == 0:
        return USUAL_WAIT
    return min(timedelta(seconds=int(given)), LONGEST_WAIT)
