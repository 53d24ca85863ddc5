"""Which moments are taken: those that every calendar has, whatever zone they are told in."""

from datetime import datetime, timedelta

MOST_OFFSET = timedelta(hours=15)  # PostgreSQL takes hardly more, and no place on earth has it
FIRST_YEAR, LAST_YEAR = 2, 9998  # so that no zone makes it a year that cannot be written


def out_of_range(moment: datetime) -> bool:
    """Whether it has an offset that no place has, or lies at the end of all calendars."""
    offset = moment.utcoffset()
    return not FIRST_YEAR <= moment.year <= LAST_YEAR or (offset is not None and abs(offset) > MOST_OFFSET)


WORDS = f"must lie in the years {FIRST_YEAR} to {LAST_YEAR}, with an offset of at most 15 hours"
