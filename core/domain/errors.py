"""Why a request is refused. The edge alone decides which HTTP status a class of refusal becomes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with the input: where (a JSON pointer into the request), a stable code, and a sentence."""

    pointer: str
    code: str
    detail: str
    extra: Mapping[str, object] = field(default_factory=dict)


class DomainError(Exception):
    """A refusal with a stable `code`, a sentence for people and every fault that was found.

    `details` are machine-readable facts for the answer (for example `available`).
    """

    def __init__(
        self,
        code: str,
        detail: str = "",
        faults: Sequence[Fault] = (),
        details: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(detail or code)
        self.code = code
        self.detail = detail
        self.faults = tuple(faults)
        self.details = dict(details or {})


class Invalid(DomainError):
    """The input cannot be right, whatever the state of the company."""


class NotFound(DomainError):
    """It does not exist, or not for this caller; the two are told apart nowhere."""


class Conflict(DomainError):
    """The input is sound but the present state does not allow it."""


class Forbidden(DomainError):
    """The caller knows of the object but lacks the permission."""


class Unauthenticated(DomainError):
    """Nobody is signed in, or the token is not good."""


class StaleVersion(DomainError):
    """Somebody else changed the object since the caller read it."""


class Busy(DomainError):
    """Not now: try again after `details["retry_after"]` seconds."""


def refuse_if(faults: Sequence[Fault], code: str = "invalid") -> None:
    """Raises one `Invalid` that carries all faults, if there is any."""
    if faults:
        first = (f"{fault.pointer}: {fault.detail}".removeprefix(": ") for fault in faults[:3])
        raise Invalid(code, "; ".join(first), faults)
