"""The Django application as a running server, and the requests that are sent to it."""

import os
import random
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from bench import shop
from bench.load import Load, LoadResult, Requests, run_quiet_load
from bench.requests import RequestWriter

_ROOT = Path(__file__).parent.parent
_WORKERS = 2
_THREADS = (1, 4)
_START_SECONDS = 30.0


@dataclass(frozen=True)
class Posting:
    """Sales of one unit of a random product at a random site."""

    writer: RequestWriter

    def __call__(self) -> bytes:
        body = (
            f'{{"product": {_random_product()}, "site": {1 + int(random.random() * shop.SITES)}, "kind": "sale",'
            ' "quantity": "1", "unit_price": "3.20", "reference": "F-001-77"}'
        )
        return self.writer.post("/api/movements", body)


@dataclass(frozen=True)
class Reading:
    """One page or object; `{product}` in the target becomes a random product."""

    writer: RequestWriter
    target: str

    def __call__(self) -> bytes:
        return self.writer.get(self.target.format(product=_random_product()))


def _random_product() -> int:
    return 1 + int(random.random() * shop.PRODUCTS)


class Baseline:
    """The application in its own database of the common server, filled with the shop."""

    def __init__(self, database_url: str, processes: dict[str, int], settings: str) -> None:
        """Creates and fills the tables; `processes` are watched beside the application's own under load. `settings` is a module of
        `baseline_drf`."""
        chosen = {"BASELINE_DATABASE_URL": database_url, "DJANGO_SETTINGS_MODULE": f"bench.baseline_drf.{settings}"}
        self._environment = {**os.environ, **chosen}
        self._processes = processes
        seeding = [sys.executable, "-m", "bench.baseline_drf.seed"]
        seeded = subprocess.run(
            seeding, cwd=_ROOT, env=self._environment, stdout=subprocess.PIPE, text=True, check=True
        )
        self._token = seeded.stdout.strip()
        writer = RequestWriter.authorized(f"Token {self._token}")
        self.posting = Posting(writer)
        self.product_list = Reading(writer, "/api/products?limit=50")
        self.product_detail = Reading(writer, "/api/products/{product}")
        self.history = Reading(writer, "/api/movements?product={product}&site=1&limit=50")

    def load(self, requests: Requests, connections: int) -> tuple[LoadResult, int]:
        """Put one kind of request on the application; its best result, and the threads per worker that gave it.

        More threads wait for the disk together, fewer fight less for the interpreter: which is better depends
        on the machine.
        """
        results = [(self._load(requests, connections, threads), threads) for threads in _THREADS]
        return max(results, key=lambda result: result[0].per_second)

    def _load(self, requests: Requests, connections: int, threads: int) -> LoadResult:
        with self._serving(connections, threads) as (port, pid):
            processes = {"application": pid, **self._processes}
            return run_quiet_load(Load(port, requests, connections, processes=processes))

    @contextmanager
    def _serving(self, connections: int, threads: int) -> Iterator[tuple[int, int]]:
        with socket.create_server(("127.0.0.1", 0), backlog=2048) as listener:
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            port = listener.getsockname()[1]
            command = _gunicorn(listener.fileno(), connections, threads)
            server = subprocess.Popen(command, cwd=_ROOT, env=self._environment, pass_fds=[listener.fileno()])
        try:
            self._wait_until_answering(port)
            yield port, server.pid
        finally:
            server.terminate()
            server.wait()

    def _wait_until_answering(self, port: int) -> None:
        """The socket listens already, so the first request waits until a worker takes it."""
        connection = HTTPConnection("127.0.0.1", port, timeout=_START_SECONDS)
        with closing(connection):
            connection.request("GET", "/api/products?limit=1", headers={"Authorization": f"Token {self._token}"})
            connection.getresponse().read()


def _gunicorn(listener: int, connections: int, threads: int) -> list[str]:
    # Without the limit one worker sometimes accepts all keep-alive connections and the other stands idle.
    per_worker = -(-connections // _WORKERS) + threads
    return [
        *(sys.executable, "-m", "gunicorn", "bench.baseline_drf.wsgi", "--bind", f"fd://{listener}"),
        *("--worker-class", "gthread", "--workers", str(_WORKERS), "--threads", str(threads)),
        *("--worker-connections", str(per_worker), "--keep-alive", "75"),
        *("--log-level", "warning", "--no-control-socket"),
    ]
