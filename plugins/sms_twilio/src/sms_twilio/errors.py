"""What an answer of Twilio means. By the status and a short list of codes: Twilio adds codes and splits them, so the list is never whole."""

from collections.abc import Mapping
from datetime import timedelta

import msgspec

from core.ports.failures import (
    Ambiguous,
    AuthFailed,
    Misconfigured,
    OptedOut,
    PermanentlyRejected,
    PortFailure,
    RateLimited,
    Transient,
)
from core.ports.http import HttpAnswer

OPTED_OUT = 21610
QUEUE_FULL = 21611
TOO_MANY = 20429
NO_ACCESS = 20003
SETTINGS: Mapping[int, str] = {
    21212: "the sender is no valid number",
    21408: "texts to the country of the number are not switched on in the account",
    21603: "no sender is set",
    21606: "the sender is no number of the account that sends texts",
    21608: "a trial account sends to numbers alone that it has verified",
    21609: "Twilio does not take the address for its reports",
    21703: "the messaging service has no sender",
    21704: "the messaging service has no sender",
}
REJECTED: Mapping[int, str] = {
    21211: "it is no valid number",
    21602: "the text is missing",
    21604: "the number is missing",
    21612: "the number cannot be reached from this sender",
    21614: "the number takes no texts",
    21617: "the text is too long",
}
SHORTEST_WAIT, LONGEST_WAIT = timedelta(seconds=2), timedelta(minutes=10)
QUEUE_WAIT = timedelta(minutes=1)


class _Told(msgspec.Struct):
    code: int | None = None


def failure_of(answer: HttpAnswer, *, may_have_acted: bool) -> PortFailure:
    """The failure that an answer other than 2xx means. Only codes are repeated: words of Twilio may hold a number."""
    code, status = _code(answer) or 0, answer.status
    words = f"Twilio answered {status}" + (f", code {code}" if code else "")
    if status == 429 or code == TOO_MANY:
        return _too_many(answer, words)
    if status >= 500:
        return Ambiguous(words) if may_have_acted else Transient(words)
    if status == 401 or code == NO_ACCESS:
        return AuthFailed(f"{words}: it does not accept the credentials")
    if code == QUEUE_FULL:
        return RateLimited(QUEUE_WAIT, f"{words}: the queue of the sender is full")
    if code == OPTED_OUT:
        return OptedOut(f"{words}: whoever has the number wants no more texts")
    if code in SETTINGS:
        return Misconfigured(f"{words}: {SETTINGS[code]}")
    if code in REJECTED:
        return PermanentlyRejected(f"{words}: {REJECTED[code]}")
    if status in (403, 404):
        return Misconfigured(f"{words}: the account may not do this, or there is no such account or service")
    return PermanentlyRejected(words)


def _code(answer: HttpAnswer) -> int | None:
    try:
        return msgspec.json.decode(answer.body, type=_Told).code
    except msgspec.MsgspecError:
        return None


def _too_many(answer: HttpAnswer, words: str) -> RateLimited:
    """As long as they ask for, else the longer the more requests they count at this moment."""
    at_once = _number(answer.headers.get("twilio-concurrent-requests"))
    wished = _number(answer.headers.get("retry-after"))
    wait = timedelta(seconds=wished if wished is not None else 2 + (at_once or 0) / 10)
    counted = f", {at_once} requests at once" if at_once is not None else ""
    return RateLimited(min(max(wait, SHORTEST_WAIT), LONGEST_WAIT), f"{words}: too many requests{counted}")


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else None
