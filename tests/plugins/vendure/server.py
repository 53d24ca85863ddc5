"""A real Vendure: installed by npm into a cache folder, started as a process of its own, with a database of its own."""

import hashlib
import os
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from core.domain.ids import new_id
from core.testing.node import node_environment, node_program
from tests.databases import drop_database

PLUGIN = Path(__file__).parents[3] / "plugins" / "ecommerce_vendure"
PROJECT = PLUGIN / "tests" / "vendure_server"
INSTALL_SECONDS = 300
START_SECONDS = 120
STOP_SECONDS = 10
LINES_SHOWN = 20


class NoVendure(Exception):
    """It cannot be had on this machine, and why in one line."""


def installed() -> Path:
    """The folder `node_modules` with what the lock file names. Raises `NoVendure`."""
    for program in ("node", "npm"):
        if node_program(program) is None:
            raise NoVendure(f"no real Vendure: there is no {program} on this machine")
    lock = (PROJECT / "package-lock.json").read_bytes()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pirwa-tests"
    folder = cache / f"vendure-{hashlib.sha256(lock).hexdigest()[:16]}"
    if not folder.exists():
        cache.mkdir(parents=True, exist_ok=True)
        _install(cache, folder)
    return folder / "node_modules"


def _install(cache: Path, folder: Path) -> None:
    """It becomes visible in one step, complete."""
    with tempfile.TemporaryDirectory(dir=cache, ignore_cleanup_errors=True) as draft:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(PROJECT / name, draft)
        command = [str(node_program("npm")), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        try:
            subprocess.run(
                command,
                cwd=draft,
                env=node_environment(),
                check=True,
                capture_output=True,
                text=True,
                timeout=INSTALL_SECONDS,
            )
        except subprocess.TimeoutExpired:
            raise NoVendure("no real Vendure: npm did not install it in time") from None
        except subprocess.CalledProcessError as error:
            said = next((line for line in error.stderr.splitlines() if line.strip()), "it does not say why")
            raise NoVendure(f"no real Vendure: npm does not install it: {said}") from None
        whole = Path(draft) / "whole"
        whole.mkdir()
        (Path(draft) / "node_modules").rename(whole / "node_modules")
        if not folder.exists():
            whole.rename(folder)


@contextmanager
def own_database(server_url: str) -> Iterator[str]:
    """An empty database on the server of the tests."""
    name = f"vendure_{new_id().hex[:20]}"
    identifier = sql.Identifier(name)
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(identifier))
        try:
            yield make_conninfo(server_url, dbname=name)
        finally:
            drop_database(connection, name)


@dataclass
class VendureServer:
    """The process. It ends with this one, however this one ends."""

    modules: Path
    database: str
    hook_url: str
    hook_secret: str

    def __enter__(self) -> Self:
        self.port = _free_port()
        self._lines: list[str] = []
        self._is_ready = threading.Event()
        self._process = subprocess.Popen(
            [str(node_program("node")), str(PROJECT / "server.js")],
            env=self._environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        if not self._is_ready.wait(START_SECONDS) or self._process.poll() is not None:
            self.__exit__(None, None, None)
            raise RuntimeError("Vendure does not start:\n" + "\n".join(self._lines[-LINES_SHOWN:]))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._process as process:
            assert process.stdin is not None
            process.stdin.close()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
            self._reader.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.append(line.rstrip())
            if line.startswith("READY"):
                self._is_ready.set()
        self._is_ready.set()  # it has ended

    def _environment(self) -> Mapping[str, str]:
        parts = conninfo_to_dict(self.database)
        names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}
        login = {variable: str(parts[name]) for name, variable in names.items() if parts.get(name)}
        return login | {
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", "/"),
            "NODE_PATH": str(self.modules),
            "NODE_ENV": "test",
            "PORT": str(self.port),
            "HOOK_URL": self.hook_url,
            "HOOK_SECRET": self.hook_secret,
            "VENDURE_DISABLE_TELEMETRY": "true",
        }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
