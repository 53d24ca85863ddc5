"""Exact numbers that are shown, not reckoned with."""

from typing import Annotated

from msgspec import Meta

DECIMAL = Meta(extra_json_schema={"format": "decimal"})
DecimalText = Annotated[str, DECIMAL]
"""A decimal in plain notation, as the store writes it and the caller reads it. On long pages a `Decimal` in between costs more than
the rest of the row."""
