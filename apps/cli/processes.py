"""The processes of a server: forked from this one, made anew when they die, told before they end."""

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import wait
from multiprocessing.context import ForkProcess

from apps.cli.serving import NOTICE_SECONDS
from apps.http.main import NOTICE
from apps.http.server import DRAIN_SECONDS

_REST = 1.0  # seconds from the start of a process to that of the next in its place: one that cannot serve is not tried without pause
_GRACE = 2.0  # seconds beyond those for answers, for what a process closes at its end
_ENDS = (signal.SIGTERM, signal.SIGINT)

Serve = Callable[[socket.socket], None]


@dataclass(slots=True)
class _Place:
    """A socket that listens and is held by the leader: what comes while its process is replaced waits there."""

    listener: socket.socket
    process: ForkProcess
    began: float


class Processes:
    """One process for each socket. After SIGTERM they say that they are not ready, but serve for `NOTICE_SECONDS` more: whoever
    sends requests here learns to send them elsewhere. SIGINT, or a second signal, ends them at once."""

    def __init__(self, serve: Serve, listeners: Sequence[socket.socket]) -> None:
        """`serve` serves on a socket until SIGTERM, in a process of its own."""
        self._serve = serve
        self._listeners = listeners
        self._places: list[_Place] = []

    def run(self) -> None:
        """Until a signal asks for the end."""
        with _signals() as signals:
            self._places = [_Place(listener, self._start(listener), time.monotonic()) for listener in self._listeners]
            while not _came(signals, self._sentinels(), self._pause()):
                self._replace()
            if os.read(signals, 1)[0] == signal.SIGTERM:
                self._tell(NOTICE)
                _came(signals, [], NOTICE_SECONDS)
            self._end()

    def _start(self, listener: socket.socket) -> ForkProcess:
        process = get_context("fork").Process(target=self._serve_alone, args=(listener,))
        process.start()
        return process

    def _serve_alone(self, listener: socket.socket) -> None:
        signal.set_wakeup_fd(-1)
        for sign in _ENDS:
            signal.signal(sign, signal.SIG_DFL)
        for other in self._listeners:
            if other is not listener:  # or clients would wait at it after its own process has ended
                other.close()
        self._serve(listener)

    def _sentinels(self) -> list[int]:
        return [place.process.sentinel for place in self._places if place.process.is_alive()]

    def _pause(self) -> float | None:
        """Seconds until the next process may take the place of one that has died."""
        due = [place.began + _REST for place in self._places if not place.process.is_alive()]
        return max(min(due) - time.monotonic(), 0.0) if due else None

    def _replace(self) -> None:
        for place in self._places:
            if not place.process.is_alive() and time.monotonic() >= place.began + _REST:
                place.process.close()
                place.process, place.began = self._start(place.listener), time.monotonic()

    def _tell(self, sign: signal.Signals) -> None:
        for place in self._places:
            if place.process.is_alive() and place.process.pid is not None:
                os.kill(place.process.pid, sign)

    def _end(self) -> None:
        for place in self._places:
            place.listener.close()
        self._tell(signal.SIGTERM)
        deadline = time.monotonic() + DRAIN_SECONDS + _GRACE
        for place in self._places:
            place.process.join(max(deadline - time.monotonic(), 0.0))
            place.process.kill()
            place.process.join()


@contextmanager
def _signals() -> Iterator[int]:
    """A descriptor from which the signals that ask for the end are read, a byte for each."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    before = signal.set_wakeup_fd(writer)
    handlers = {sign: signal.signal(sign, lambda *_: None) for sign in _ENDS}
    try:
        yield reader
    finally:
        for sign, handler in handlers.items():
            signal.signal(sign, handler)
        signal.set_wakeup_fd(before)
        os.close(reader)
        os.close(writer)


def _came(signals: int, sentinels: Sequence[int], seconds: float | None) -> bool:
    """Whether a signal has come, once one has, a process has died, or the time is over."""
    return signals in wait([signals, *sentinels], seconds)
