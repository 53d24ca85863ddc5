"""Single fields of a sales file: texts tidied, numbers exact, local times resolved to instants.

A file repeats a few thousand texts and numbers in half a million lines, so what was read is remembered.
"""

import re
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from core.domain.values import AMOUNT_DECIMALS, AMOUNT_LIMIT, QUANTITY_DECIMALS, QUANTITY_LIMIT, normal

TEXT_LIMIT = 200
NAME_LIMIT = 100


class Unreadable(ValueError):
    """A field that cannot be understood; `code` is stable, `detail` is for people."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


class TimestampStyle(StrEnum):
    """How a file writes its local times. Chosen for the whole file, never guessed from a line."""

    ISO = "iso"
    MONTH_FIRST = "month_first"
    DAY_FIRST = "day_first"


class Moment(NamedTuple):
    """A time as the file says it (`local`, without zone) and the instant that it stands for (`utc`)."""

    local: datetime
    utc: datetime


@lru_cache(maxsize=1 << 16)
def read_text(text: str, limit: int = TEXT_LIMIT) -> str:
    """The text without blanks around it and with single blanks inside; it may be empty."""
    tidy = " ".join(text.split())
    if len(tidy) > limit:
        raise Unreadable("too_long", f"has {len(tidy)} characters, more than {limit}")
    if _UNWRITABLE.search(tidy):
        raise Unreadable("control_character", "contains a character that is no text")
    return tidy


@lru_cache(maxsize=1 << 16)
def read_name(text: str) -> str:
    """A text that must not be empty: a document's number, a code."""
    tidy = read_text(text, NAME_LIMIT)
    if not tidy:
        raise Unreadable("required", "is empty")
    return tidy


@lru_cache(maxsize=1 << 16)
def read_sku(text: str) -> str:
    """A stock code in capitals: codes that differ only in case or in blanks around them are one product."""
    return read_name(text).upper()


@lru_cache(maxsize=1 << 12)
def read_quantity(text: str) -> Decimal:
    """Units, signed, within what a quantity may be."""
    return _read_number(text, QUANTITY_DECIMALS, QUANTITY_LIMIT)


@lru_cache(maxsize=1 << 12)
def read_price(text: str) -> Decimal:
    """Money per unit, signed, within what an amount may be."""
    return _read_number(text, AMOUNT_DECIMALS, AMOUNT_LIMIT)


@lru_cache(maxsize=1 << 12)
def read_moment(text: str, zone: tzinfo, style: TimestampStyle) -> Moment:
    """The instant of a local time in the zone.

    An hour that happens twice means its first occurrence; an hour that the clocks skip is read with the offset
    in force before the change.
    """
    match = _TIMESTAMPS[style].fullmatch(text.strip())
    if match is None:
        raise Unreadable("not_a_time", f"{text!r} is not written like {_EXAMPLES[style]}")
    part = {name: int(digits) for name, digits in match.groupdict("0").items()}
    try:
        instant = datetime(
            part["year"], part["month"], part["day"], part["hour"], part["minute"], part["second"], tzinfo=zone
        )
        return Moment(instant.replace(tzinfo=None), instant.astimezone(UTC))
    except (ValueError, OverflowError) as error:
        raise Unreadable("not_a_time", f"{text!r} is not a time: {error}") from error


def _read_number(text: str, decimals: int, limit: Decimal) -> Decimal:
    plain = text.strip()
    if _NUMBER.fullmatch(plain) is None:
        raise Unreadable("not_a_number", f"{text!r} is not a plain decimal number such as 12 or -3.25")
    number = normal(Decimal(plain)) or Decimal(0)
    if abs(number) >= limit:
        raise Unreadable("out_of_range", f"must be below {limit:f}")
    if -int(number.as_tuple().exponent) > decimals:
        raise Unreadable("too_precise", f"must have at most {decimals} decimals")
    return number


# PostgreSQL stores no NUL and UTF-8 no lone surrogate; the other control characters have no place in a name.
_UNWRITABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
# Short enough for exact decimals; what does not fit a column is told apart by its size, not by its form.
_NUMBER = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{1,9})?")
_CLOCK = r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(:(?P<second>[0-9]{2}))?"
_DATES = {
    TimestampStyle.ISO: r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})",
    TimestampStyle.MONTH_FIRST: r"(?P<month>[0-9]{1,2})/(?P<day>[0-9]{1,2})/(?P<year>[0-9]{4})",
    TimestampStyle.DAY_FIRST: r"(?P<day>[0-9]{1,2})/(?P<month>[0-9]{1,2})/(?P<year>[0-9]{4})",
}
_TIMESTAMPS = {style: re.compile(f"{date}[T ]{_CLOCK}") for style, date in _DATES.items()}
_EXAMPLES = {
    TimestampStyle.ISO: "2009-12-01T07:45",
    TimestampStyle.MONTH_FIRST: "12/1/2009 7:45 (month/day/year)",
    TimestampStyle.DAY_FIRST: "1/12/2009 7:45 (day/month/year)",
}
