"""Base backups: a copy of a whole cluster while people work in it. Together with the write-ahead log (WAL) that is archived from then on it leads
to every later moment."""

from pathlib import Path

import psycopg

from adapters.postgres.client_programs import at_service, run_program

BASE = "base.tar.gz"

_ARCHIVING = """
    SELECT current_setting('archive_mode'), last_failed_wal FROM pg_stat_archiver
    WHERE current_setting('archive_mode') = 'off' OR last_failed_time > coalesce(last_archived_time, '-infinity')
"""


def copy_cluster(url: str, folder: Path, programs: Path) -> str:
    """Makes a folder with a base backup, as superuser, and tells the first segment of the WAL that leads on from it. Raises ProgramFailed."""
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT pg_walfile_name(pg_current_wal_insert_lsn())").fetchone()
    options = ["--format=tar", "--gzip", "--checkpoint=fast", "--wal-method=stream", f"--pgdata={folder}"]
    with at_service(url) as environment:
        run_program([programs / "pg_basebackup", "--dbname=service=pirwa", *options], environment)
    return str(row[0]) if row else ""


def archiving_fault(url: str) -> str | None:
    """Why the WAL of a server does not arrive in its archive."""
    with psycopg.connect(url) as connection:
        row = connection.execute(_ARCHIVING).fetchone()
    if row is None:
        return None
    if row[0] == "off":
        return "the server that runs was started without PIRWA_ARCHIVE: start it anew"
    return f"{row[1]} of the write-ahead log does not arrive in the archive: postgres.log in the data folder says why"


def replayed_until(url: str) -> str:
    """When the last transaction was committed that came back, as text."""
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT to_char(pg_last_xact_replay_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS')"
        ).fetchone()
    return (row and row[0]) or "the base backup"
