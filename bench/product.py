"""Pirwa as a running server, as it is served in production, and the loads that are put on it."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import TypeVar

import psutil
import psycopg

from adapters.postgres.engine import Database
from adapters.postgres.migrate import migrate
from bench.load import Load, LoadResult, Requests, run_load, run_quiet_load
from bench.product_shop import PASSWORD, found_company
from bench.requests import RequestWriter
from core.domain.access import Actor
from tests.redis_server import redis_server

_WORKERS = (1, 2)
_START_SECONDS = 30.0
_POLL_SECONDS = 0.05

Asked = Callable[[RequestWriter], Requests]
Result = TypeVar("Result")


class Product:
    """Pirwa in its own database of the common server."""

    def __init__(self, database_url: str, data: Path, processes: dict[str, int], products: int, sites: int) -> None:
        """Migrates and founds a company without stock; `processes` are watched beside the web server's own."""
        migrate(database_url)
        self.database_url = database_url
        self.data = data
        self._processes = processes
        self._environment = _environment(database_url, data)
        self.admin: Actor = self.work(lambda database: found_company(database, products, sites))
        self.worker_megabytes = 0.0
        """The largest resident set, in 10^6 bytes, that a web process had after a load, with all that it shares."""
        self.worker_part_megabytes = 0.0
        """The most that a web process took of the machine: what is its own, and its part of what it shares."""

    def work(self, job: Callable[[Database], Awaitable[Result]]) -> Result:
        """Do something in the database as the application's role, without HTTP."""
        return asyncio.run(_with_database(self.database_url, job))

    def work_over_all(self, job: Callable[[Database], Awaitable[Result]]) -> Result:
        """Do something in the database as the role that sees the queues of all companies."""
        return asyncio.run(_with_database(self.database_url, job, role="pirwa_dispatch"))

    def tidy(self) -> None:
        """Collect the planner's statistics after rows were written in bulk."""
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")

    def load(self, asked: Asked, connections: int, seconds: float = 8.0) -> tuple[LoadResult, int]:
        """Put one kind of request on the server; its best result, and the number of web processes that gave it."""
        results = [(self._load(asked, connections, seconds, workers), workers) for workers in _WORKERS]
        return max(results, key=lambda result: result[0].per_second)

    def fight(self, asked: Asked, connections: int, seconds: float) -> LoadResult:
        """One load from the first request on, with two web processes, whatever else the machine does."""
        with self.serving(2) as (port, pid):
            return run_load(self._described(asked, connections, seconds, 0.0, port, pid))

    def _load(self, asked: Asked, connections: int, seconds: float, workers: int) -> LoadResult:
        with self.serving(workers) as (port, pid):
            result = run_quiet_load(self._described(asked, connections, seconds, 2.0, port, pid))
            self._weigh(pid)
            return result

    def _weigh(self, pid: int) -> None:
        for worker in psutil.Process(pid).children(recursive=True):
            memory = worker.memory_full_info()
            self.worker_megabytes = max(self.worker_megabytes, memory.rss / 1e6)
            self.worker_part_megabytes = max(self.worker_part_megabytes, memory.pss / 1e6)

    def _described(self, asked: Asked, connections: int, seconds: float, warm_up: float, port: int, pid: int) -> Load:
        processes = {"application": pid, **self._processes}
        return Load(port, asked(_signed_in(port)), connections, seconds, warm_up, processes=processes)

    @contextmanager
    def serving(self, workers: int) -> Iterator[tuple[int, int]]:
        port = _free_port()
        with redis_server() as redis:
            server = subprocess.Popen(
                [Path(sys.executable).with_name("pirwa"), "serve", "--workers", str(workers)],
                cwd=self.data,
                env={**self._environment, "PIRWA_PORT": str(port), "PIRWA_REDIS_URL": redis.url},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            try:
                _wait_until_ready(port, server)
                yield port, server.pid
            finally:
                server.terminate()
                server.wait()


async def _with_database(url: str, job: Callable[[Database], Awaitable[Result]], role: str = "pirwa_app") -> Result:
    database = Database(url, role=role, size=2, statement_timeout="600s")
    await database.open()
    try:
        return await job(database)
    finally:
        await database.close()


def _environment(database_url: str, data: Path) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PIRWA_")}
    return {**inherited, "PIRWA_DATABASE_URL": database_url, "PIRWA_DATA": str(data)}


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _wait_until_ready(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not _is_ready(port):
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("Pirwa's web server did not start")
        time.sleep(_POLL_SECONDS)


def _is_ready(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=_START_SECONDS)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _signed_in(port: int) -> RequestWriter:
    """The requests of the administrator, with a new token: one lives for less time than all measurements together take."""
    connection = HTTPConnection("127.0.0.1", port, timeout=_START_SECONDS)
    body = json.dumps({"login": "techcorp_admin", "password": PASSWORD})
    connection.request("POST", "/api/v1/auth/login", body, {"Content-Type": "application/json"})
    answer = json.loads(connection.getresponse().read())
    connection.close()
    return RequestWriter.authorized(f"Bearer {answer['access_token']}")
