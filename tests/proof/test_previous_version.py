"""Processes of the version before and of this one side by side, on this one's schema: an upgrade without a pause.

The version before is the newest commit with another schema.
"""

import asyncio
import io
import os
import signal
import socket
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import psycopg
import pytest

from adapters.postgres.migrate import migrate
from apps.settings import Settings
from tests.api import Client
from tests.apps.command_line import as_url
from tests.proof.books import differences
from tests.proof.promises import ROOT
from tests.proof.recording import Reach
from tests.proof.seeded import own_database
from tests.proof.shoppers import Shoppers
from tests.proof.stocked import stocked
from tests.redis_server import redis_server

pytestmark = [pytest.mark.anyio, pytest.mark.promise("B12"), pytest.mark.long]

SCHEMA = ("adapters/postgres/migrations", "adapters/postgres/functions")
CLIENTS = 3
ANSWERS = 400
SECONDS = 60.0


class Version:
    """Pirwa as it was, in a folder of its own, on the present database."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self._folder, self._environment = folder, {**environment, "PYTHONPATH": str(folder)}

    def migrate(self, url: str) -> None:
        command = [sys.executable, "-m", "adapters.postgres.migrate"]
        subprocess.run(command, input=url, text=True, env=self._environment, cwd=self._folder, check=True)

    @contextmanager
    def running(self, command: str) -> Iterator[subprocess.Popen[bytes]]:
        line = [sys.executable, "-c", "import sys; from apps.cli.main import main; sys.exit(main())", command]
        process = subprocess.Popen(line, env=self._environment, cwd=self._folder, start_new_session=True)
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture
def url(server_url: str) -> Iterator[str]:
    with own_database(server_url, "before") as url:
        yield url


@pytest.fixture
def before(url: str, tmp_path: Path) -> Iterator[tuple[Version, int]]:
    """The version before, and the port on which it serves."""
    folder = tmp_path / "before"
    extract(commit_before(), folder)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with redis_server() as redis:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PIRWA_")}
        given = {
            "PIRWA_DATABASE_URL": as_url(url),
            "PIRWA_REDIS_URL": redis.url,
            "PIRWA_DATA": str(tmp_path / "data"),
            "PIRWA_PORT": str(port),
        }
        yield Version(folder, {**kept, **given}), port


async def test_both_serve_while_one_takes_the_place_of_the_other(
    url: str, before: tuple[Version, int], tmp_path: Path, reached: Reach
) -> None:
    """Seen to fail where a function that the worker of before calls had got another name."""
    version, port = before
    await asyncio.to_thread(version.migrate, url)
    with version.running("serve"), version.running("worker"):
        async with stocked(Settings(data=tmp_path / "data", database_url=url)) as api:
            old = [await served_by(port, await api.client()) for _ in range(CLIENTS)]
            new = [await api.client() for _ in range(CLIENTS)]
            async with asyncio.timeout(SECONDS), httpx.AsyncClient() as probe:
                await answering(probe, port)
            with_old, with_new = Shoppers(old), Shoppers(new)
            async with with_old.at_work():
                await with_old.until(ANSWERS // 4)
                await asyncio.to_thread(migrate, url)
                async with with_new.at_work():
                    await with_old.until(ANSWERS)
            relayed = await drained(url)
            for client in old:
                await client.aclose()
    assert (with_old.failed, with_new.failed) == ([], [])
    assert relayed
    assert await differences(url) == []
    answers = with_old.answers + with_new.answers
    reached(
        "B12",
        f"the version before beside this one, {answers:,} requests through the migration: 0 refused, 0 differences",
    )


def commit_before() -> str:
    """The newest commit whose schema is another one."""
    changed = git("status", "--porcelain", "--", *SCHEMA)
    return "HEAD" if changed else git("log", "-1", "--format=%H", "--", *SCHEMA).strip() + "^"


def git(*arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("there is no history to take the version before from")
    return done.stdout


def extract(commit: str, folder: Path) -> None:
    command = ["git", "-C", str(ROOT), "archive", commit, "adapters", "apps", "core"]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        pytest.skip("there is no history to take the version before from")
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(folder, filter="data")


async def served_by(port: int, client: Client) -> Client:
    """The same person at the other server."""
    return Client(
        base_url=f"http://127.0.0.1:{port}/api/v1",
        headers={"Authorization": client.headers["Authorization"]},
        timeout=30,
    )


async def answering(probe: httpx.AsyncClient, port: int) -> None:
    while True:
        with suppress(httpx.TransportError):
            if (await probe.get(f"http://127.0.0.1:{port}/health/live")).is_success:
                return
        await asyncio.sleep(0.1)


async def drained(url: str) -> bool:
    """Whether the worker of before has passed on every event."""
    for _ in range(300):
        with psycopg.connect(url) as owner:
            owner.execute("SET ROLE pirwa_dispatch")
            row = owner.execute("SELECT count(*) FROM outbox_event WHERE position IS NULL").fetchone()
        if row == (0,):
            return True
        await asyncio.sleep(0.1)
    return False
