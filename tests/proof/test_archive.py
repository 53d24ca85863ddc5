"""A machine that is lost with all that is on it: from an archive elsewhere Pirwa comes back as it was a minute before, or at any moment."""

import asyncio
import gzip
import io
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from adapters.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError
from adapters.embedded_postgres.archive import ARCHIVE_SECONDS, WAL, check, segments
from adapters.local_disk.file_store import LocalDiskStore
from adapters.postgres.migrate import migrate
from apps.cli.archive_folder import files_archived
from apps.cli.backup_folder import FILES, read_sheet
from apps.cli.main import main
from apps.settings import Settings
from core.domain.ids import new_id
from tests.folders import short_folder
from tests.proof.books import differences
from tests.proof.profile import amount
from tests.proof.recording import Reach
from tests.proof.shoppers import Shoppers
from tests.proof.stocked import stocked
from tests.way_out import eventually

pytestmark = [pytest.mark.anyio, pytest.mark.promise("B13")]

CLIENTS = 4
_COMPANY = new_id()
_SOMETHING = "SELECT pg_logical_emit_message(true, 'test', 'x')"
_EMPTY = gzip.compress(b"")


@dataclass
class Machine:
    """A data folder with the embedded database, and an archive that is not lost with it."""

    data: Path
    archive: Path
    monkeypatch: pytest.MonkeyPatch

    @property
    def settings(self) -> Settings:
        return Settings(data=self.data, archive=self.archive)

    @property
    def wal(self) -> Path:
        return self.archive / WAL

    def server(self) -> EmbeddedPostgres:
        return EmbeddedPostgres(self.data / "postgres", archive=self.archive)

    async def run(self, *arguments: str) -> int:
        """The exit status of a command of Pirwa here."""
        self.monkeypatch.setenv("PIRWA_DATA", str(self.data))
        self.monkeypatch.setenv("PIRWA_ARCHIVE", str(self.archive))
        return await asyncio.to_thread(main, arguments)

    async def restore(self, data: Path, *options: str) -> int:
        """The exit status of a restore from this archive to another place, to which the keys were brought."""
        self._take_keys_to(data)
        self.monkeypatch.setenv("PIRWA_DATA", str(data))
        self.monkeypatch.delenv("PIRWA_ARCHIVE", raising=False)
        return await asyncio.to_thread(main, ["restore", str(self.archive), *options])

    def _take_keys_to(self, data: Path) -> None:
        data.mkdir(exist_ok=True)
        for key in self.data.glob("*.key*"):
            shutil.copyfile(key, data / key.name)


@pytest.fixture
def folder() -> Iterator[Path]:
    with short_folder() as folder:
        yield folder


