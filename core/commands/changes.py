"""What changes of every kind have in common."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET

from core.domain.errors import Conflict, Fault, StaleVersion, refuse_if


class Saved(msgspec.Struct, frozen=True):
    """What was stored, and its version now."""

    id: UUID
    version: int


def given(change: msgspec.Struct) -> Mapping[str, Any]:
    """The fields that a change names. Raises `Invalid` when it names none."""
    fields = {name: getattr(change, name) for name in change.__struct_fields__}
    named = {name: value for name, value in fields.items() if value is not UNSET}
    refuse_if([] if named else [Fault("", "required", "name at least one change")])
    return named


def require_version(stored: int, known: int | None) -> None:
    """Raises `StaleVersion` when the caller knows another version than the stored one (None: does not say)."""
    if known is not None and known != stored:
        raise StaleVersion("stale_version", "somebody else changed this since you read it", details={"version": stored})


def refuse(faults: Sequence[Fault], conflicts: Sequence[Fault], code: str) -> None:
    """One refusal with everything: `Invalid` if anything can never be right, else the first `Conflict` by its code."""
    refuse_if([*faults, *conflicts] if faults else [], code)
    if conflicts:
        raise Conflict(conflicts[0].code, conflicts[0].detail, conflicts)
