"""What follows a failed try: the kind of failure decides, never the plugin that failed."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from core.domain.errors import Busy, DomainError
from core.ports.failures import Ambiguous, AuthFailed, Misconfigured, PermanentlyRejected, RateLimited

# After each failed try of a delivery; the try after the last of them gives it up.
DELAYS = tuple(timedelta(seconds=seconds) for seconds in (5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600))
MAX_TRIES = len(DELAYS) + 1
# How long a webhook is left alone that has failed so often, one event after the other. Less often than that is none of its ways.
TOLERATED_CALLS = 3
FIRST_REST = timedelta(seconds=5)
LONGEST_REST = timedelta(minutes=5)
# After each failed try of a mail: for three days, because a mail server may be away for a weekend.
MAIL_DELAYS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 120, 240, 480, 720, 1440, 1440))
# How long a company's own sender has to report of a mail whose try it did not answer, before it is sent once more.
UNANSWERED_MAIL_REST = timedelta(minutes=10)
# After each failed try of a text message: what is hours old is no news any more.
TEXT_DELAYS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
FIRST_PUSH_DELAY = timedelta(seconds=1)
LONGEST_PUSH_DELAY = timedelta(seconds=10)
LONGEST_WISH = timedelta(days=1)  # that is granted to those who ask us to wait

Jitter = Callable[[], float]
"""A factor of 1 or a little more, so that those who failed together do not come back together, and nobody too early."""


@dataclass(frozen=True, slots=True)
class TryAgain:
    """After this time. A try that is not `counted` brings the end no nearer."""

    after: timedelta
    counted: bool = True


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Never again by itself."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing more of this plugin in this company until a person has seen to it."""


NextStep = TryAgain | GiveUp | Pause


def spread() -> float:
    """Between 1 and 1.3."""
    return random.uniform(1, 1.3)  # noqa: S311 - not a secret


def after_failure(error: BaseException, attempts: int, jitter: Jitter = spread) -> NextStep:
    """What to do with a delivery whose `attempts`-th try failed."""
    match error:
        case AuthFailed() | Misconfigured():
            return Pause()
        case PermanentlyRejected():
            return GiveUp()
        case RateLimited():
            return TryAgain(_granted(error) * jitter(), counted=False)
        case Busy() if error.code == "database_unavailable":  # our own trouble, which says nothing of who is to be told
            return TryAgain(DELAYS[0] * jitter(), counted=False)
        case _ if attempts >= MAX_TRIES:
            return GiveUp()
        case _:
            return TryAgain(DELAYS[attempts - 1] * jitter())


def after_failed_mail(error: BaseException, attempts: int, jitter: Jitter = spread) -> TryAgain | GiveUp:
    """What to do with a mail whose `attempts`-th try failed. Wrong credentials and settings cost no mail: it is tried again."""
    if isinstance(error, PermanentlyRejected) or attempts > len(MAIL_DELAYS):
        return GiveUp()
    return TryAgain(MAIL_DELAYS[attempts - 1] * jitter())


def after_failed_company_mail(error: BaseException, attempts: int, jitter: Jitter = spread) -> TryAgain | GiveUp:
    """What to do with a mail whose `attempts`-th try by the company's own sender failed. One that cannot work pauses itself, and the
    next try is another's. A try whose answer was lost is repeated when there was time to report of it."""
    match error:
        case AuthFailed() | Misconfigured():
            return TryAgain(MAIL_DELAYS[0] * jitter(), counted=False)
        case RateLimited():
            return TryAgain(_granted(error) * jitter(), counted=False)
    step = after_failed_mail(error, attempts, jitter)
    if isinstance(error, Ambiguous) and isinstance(step, TryAgain):
        return TryAgain(max(step.after, UNANSWERED_MAIL_REST))
    return step


def after_failed_text(error: BaseException, attempts: int, jitter: Jitter = spread) -> NextStep:
    """What to do with a text message whose `attempts`-th try failed. A try whose answer was lost is repeated with the same key."""
    match error:
        case AuthFailed() | Misconfigured():
            return Pause()
        case RateLimited():
            return TryAgain(_granted(error) * jitter(), counted=False)
        case _ if isinstance(error, PermanentlyRejected) or attempts > len(TEXT_DELAYS):
            return GiveUp()
        case _:
            return TryAgain(TEXT_DELAYS[attempts - 1] * jitter())


def after_failed_call(error: BaseException, attempts: int, jitter: Jitter = spread) -> TryAgain | GiveUp:
    """What to do with an event whose `attempts`-th call of a webhook failed. A wish to wait longer than we would is granted."""
    if isinstance(error, PermanentlyRejected) or attempts >= MAX_TRIES:
        return GiveUp()
    delay = DELAYS[attempts - 1] * jitter()
    return TryAgain(max(delay, _granted(error)) if isinstance(error, RateLimited) else delay)


def after_failed_order(
    error: BaseException, *, by_mail: bool, attempts: int, jitter: Jitter = spread
) -> TryAgain | GiveUp:
    """What to do with an order whose `attempts`-th try to hand it over failed. A wish to wait longer than we would is granted."""
    delays = MAIL_DELAYS if by_mail else DELAYS
    if is_refusal(error) or attempts > len(delays):
        return GiveUp()
    delay = delays[attempts - 1] * jitter()
    if by_mail and isinstance(error, Ambiguous):
        return TryAgain(max(delay, UNANSWERED_MAIL_REST))
    return TryAgain(max(delay, _granted(error)) if isinstance(error, RateLimited) else delay)


def is_refusal(error: BaseException) -> bool:
    """Whether the order was not taken, and will not be without somebody's doing."""
    return isinstance(error, AuthFailed | Misconfigured | PermanentlyRejected)


def rest_after(error: BaseException, failures: int) -> timedelta:
    """How long to leave a webhook alone after its latest failure, when it has failed so often without a success between."""
    if isinstance(error, RateLimited):
        return _granted(error)
    if isinstance(error, PermanentlyRejected) or failures < TOLERATED_CALLS:
        return timedelta(0)
    return min(FIRST_REST * (1 << min(failures - TOLERATED_CALLS, 10)), LONGEST_REST)


def push_delay(error: BaseException, failures: int, jitter: Jitter = spread) -> timedelta:
    """How long to leave a storefront alone after so many failures. Levels are pushed until they arrive."""
    if isinstance(error, RateLimited):
        return _granted(error) * jitter()
    delay = FIRST_PUSH_DELAY * (1 << min(failures - 1, 10))
    return min(delay, LONGEST_PUSH_DELAY) * jitter()


def _granted(error: RateLimited) -> timedelta:
    return max(FIRST_PUSH_DELAY, min(error.after, LONGEST_WISH))


def described(error: BaseException) -> str:
    """A failure in words for the company: at most 500 characters."""
    text = str(error) if isinstance(error, DomainError) else f"{type(error).__name__}: {error}"
    return text[:500]
