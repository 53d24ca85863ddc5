"""The database of the run as one that nobody should serve from."""

from psycopg.conninfo import make_conninfo


def unsafe(url: str) -> str:
    """A connection string whose sessions lose in a crash what they have acknowledged, and which does not say that it is for a test."""
    return make_conninfo(url, options="-c synchronous_commit=off -c pirwa.throwaway=off")
