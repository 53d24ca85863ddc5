"""What the API document says of answers that are files."""

from collections.abc import Mapping
from typing import Any

from litestar.openapi.datastructures import ResponseSpec

ANYTHING = "*/*"
CSV = "text/csv"
PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def file_answer(description: str, *media_types: str, shown: Any = bytes) -> Mapping[int, ResponseSpec]:
    """A 200 of one of these media types; where JSON is among them, it is a `shown`."""
    return {
        200: ResponseSpec(shown, generate_examples=False, description=description, media_type=", ".join(media_types))
    }
