"""Why a party outside did not do what it was asked. An adapter names the kind of failure, the core decides what follows."""

from datetime import timedelta


class PortFailure(Exception):
    """A call to the outside that failed. The message is shown to the company: it holds no secret."""


class Transient(PortFailure):
    """It should work later: a time-out before anything was sent, a lost connection, a failure of theirs."""


class RateLimited(PortFailure):
    """They ask us to wait."""

    def __init__(self, after: timedelta, message: str = "too many requests") -> None:
        super().__init__(message)
        self.after = after


class AuthFailed(PortFailure):
    """They do not accept who we are. Trying again is useless until somebody gives new credentials."""


class Misconfigured(PortFailure):
    """The settings cannot work. Trying again is useless until somebody corrects them."""


class PermanentlyRejected(PortFailure):
    """They understood and refused for good: the same request will never be accepted."""


class OptedOut(PermanentlyRejected):
    """Whoever was to get it wants none of it any more: nothing of the kind is sent to them again unless they say so."""


class Ambiguous(PortFailure):
    """It may or may not have taken effect. What cannot be repeated without harm must first be asked after."""