@pytest.fixture
def machine(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(folder / "data", folder / "archive", monkeypatch)


@asynccontextmanager
async def at_work(machine: Machine, server: EmbeddedPostgres) -> AsyncIterator[Shoppers]:
    """People who buy and move what there is, as long as the block."""
    migrate(server.url)
    async with (
        stocked(Settings(data=machine.data, database_url=server.url)) as api,
        Shoppers([await api.client() for _ in range(CLIENTS)]).at_work() as shoppers,
    ):
        yield shoppers


async def a_minute_later(server: EmbeddedPostgres, machine: Machine) -> None:
    """As after the time in which the server sends what it has begun, which is asked for here: it is a minute."""
    with psycopg.connect(server.superuser_url, autocommit=True) as superuser:
        [setting] = superuser.execute("SHOW archive_timeout").fetchone() or [""]
        assert setting == f"{ARCHIVE_SECONDS // 60}min"
        superuser.execute(_SOMETHING)  # or there would be nothing to send
        [segment] = superuser.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchone() or [""]
    await eventually(lambda: segment in segments(machine.wal))


def lose(server: EmbeddedPostgres, machine: Machine) -> None:
    """With everything that was on it, but for the keys, which are kept elsewhere."""
    assert server._process
    server._process.kill()
    server.stop()
    shutil.rmtree(machine.data / "postgres")
    shutil.rmtree(machine.data / "files", ignore_errors=True)


def invoices(data: Path) -> set[str]:
    with EmbeddedPostgres(data / "postgres") as server, psycopg.connect(server.superuser_url) as superuser:
        return {number for (number,) in superuser.execute("SELECT document_number FROM posting WHERE kind = 'sale'")}


async def test_what_was_acknowledged_a_minute_before_a_machine_was_lost_is_there(
    machine: Machine, folder: Path, capsys: pytest.CaptureFixture[str], reached: Reach
) -> None:
    """And at a moment before that no more than was there then. Seen to fail with a restore that ended with the base backup, and when
    sessions went on."""
    there, before = folder / "there", folder / "before"
    with machine.server() as server:
        async with at_work(machine, server) as shoppers:
            await shoppers.until(amount(30, 1_000))
            assert await machine.run("archive") == 0, capsys.readouterr().err
            await shoppers.until(amount(30, 1_000))
            early, moment = set(shoppers.sold), datetime.now(UTC)
            await shoppers.until(amount(30, 1_000))
            acknowledged = set(shoppers.sold)
            await a_minute_later(server, machine)
            await shoppers.until(amount(10, 100))
        everything = set(shoppers.sold)
        lose(server, machine)
    assert await machine.restore(there) == 0, capsys.readouterr().out
    assert "1 company verified: no difference." in capsys.readouterr().out
    assert acknowledged <= invoices(there) <= everything
    assert await machine.restore(before, "--at", moment.isoformat()) == 0, capsys.readouterr().out
    assert early <= invoices(before) < acknowledged
    with EmbeddedPostgres(there / "postgres") as server:
        assert await differences(server.url) == []
        assert rows(server, "SELECT (SELECT count(*) FROM session) + (SELECT count(*) FROM signing_key)") == [0]
    reached(
        "B13",
        f"a machine lost under {CLIENTS} clients: of {len(acknowledged):,} sales acknowledged {ARCHIVE_SECONDS} s before 0 are missing, 0 differences",
    )


async def test_files_are_in_the_archive_as_soon_as_the_log_is(machine: Machine, folder: Path) -> None:
    """While Pirwa runs, without a command. Seen to fail when only `pirwa archive` copied them."""
    machine.data.mkdir()
    with files_archived(machine.settings, 0.05):
        kept = await LocalDiskStore(machine.data / "files").put(_COMPANY, io.BytesIO(b"a delivery note"))
        await eventually(lambda: bool(list((machine.archive / FILES).rglob(kept.digest))))


async def test_what_leads_nowhere_is_refused(
    machine: Machine, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a line that says what to do, and nothing is left of the attempt. Seen to fail when PostgreSQL alone decided where the log ends: with
    a segment missing, what came after it was lost without a word."""

    async def said(*options: str, place: str = "there") -> str:
        assert await machine.restore(folder / place, *options) == 1
        assert not list((folder / place).glob("postgres*"))
        return capsys.readouterr().err

    with machine.server() as server:
        assert await machine.run("archive") == 1
        assert "nothing of Pirwa" in capsys.readouterr().err
        migrate(server.url)
        assert await machine.run("archive") == 0
        for _ in range(2):
            await a_minute_later(server, machine)
    earlier, later = segments(machine.wal)[-2:]
    now = datetime.now(UTC)
    assert "has no base backup of before" in await said("--at", (now - timedelta(days=1)).isoformat())
    assert "does not reach" in await said("--at", (now + timedelta(days=1)).isoformat())
    os.truncate(machine.wal / f"{later}.gz", 100)
    assert f"{later} in {machine.wal} is damaged" in await said()
    (machine.wal / f"{earlier}.gz").unlink()
    assert f"{machine.wal} lacks {earlier}" in await said()
    [base] = machine.archive.glob("base-*")
    with (base / "base.tar.gz").open("ab") as copied:
        copied.write(b"!")
    assert "is not what was written" in await said()
    shutil.rmtree(base)
    assert "has no base backup" in await said()


async def test_a_restore_is_done_as_a_whole_or_not_at_all(
    machine: Machine, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is killed before the storefronts are marked leaves nothing that would serve, and the next attempt succeeds. Seen to fail when the
    cluster was brought back in its own place."""
    with machine.server() as server:
        migrate(server.url)
        assert await machine.run("archive") == 0

    def die(url: str) -> None:
        raise KeyboardInterrupt

    there = folder / "there"
    with monkeypatch.context() as patch:
        patch.setattr("apps.cli.archive_restoring.settle", die)
        assert await machine.restore(there) == 130
    assert not (there / "postgres").exists()
    assert await machine.restore(there) == 0, capsys.readouterr().err
    assert await machine.restore(there) == 1
    assert "has a database already" in capsys.readouterr().err


async def test_an_archive_is_of_one_life_of_one_database(
    machine: Machine, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of what was restored as well: with the segments of both nobody could tell what followed what. Seen to fail when any server could use
    any archive."""
    with machine.server() as server:
        migrate(server.url)
        assert await machine.run("archive") == 0
    assert await machine.restore(folder / "there") == 0
    for other in (folder / "there", folder / "new"):
        with pytest.raises(EmbeddedPostgresError, match="archive of another database, or of this one before"):
            EmbeddedPostgres(other / "postgres", archive=machine.archive).start()
    machine.monkeypatch.setenv("PIRWA_ARCHIVE", str(machine.archive))
    assert await asyncio.to_thread(main, ["restore", str(machine.archive)]) == 1
    assert "unset PIRWA_ARCHIVE" in capsys.readouterr().err


async def test_a_log_that_does_not_arrive_is_told(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    """Seen to fail when nobody asked the server."""
    with EmbeddedPostgres(machine.data / "postgres") as server:
        migrate(server.url)
        assert await machine.run("archive") == 1
        assert "was started without PIRWA_ARCHIVE" in capsys.readouterr().err
    with machine.server() as server:
        machine.wal.rename(machine.archive / "away")
        execute(server, _SOMETHING, "SELECT pg_switch_wal()")
        await eventually(lambda: rows(server, "SELECT failed_count > 0 FROM pg_stat_archiver") == [True])
        assert await machine.run("archive") == 1
        assert "does not arrive in the archive" in capsys.readouterr().err
        (machine.archive / "away").rename(machine.wal)


async def test_the_oldest_are_forgotten_with_the_log_that_led_on_from_them(machine: Machine, folder: Path) -> None:
    """Seen to fail when segments stayed, and when one was forgotten that the oldest base backup needs."""
    with machine.server() as server:
        migrate(server.url)
        moments = list[datetime]()
        made = list[Path]()
        for _ in range(3):
            moments.append(datetime.now(UTC))
            await a_minute_later(server, machine)
            assert await machine.run("archive", "--keep", "2") == 0
            made.append(max(machine.archive.glob("base-*")))
        await a_minute_later(server, machine)
    assert sorted(machine.archive.glob("base-*")) == made[-2:]
    assert segments(machine.wal)[0] == read_sheet(made[-2]).first_segment
    assert await machine.restore(folder / "there", "--at", moments[-1].isoformat()) == 0


@pytest.mark.parametrize("first", ["0000000100000000000000FE", "00000001000000AB000000FE"])
def test_after_the_last_segment_of_a_log_comes_the_first_of_the_next(folder: Path, first: str) -> None:
    log = int(first[8:16], 16)
    names = [first, f"{first[:16]}000000FF", f"00000001{log + 1:08X}00000000", f"00000001{log + 1:08X}00000001"]
    for name in names:
        (folder / f"{name}.gz").write_bytes(_EMPTY)
    assert check(folder, first) == 4
    (folder / f"{names[2]}.gz").unlink()
    with pytest.raises(EmbeddedPostgresError, match=f"lacks {names[2]}"):
        check(folder, first)


def rows(server: EmbeddedPostgres, question: str) -> list[object]:
    with psycopg.connect(server.superuser_url) as superuser:
        return [value for (value,) in superuser.execute(question.encode())]


def execute(server: EmbeddedPostgres, *statements: str) -> None:
    with psycopg.connect(server.superuser_url, autocommit=True) as superuser:
        for statement in statements:
            superuser.execute(statement.encode())
