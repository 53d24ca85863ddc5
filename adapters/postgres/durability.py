"""Whether what the database says is done outlives a crash of its machine."""

import psycopg

READ_DURABILITY = "SELECT current_setting('fsync'), current_setting('synchronous_commit'), coalesce(current_setting('pirwa.throwaway', true), '')"
"""The last is said by servers whose data nobody wants to keep, such as those of tests, when they are started: Pirwa has no setting for it,
so that nobody switches it on by the way."""
_SECONDS = 5


def durability_fault(fsync: str, synchronous_commit: str, throwaway: str) -> str | None:
    """What is wrong with a database of these settings."""
    off = [name for name, value in (("fsync", fsync), ("synchronous_commit", synchronous_commit)) if value == "off"]
    if not off or throwaway == "on":
        return None
    settings, switched = " and ".join(off), "are" if len(off) > 1 else "is"
    return f"the database would lose in a crash what it has said is done, because {settings} {switched} off: switch {settings} on"


def durability_fault_at(url: str) -> str | None:
    """What is wrong with the database at `url`. Of one that does not answer nothing is known: whoever serves is not ready until it does, and
    looks then."""
    try:
        with psycopg.connect(url, connect_timeout=_SECONDS) as connection:
            row = connection.execute(READ_DURABILITY).fetchone()
    except psycopg.OperationalError:
        return None
    return durability_fault(*row) if row else None
