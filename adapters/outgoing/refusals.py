"""Why a request to another server was not made, or had no answer that counts. All are transport errors of httpx2, with a
code for it."""

import httpx2


class AddressRefused(httpx2.TransportError):
    """The URL is none that may be followed."""

    code = "address_refused"


class Unreachable(httpx2.TransportError):
    """Nobody answered, or not in time, or not in HTTP. Unless something of the request was `sent`, it had no effect."""

    code = "unreachable"

    def __init__(self, message: str, *, sent: bool = False) -> None:
        super().__init__(message)
        self.sent = sent


class TooSlow(Unreachable):
    """Nobody answered in time."""

    code = "timeout"


class AnswerRefused(httpx2.TransportError):
    """The answer is too large, or packed."""

    code = "answer_refused"
