"""Parameters that many routes take. Their bounds stand in Litestar's own terms: it does not see those of msgspec's `Meta`."""

from datetime import datetime
from typing import Annotated

from litestar.params import HeaderParameter, QueryParameter

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
    """Raises `Invalid` for each instant without an offset: nobody guesses which noon is meant."""
    refuse_if(
        [
            Fault(f"/query/{name}", "offset_required", "needs an offset, such as Z or -05:00", {"in": "query"})
            for name, instant in instants.items()
            if instant is not None and instant.tzinfo is None
        ]
    )
