"""Parameters that many routes take. Their bounds stand in Litestar's own terms: it does not see those of msgspec's `Meta`."""

from datetime import datetime
from typing import Annotated

from litestar.params import HeaderParameter, QueryParameter

from apps.http import moments
from core.domain.errors import Fault, refuse_if
from core.queries.paging import MAX_LIMIT

IfMatch = Annotated[
    str | None, HeaderParameter(name="If-Match", max_length=40, description="The ETag of an earlier answer")
]
Limit = Annotated[int, QueryParameter(ge=1, le=MAX_LIMIT)]
Cursor = Annotated[
    str | None, QueryParameter(min_length=1, max_length=800, description="`next_cursor` of an earlier page")
]
Text = Annotated[str | None, QueryParameter(min_length=1, max_length=200)]
"""Something to search for, or an id or natural key."""
Instant = Annotated[datetime, QueryParameter(description="RFC 3339 with its offset")]
OptionalInstant = Annotated[datetime | None, QueryParameter(description="RFC 3339 with its offset")]


def require_zone(**instants: datetime | None) -> None:
    """Raises `Invalid` for each instant without an offset, as nobody guesses which noon is meant, or out of all range."""
    known = {f"/query/{name}": instant for name, instant in instants.items() if instant is not None}
    needs_offset = [pointer for pointer, instant in known.items() if instant.tzinfo is None]
    beyond = [pointer for pointer, instant in known.items() if moments.out_of_range(instant)]
    refuse_if(
        [
            *(_fault(pointer, "offset_required", "needs an offset, such as Z or -05:00") for pointer in needs_offset),
            *(_fault(pointer, "out_of_range", moments.WORDS) for pointer in beyond),
        ]
    )


def _fault(pointer: str, code: str, detail: str) -> Fault:
    return Fault(pointer, code, detail, {"in": "query"})
