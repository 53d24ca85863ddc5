"""One local process: started, ended, killed, started again."""

import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

PATIENCE = 60.0  # seconds
POLL = 0.05  # seconds


class NotReady(Exception):
    """A process ended, or did not begin to serve in time."""


class Process:
    """A program with its own session, so that all it starts can be ended with it. What it says goes into `log`."""

    def __init__(self, name: str, command: Sequence[str | Path], environment: Mapping[str, str], log: Path) -> None:
        self.name = name
        self._command, self._environment, self._log = [*map(str, command)], dict(environment), log
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def until(self, serves: Callable[[], bool], patience: float = PATIENCE) -> None:
        """Returns when it serves. Raises `NotReady`."""
        deadline = time.monotonic() + patience
        while not serves():
            if not self.running or time.monotonic() > deadline:
                raise NotReady(f"{self.name} does not serve: {self.said()}")
            time.sleep(POLL)

    def kill(self) -> None:
        """No goodbye, neither to it nor to what it started."""
        self._end(signal.SIGKILL)

    def stop(self, number: int = signal.SIGTERM) -> None:
        """Asks it to end, and ends it if it does not."""
        if self.running and self._process is not None:
            self._process.send_signal(number)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(PATIENCE / 2)
        self.kill()

    def said(self) -> str:
        """The last of what it said."""
        return self._log.read_text(encoding="utf-8", errors="replace")[-1500:] if self._log.exists() else ""

    def _end(self, number: int) -> None:
        if self._process is None:
            return
        family = [self._process.pid, *_descendants(self._process.pid)]
        for pid in family:
            with suppress(psutil.NoSuchProcess):
                psutil.Process(pid).send_signal(number)
        self._process.wait(PATIENCE)
        gone = [psutil.Process(pid) for pid in family[1:] if psutil.pid_exists(pid)]
        psutil.wait_procs(gone, timeout=PATIENCE)


def _descendants(pid: int) -> list[int]:
    try:
        return [child.pid for child in psutil.Process(pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return []
