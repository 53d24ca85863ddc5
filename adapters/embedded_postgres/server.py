"""The embedded server's life: started by Pirwa, used over a unix socket, stopped with Pirwa."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, TextIO
from urllib.parse import quote

from adapters.embedded_postgres.archive import fetching, prepare, sending
from adapters.embedded_postgres.base_backup import unpack
from adapters.embedded_postgres.binaries import programs_for
from adapters.embedded_postgres.cluster import (
    DATABASE,
    OWNER,
    SUPERUSER,
    check_version,
    cluster_name,
    create_cluster,
    is_accepting,
    prepare_database,
    server_options,
)
from adapters.embedded_postgres.data_folder import home_of, lock, prepare_home, secret
from adapters.embedded_postgres.errors import EmbeddedPostgresError, one_line
from adapters.embedded_postgres.leftovers import discard_stale_lock_files, stop_leftovers
from adapters.embedded_postgres.user import ServerUser, server_user

SHELTER = Path("/var/lib/pirwa")
SOCKET_PATH_BYTES = 103  # of the shortest limit among the systems that PostgreSQL's wheel is built for
POLL_SECONDS = 0.02
PASSWORD = f"{SUPERUSER}.password"  # in the data folder and beside its base backups, which expect it
RECOVERY_SECONDS = 600.0
REPLAY_SECONDS = 86_400.0  # weeks of work are followed in hours
LOG_TAIL_LINES = 10
SOCKET_LINE = 4  # of postmaster.pid, counted from 0
# Fast shutdown, then immediate (as after a power failure), then by force.
SHUTDOWN = ((signal.SIGINT, 60.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0))


class EmbeddedPostgres:
    """A PostgreSQL server whose cluster, passwords and log live in a data folder held by this process.

    `durable=False` trades safety in a crash of the machine for speed, for tests. Pirwa as root keeps in
    `shelter` what the server's unprivileged user could not reach in its own place. What leads to every later moment goes to the `archive`.
    """

    def __init__(self, data: Path, durable: bool = True, shelter: Path = SHELTER, archive: Path | None = None) -> None:
        self._data = data.absolute()
        self._durable = durable
        self._shelter = shelter
        self._archive = archive
        self._lock: TextIO | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._socket_folder: Path | None = None
        self._private_folder: Path | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def running(self) -> bool:
        """Whether the server's process lives."""
        return self._process is not None and self._process.poll() is None

    @property
    def url(self) -> str:
        """Where the database `pirwa` is reached as its owner, who is no superuser but may create roles."""
        return self._url(OWNER)

    @property
    def superuser_url(self) -> str:
        """The same database as superuser: for backup and restore, which see the rows of every company."""
        return self._url(SUPERUSER)

    def start(self) -> None:
        """Returns when the server takes connections; recovers first if it, or Pirwa, was killed.

        Does nothing while the server runs; after it died, starts it anew. Raises DataFolderInUse if another
        process holds the data folder and EmbeddedPostgresError for whatever else prevents the start.
        """
        if self.running:
            return
        with self._stopped_on_failure():
            self._start()

    def recover(self, base_backup: Path, wal: Path, until: str | None) -> None:
        """Makes the cluster of a data folder that has none from a base backup, and brings it forward to the end of the archived WAL or to a
        moment; then the server runs. Raises EmbeddedPostgresError, also where the WAL does not reach that moment."""
        if home_of(self._data).exists():
            raise EmbeddedPostgresError(f"there is a database in {self._data} already")
        with self._stopped_on_failure():
            self._data.mkdir(parents=True, exist_ok=True)
            self._lock = lock(self._data)
            user = server_user(home_of(self._data))
            if not user.can_read_all(wal, "*.gz"):  # the server would take what it cannot read for the end of the log
                raise EmbeddedPostgresError(
                    f"{wal} cannot be read by {user.name}, who runs the server: give it to them"
                )
            shutil.copy(base_backup / PASSWORD, self._data / PASSWORD)
            unpack(base_backup, prepare_home(self._data, user, self._shelter) / "cluster", user)
            self._start(*fetching(wal, until), patience=REPLAY_SECONDS)

    @contextmanager
    def _stopped_on_failure(self) -> Iterator[None]:
        try:
            yield
        except BaseException as error:
            self.stop()
            if isinstance(error, OSError):
                raise EmbeddedPostgresError(f"cannot keep a database in {self._data}: {error}") from error
            raise

    def stop(self) -> None:
        """Ends all sessions, stops the server cleanly and lets go of the data folder."""
        if self._process is not None:
            _shut_down(self._process)
            self._process = None
        if self._private_folder is not None:
            shutil.rmtree(self._private_folder, ignore_errors=True)
            self._private_folder = None
        self._socket_folder = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _start(self, *more_options: str, patience: float = RECOVERY_SECONDS) -> None:
        self._data.mkdir(parents=True, exist_ok=True)
        self._lock = self._lock or lock(self._data)
        user = server_user(home_of(self._data))
        cluster = prepare_home(self._data, user, self._shelter) / "cluster"
        programs = programs_for(user, self._shelter)
        stop_leftovers(cluster_name(cluster), user.effective_uid)
        discard_stale_lock_files(cluster.parent)
        create_cluster(cluster, programs, user, self._password(SUPERUSER), self._durable)
        check_version(cluster, programs, user)
        self._socket_folder = self._socket_folder or self._choose_socket_folder(cluster.parent, user)
        options = [*server_options(cluster, self._socket_folder, self._durable), *more_options]
        if self._archive:
            prepare(self._archive, cluster, programs, user)
            options += sending(self._archive)
        with self._fresh_log() as log:
            self._process = user.spawn([programs / "postgres", *options], log)
        self._wait_until_accepting(self._process, self._socket_folder, patience)
        prepare_database(self._socket_folder, self._password(SUPERUSER), self._password(OWNER))

    def _url(self, role: str) -> str:
        if self._socket_folder is None:
            raise EmbeddedPostgresError("the embedded database is not started")
        host = quote(str(self._socket_folder), safe="")
        return f"postgresql://{role}:{self._password(role)}@/{DATABASE}?host={host}"

    def _password(self, role: str) -> str:
        return secret(self._data / f"{role}.password")

    def _choose_socket_folder(self, home: Path, user: ServerUser) -> Path:
        """The server's own folder, or a private one if its path is too long or reads like a list of hosts."""
        if len(os.fsencode(home / ".s.PGSQL.5432")) <= SOCKET_PATH_BYTES and "," not in str(home):
            return home
        self._private_folder = Path(tempfile.mkdtemp(prefix="pirwa-", dir="/tmp"))
        user.own(self._private_folder)
        return self._private_folder

    @property
    def _log(self) -> Path:
        return self._data / "postgres.log"

    def _fresh_log(self) -> BinaryIO:
        """The log of this start; that of the one before is kept beside it."""
        if self._log.exists():
            self._log.replace(self._log.with_suffix(".log.1"))
        return self._log.open("wb")

    def _wait_until_accepting(self, process: subprocess.Popen[bytes], socket_folder: Path, patience: float) -> None:
        deadline = time.monotonic() + patience
        while not is_accepting(socket_folder):
            if process.poll() is not None:
                raise EmbeddedPostgresError(f"PostgreSQL does not start, its log {self._log} ends: {self._tail()}")
            if time.monotonic() > deadline:
                raise EmbeddedPostgresError(f"PostgreSQL is not ready after {patience:.0f} seconds")
            time.sleep(POLL_SECONDS)

    def _tail(self) -> str:
        lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines()
        return one_line("\n".join(lines[-LOG_TAIL_LINES:]))


def running_superuser_url(data: Path) -> str:
    """Where the server that another process holds is reached as superuser, for a backup meanwhile. Raises EmbeddedPostgresError."""
    pid_file = home_of(data.absolute()).resolve() / "cluster" / "postmaster.pid"
    try:
        socket_folder = pid_file.read_text(encoding="utf-8").splitlines()[SOCKET_LINE]
    except (OSError, IndexError):
        raise EmbeddedPostgresError(f"the database in {data} is just being started or stopped: try again") from None
    password = secret(data.absolute() / f"{SUPERUSER}.password")
    return f"postgresql://{SUPERUSER}:{password}@/{DATABASE}?host={quote(socket_folder, safe='')}"


def _shut_down(process: subprocess.Popen[bytes]) -> None:
    for number, seconds in SHUTDOWN:
        process.send_signal(number)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            continue
        return
