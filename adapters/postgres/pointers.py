"""Where a fault that the database found stands in the request that caused it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from core.domain.errors import DomainError, Fault

Refusal = TypeVar("Refusal", bound=BaseException)

_LINES = "/postings/0/lines"


def lines_at(pointer: str, refusal: Refusal) -> Refusal:
    """The refusal, for a caller whose request holds its lines at this pointer."""
    if isinstance(refusal, DomainError):
        refusal.faults = tuple(
            replace(fault, pointer=pointer + fault.pointer.removeprefix(_LINES)) for fault in refusal.faults
        )
    return refusal


def faults_at(pointer: str, entries: Iterable[Mapping[str, Any]] | None) -> list[Fault]:
    """The faults that a function of the database lists without refusing."""
    return [
        Fault(f"{pointer}/{entry['line'] - 1}/{entry['field']}", entry["code"], entry["detail"])
        for entry in entries or ()
    ]
