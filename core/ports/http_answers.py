"""What the answers of other servers mean to whoever sent them something."""

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from core.ports.failures import PermanentlyRejected, PortFailure, RateLimited, Transient

_TOO_EARLY = frozenset({408, 409, 425, 429})  # of the answers 400 to 499, those that are not for good


def failure_of_status(status: int, wait: timedelta | None = None) -> PortFailure | None:
    """What kind of failure a status is, None for none; `wait` is how long they asked us to."""
    if 200 <= status < 300:
        return None
    if wait is not None and status in (429, 503):
        return RateLimited(wait, f"answered {status}")
    if 400 <= status < 500 and status not in _TOO_EARLY:
        return PermanentlyRejected(f"answered {status}")
    return Transient(f"answered {status}")


def wish_to_wait(text: str | None, now: datetime) -> timedelta | None:
    """How long a Retry-After asks us to wait: seconds or a date (RFC 9110). None for what is neither."""
    try:
        if text and text.isascii() and text.isdigit():
            return timedelta(seconds=int(text[:9]))
        return max(timedelta(0), parsedate_to_datetime(text) - now) if text else None
    except (ValueError, TypeError, OverflowError):
        return None
