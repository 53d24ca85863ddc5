"""What this process does to the world around it, as the interpreter itself tells (PEP 578), whatever library does it."""

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

LOOPBACK = ("127.", "::1")


@dataclass
class Watch:
    """What has been seen: addresses to which a TCP connection was begun, and files that were opened."""

    connections: list[tuple[str, int]] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    programs: list[str] = field(default_factory=list)


_watches: list[Watch] = []


@contextmanager
def watching() -> Iterator[Watch]:
    """Sees until the end of the block. A connection to anywhere but this machine is refused instead of begun."""
    _install()
    watch = Watch()
    _watches.append(watch)
    try:
        yield watch
    finally:
        _watches.remove(watch)


@cache
def _install() -> None:
    sys.addaudithook(_see)  # for the rest of the process: a hook cannot be taken away


def _see(event: str, arguments: tuple[Any, ...]) -> None:
    if not _watches:
        return
    if event == "socket.connect":
        _see_connection(*arguments)
    elif event == "open" and isinstance(arguments[0], str):
        _note("files", arguments[0])
    elif event in ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn"):
        _note("programs", str(arguments[0]))


def _see_connection(made: socket.socket, address: Any) -> None:
    if made.family not in (socket.AF_INET, socket.AF_INET6) or made.type != socket.SOCK_STREAM:
        return
    _note("connections", (str(address[0]), int(address[1])))
    if not str(address[0]).startswith(LOOPBACK):
        raise ConnectionRefusedError("no test leaves this machine")


def _note(kind: str, what: object) -> None:
    for watch in _watches:
        getattr(watch, kind).append(what)
