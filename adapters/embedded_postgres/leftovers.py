"""What a killed Pirwa or server leaves behind: processes, known by the cluster's name, and lock files."""

import os
import signal
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from adapters.embedded_postgres.errors import EmbeddedPostgresError

POLL_SECONDS = 0.02
FAST_SHUTDOWN_SECONDS = 60.0
ABORT_SECONDS = 10.0


def stop_leftovers(name: str, uid: int) -> None:
    """Stops what still runs of the server of the cluster `name`; only the data folder's holder may do this.

    A leader shuts down fast; what has no leader, or is too slow, is ended as by a crash, from which the next
    start recovers. Where there is no /proc nothing is found, and PostgreSQL itself refuses to start beside
    another server. Raises EmbeddedPostgresError if a process does not end.
    """
    leaders = list(_leaders(name, uid))
    _send(signal.SIGINT, leaders)
    if leaders and _gone(name, uid, FAST_SHUTDOWN_SECONDS):
        return
    for abort in (signal.SIGQUIT, signal.SIGKILL):
        _send(abort, _processes(name, uid))
        if _gone(name, uid, ABORT_SECONDS):
            return
    remaining = ", ".join(map(str, _processes(name, uid)))
    raise EmbeddedPostgresError(f"an earlier database server does not end: kill its processes {remaining}")


def discard_stale_lock_files(home: Path) -> None:
    """Removes the server's lock files if their process id is now that of another program, or of a dead process.

    PostgreSQL takes any such process of its user for a server and would refuse to start, for ever in a container
    whose first process does not collect the dead. Where the id is free, PostgreSQL itself finds that out.
    """
    for file in (home / "cluster" / "postmaster.pid", home / ".s.PGSQL.5432.lock"):
        if file.exists():
            pid = file.read_text(encoding="utf-8").partition("\n")[0].strip()
            if pid.isdecimal() and _is_another_program(pid):
                file.unlink()


def _is_another_program(pid: str) -> bool:
    try:
        return b"postgres" not in Path("/proc", pid, "cmdline").read_bytes()
    except OSError:
        return False


def _leaders(name: str, uid: int) -> Iterator[int]:
    setting = f"cluster_name={name}".encode()
    return (pid for pid, words in _command_lines(uid) if setting in words)


def _processes(name: str, uid: int) -> Iterator[int]:
    yield from _leaders(name, uid)
    title = f"postgres: {name}: ".encode()
    yield from (pid for pid, words in _command_lines(uid) if words[0].startswith(title))


def _command_lines(uid: int) -> Iterator[tuple[int, list[bytes]]]:
    """The command lines of this user's processes, so that nobody else's process can pose as a leftover."""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if process.stat().st_uid == uid:
                yield int(process.name), (process / "cmdline").read_bytes().split(b"\0")


def _send(number: signal.Signals, pids: Iterable[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def _gone(name: str, uid: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while any(_processes(name, uid)):
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True
