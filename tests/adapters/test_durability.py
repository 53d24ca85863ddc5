"""A database that forgets in a crash what it has said is done is served from by nobody."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from adapters.embedded_postgres.cluster import server_options
from adapters.postgres.durability import durability_fault, durability_fault_at
from adapters.postgres.engine import Database
from adapters.postgres.readiness import DatabaseReadiness
from tests.proof.superuser import as_superuser
from tests.unsafe_database import unsafe

pytestmark = [pytest.mark.anyio, pytest.mark.promise("B2")]


@pytest.mark.parametrize(
    ("fsync", "synchronous_commit", "named"),
    [
        ("on", "on", ""),
        ("on", "remote_write", ""),
        ("on", "local", ""),
        ("off", "on", "because fsync is off: switch fsync on"),
        ("on", "off", "because synchronous_commit is off: switch synchronous_commit on"),
        ("off", "off", "because fsync and synchronous_commit are off: switch fsync and synchronous_commit on"),
    ],
)
def test_every_setting_that_loses_something_is_named_at_once(fsync: str, synchronous_commit: str, named: str) -> None:
    """Seen to fail with one of the two settings not looked at."""
    said = durability_fault(fsync, synchronous_commit, "")
    assert (said or "").endswith(named)
    assert bool(said) is bool(named)


def test_only_a_server_that_says_so_of_itself_may_lose_everything() -> None:
    for fsync, synchronous_commit in product(("on", "off"), repeat=2):
        assert durability_fault(fsync, synchronous_commit, "on") is None
        assert (durability_fault(fsync, synchronous_commit, "off") is None) is (
            (fsync, synchronous_commit) == ("on", "on")
        )


def test_the_server_of_a_data_folder_says_so_only_where_it_is_started_for_a_test(tmp_path: Path) -> None:
    """Seen to fail with the mark on every server."""
    marks = {
        durable: "pirwa.throwaway=on" in list(server_options(tmp_path, tmp_path, durable)) for durable in (True, False)
    }
    assert marks == {True: False, False: True}


def test_what_a_database_says_is_asked(database_url: str) -> None:
    said = durability_fault_at(unsafe(database_url))
    assert said is not None
    assert "synchronous_commit" in said


def test_of_a_database_that_does_not_answer_nothing_is_said() -> None:
    assert durability_fault_at("postgresql://pirwa@/pirwa?host=/nowhere") is None


@pytest.fixture
def set_unsafe(database_url: str) -> Iterator[str]:
    """The database while it is set to lose what it acknowledges, in sessions that begin from now on."""
    name = sql.Identifier(str(conninfo_to_dict(database_url)["dbname"]))
    with psycopg.connect(as_superuser(database_url), autocommit=True) as superuser:
        try:
            for setting in ("synchronous_commit", "pirwa.throwaway"):
                superuser.execute(sql.SQL("ALTER DATABASE {} SET {} = off").format(name, sql.SQL(setting)))
            yield database_url
        finally:
            superuser.execute(sql.SQL("ALTER DATABASE {} RESET ALL").format(name))


def test_whoever_owns_the_tables_cannot_say_it_for_the_server(database_url: str) -> None:
    """Nor so can any role of Pirwa: whoever starts the server says it."""
    name = sql.Identifier(str(conninfo_to_dict(database_url)["dbname"]))
    with psycopg.connect(database_url, autocommit=True) as owner, pytest.raises(psycopg.errors.InsufficientPrivilege):
        owner.execute(sql.SQL("ALTER DATABASE {} SET pirwa.throwaway = on").format(name))


async def test_whoever_serves_is_not_ready_on_it(set_unsafe: str) -> None:
    """Also where it was set so, or could be reached, only after the start. Seen to fail with the schema alone looked at."""
    later = Database(set_unsafe)
    await later.open()
    try:
        (fault,) = await DatabaseReadiness(later).faults()
    finally:
        await later.close()
    assert "synchronous_commit" in fault
