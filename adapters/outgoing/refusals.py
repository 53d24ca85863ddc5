"""Why a request to another server was not made, or had no answer that counts. All are transport errors of httpx2."""

import httpx2


class AddressRefused(httpx2.TransportError):
    """The URL is none that may be followed."""


class Unreachable(httpx2.TransportError):
    """Nobody answered, or not in time, or not in HTTP."""


class AnswerRefused(httpx2.TransportError):
    """The answer is too large, or packed."""
