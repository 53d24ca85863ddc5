"""A scaled-out set-up as an operator runs it, of processes of its own: PostgreSQL and Valkey, servers and a worker, and a proxy before each
of the three that others connect to. Whatever is killed is started again at once, as a supervisor would."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg

from adapters.embedded_postgres import EmbeddedPostgres
from adapters.postgres.migrate import migrate
from tests.plugins.installed import HERE
from tests.proof.http_line import HttpLine, Lost
from tests.proof.proxy import Proxy
from tests.proof.small_disk import SmallDisk
from tests.redis_server import RedisServer
from tests.way_out import PLUGIN

PIRWA = (sys.executable, "-c", "import sys; from apps.cli.main import main; sys.exit(main())")
PATIENCE = 180.0  # seconds until something that should come is given up: on a busy machine it comes late
ASK = 0.1


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Part:
    """One command of Pirwa that runs, with all the processes it makes."""

    def __init__(self, name: str, arguments: Iterable[str], environment: Mapping[str, str], folder: Path) -> None:
        self.name, self._arguments, self._environment = name, tuple(arguments), dict(environment)
        self._log = folder / f"{name}.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*PIRWA, *self._arguments], env=self._environment, stdout=log, stderr=log, start_new_session=True
            )

    def lives(self) -> bool:
        """Whether the command's own process is there."""
        return self._process is not None and self._process.poll() is None

    def processes(self) -> list[psutil.Process]:
        """The command's own process first."""
        with suppress(psutil.NoSuchProcess):
            leader = psutil.Process(self.pid)
            return [leader, *leader.children(recursive=True)]
        return []

    def send(self, number: signal.Signals) -> None:
        """To all of its processes."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def terminate(self) -> None:
        """Asks the command itself to end."""
        os.kill(self.pid, signal.SIGTERM)

    def wait(self, seconds: float = PATIENCE) -> int:
        assert self._process is not None
        return self._process.wait(seconds)

    def kill(self) -> None:
        """All of its processes at once, without a goodbye."""
        self.send(signal.SIGKILL)
        self.wait()

    def said(self) -> str:
        return self._log.read_text("utf-8", "replace")


class Server(Part):
    """`pirwa serve` on a port."""

    def __init__(self, name: str, environment: Mapping[str, str], folder: Path, *arguments: str) -> None:
        self.port = free_port()
        super().__init__(name, arguments or ("serve",), {**environment, "PIRWA_PORT": str(self.port)}, folder)

    async def is_ready(self) -> bool:
        line = HttpLine(self.port, {}, 2)
        try:
            return (await line.ask("GET", "/health/ready")).status == 200
        except Lost:
            return False
        finally:
            line.close()


class Postgres:
    """The embedded server, which can be ended in any way and started again."""

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self._folder = folder
        self.server = EmbeddedPostgres(folder, durable=durable)

    @property
    def url(self) -> str:
        return self.server.url

    def url_through(self, folder: Path) -> str:
        """The URL by way of a socket in another folder."""
        before, _, _ = self.url.rpartition("host=")
        return f"{before}host={quote(str(folder), safe='')}"

    @property
    def processes(self) -> list[psutil.Process]:
        """Its leader first."""
        own = self.server._process
        with suppress(psutil.Error):
            leader = psutil.Process(own.pid) if own else None
            return [leader, *leader.children()] if leader else []
        return []

    def kill(self) -> None:
        """All of its processes at once."""
        _send(self.processes, signal.SIGKILL)
        self._gone()

    def stop_at_once(self) -> None:
        """As in a power failure, but by its own hand."""
        _send(self.processes[:1], signal.SIGQUIT)
        self._gone()

    def freeze(self) -> None:
        _send(self.processes, signal.SIGSTOP)

    def thaw(self) -> None:
        _send(self.processes, signal.SIGCONT)

    def _gone(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while self.server.running and time.monotonic() < deadline:
            time.sleep(0.01)


def _send(processes: Iterable[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(number)


@dataclass
class SetUp:
    """All of it. `entry` is the port where people come in, `disk` the one of the database where it is a small one."""

    folder: Path
    postgres: Postgres
    redis: RedisServer
    environment: dict[str, str]
    database_proxy: Proxy
    redis_proxy: Proxy
    entry: Proxy
    servers: list[Server] = field(default_factory=list)
    worker: Part | None = None
    disk: SmallDisk | None = None

    @property
    def parts(self) -> list[Part]:
        return [*self.servers, *([self.worker] if self.worker else [])]

    @property
    def port(self) -> int:
        assert isinstance(self.entry.front, int)
        return self.entry.front

    def start_worker(self) -> None:
        self.worker = Part("worker", ("worker",), self.environment, self.folder)
        self.worker.start()

    async def start_servers(self, number: int, *arguments: str) -> None:
        for index in range(number):
            server = Server(f"server{len(self.servers) + index}", self.environment, self.folder, *arguments)
            server.start()
            self.servers.append(server)
        self.entry.backs[:] = [server.port for server in self.servers]
        await self.ready()

    async def ready(self) -> float:
        """Waits until every server says that it is ready, and returns in how many seconds."""
        started = time.monotonic()
        for server in self.servers:
            while not (server.lives() and await server.is_ready()):
                if not server.lives():
                    server.start()
                if not self.postgres.server.running:
                    await asyncio.to_thread(self.postgres.server.start)
                if time.monotonic() - started > PATIENCE:
                    raise TimeoutError(f"{server.name} is not ready; it said:\n{server.said()[-2000:]}")
                await asyncio.sleep(ASK)
        return time.monotonic() - started


@asynccontextmanager
async def set_up(
    folder: Path, site: Path, *, durable: bool = True, disk: SmallDisk | None = None, **settings: str
) -> AsyncIterator[SetUp]:
    """PostgreSQL, in `pg`, where a small disk may be mounted, Valkey and the proxies; whatever is started of Pirwa is ended with them."""
    _make_folders(folder)
    postgres, redis = Postgres(folder / "pg", durable=durable), RedisServer(folder / "redis")
    async with AsyncExitStack() as stack:
        await asyncio.to_thread(postgres.server.start)
        stack.callback(postgres.server.stop)
        await asyncio.to_thread(migrate, postgres.url)
        await asyncio.to_thread(redis.start)
        stack.callback(redis.kill)
        own = Path(psycopg.conninfo.conninfo_to_dict(postgres.url)["host"]) / ".s.PGSQL.5432"  # type: ignore[arg-type]
        database_proxy = Proxy(folder / "db" / ".s.PGSQL.5432", [own])
        redis_proxy = Proxy(folder / "rp" / "redis.sock", [redis.socket])
        entry = Proxy(free_port(), [])
        for proxy in (database_proxy, redis_proxy, entry):
            await stack.enter_async_context(proxy.running())
        path = os.pathsep.join([str(site), str(HERE / PLUGIN / "src"), str(HERE.parent.parent)])
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("PIRWA_")},
            "PYTHONPATH": path,
            "PIRWA_DATA": str(folder / "data"),
            "PIRWA_DATABASE_URL": postgres.url_through(folder / "db"),
            "PIRWA_REDIS_URL": f"unix://{redis_proxy.front}",
            "PIRWA_PLUGINS": PLUGIN,
            **settings,
        }
        running = SetUp(folder, postgres, redis, environment, database_proxy, redis_proxy, entry, disk=disk)
        try:
            yield running
        finally:
            postgres.thaw()
            if disk:
                disk.make_room()
            for part in running.parts:
                part.kill()


def _make_folders(folder: Path) -> None:
    """Those of the sockets. The database's own user passes through the one above them."""
    for name in ("redis", "db", "rp"):
        (folder / name).mkdir()
    folder.chmod(0o755)
