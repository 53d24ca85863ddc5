"""PostgreSQL servers on this machine: a primary, and streaming replicas that can take its place."""

import secrets
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg

from adapters.embedded_postgres.binaries import programs_for
from adapters.embedded_postgres.cluster import (
    DATABASE,
    INITDB_OPTIONS,
    OWNER,
    SETTINGS,
    SUPERUSER,
    is_accepting,
    prepare_database,
)
from adapters.embedded_postgres.data_folder import home_of, prepare_home
from adapters.embedded_postgres.leftovers import discard_stale_lock_files
from adapters.embedded_postgres.server import SHELTER
from adapters.embedded_postgres.user import server_user
from deploy.processes import PATIENCE, POLL, NotReady

# Beside those of the embedded server. A replica says what it still reads, so that the primary keeps it.
REPLICATION = {
    "hot_standby_feedback": "on",
    "wal_keep_size": "256MB",
    "shared_buffers": "64MB",
    "max_wal_size": "512MB",
}


class Node:
    """One server in a folder of its own, reached by a socket there. `options` are settings beside the usual ones."""

    def __init__(self, name: str, folder: Path, password: str, **options: str) -> None:
        self.name, self._password, self._options = name, password, options
        folder.mkdir(parents=True)
        folder.parent.chmod(folder.parent.stat().st_mode | 0o011)  # as root, the server's user passes through
        self._log = folder / "postgres.log"
        self._user = server_user(home_of(folder))
        self._home = prepare_home(folder, self._user, SHELTER)
        self._programs = programs_for(self._user, SHELTER)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def socket_folder(self) -> Path:
        return self._home

    @property
    def cluster(self) -> Path:
        return self._home / "cluster"

    def create(self) -> None:
        """A new primary, with the role and the database of Pirwa, started."""
        secret = self._home / "password"
        secret.write_text(self._password, encoding="ascii")
        secret.chmod(0o600)
        self._user.own(secret)
        self._run("initdb", *INITDB_OPTIONS, f"--pwfile={secret}", f"--pgdata={self.cluster}", "--no-sync")
        secret.unlink()
        self.start()
        prepare_database(self._home, self._password, self._password)

    def copy(self, primary: "Node") -> None:
        """A replica of that server, which it follows from now on, started."""
        source = f"host={primary.socket_folder} user={SUPERUSER} password={self._password} application_name={self.name}"
        self._run(
            "pg_basebackup", f"--dbname={source}", f"--pgdata={self.cluster}", "-R", "-X", "stream", "-c", "fast", "-N"
        )
        self.start()

    def start(self) -> None:
        """Returns when it takes connections. Raises `NotReady`."""
        discard_stale_lock_files(self._home)
        with self._log.open("ab") as log:
            self._process = self._user.spawn([self._programs / "postgres", *self._command_line()], log)
        deadline = time.monotonic() + PATIENCE
        while not is_accepting(self._home):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise NotReady(f"{self.name}: {self._log.read_text(encoding='utf-8', errors='replace')[-1000:]}")
            time.sleep(POLL)

    def kill(self) -> None:
        """The server and all its sessions are gone at once, as when the machine is."""
        if self._process is None:
            return
        family = [psutil.Process(self._process.pid), *psutil.Process(self._process.pid).children(recursive=True)]
        for one in family:
            one.kill()
        self._process.wait(PATIENCE)
        psutil.wait_procs(family, timeout=PATIENCE)
        self._process = None

    def promote(self) -> None:
        """It follows nobody any more and takes what is written."""
        self.execute("SELECT pg_promote(true, 60)")

    def execute(self, statement: str) -> list[tuple[object, ...]]:
        """As superuser, in a transaction of its own."""
        login = f"host={self._home} user={SUPERUSER} password={self._password} dbname={DATABASE}"
        with psycopg.connect(login, autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def _run(self, program: str, *arguments: str) -> None:
        done = self._user.run([self._programs / program, *arguments])
        if done.returncode:
            raise NotReady(f"{self.name}: {done.stderr[-1000:]}")

    def _command_line(self) -> Iterator[str]:
        yield from ("-D", str(self.cluster), "-k", str(self._home))
        for name, value in {**SETTINGS, **REPLICATION, **self._options}.items():
            yield from ("-c", f"{name}={value}")


def url_of(nodes: Sequence[Node], password: str, **options: str) -> str:
    """Where Pirwa's database is reached, at whichever of the nodes suits the options of libpq."""
    hosts = ",".join(quote(str(node.socket_folder), safe="") for node in nodes)
    more = "".join(f"&{name}={quote(value)}" for name, value in options.items())
    return f"postgresql://{OWNER}:{password}@/{DATABASE}?host={hosts}{more}"


def new_password() -> str:
    """Hexadecimal, so that it needs no quoting anywhere."""
    return secrets.token_hex(24)
