"""The load generator: N connections, each sending its next request when its answer has arrived.

It runs in a process of its own and spends as little as it can, because it shares the machine with the server that
it measures.
"""

import asyncio
import multiprocessing
import time
from array import array
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import uvloop

from bench.http_client import Connection
from bench.processor_time import machine_seconds, processor_seconds

_ATTEMPTS = 3
_QUIET_CORES = 0.1
_DRAIN_SECONDS = 30.0
_EXCERPT_BYTES = 2000
_LOST = b"lost"


class Requests(Protocol):
    """Builds the bytes of one request after another. Sent to the generator's process, so it must be picklable."""

    def __call__(self) -> bytes: ...


@dataclass(frozen=True)
class Load:
    """What is sent where, for how long, and which processes' time is taken meanwhile."""

    port: int
    requests: Requests
    connections: int
    seconds: float = 8.0
    warm_up_seconds: float = 2.0
    host: str = "127.0.0.1"
    processes: Mapping[str, int] = field(default_factory=dict)
    """Process ids by name; children are counted with their parents."""


@dataclass(frozen=True)
class LoadResult:
    """What was seen, mostly between warm-up and end."""

    seconds: float
    answered: int
    """Requests answered with success in these seconds."""
    answers: Mapping[str, int]
    """Count by status of all answers, also during warm-up and while ending; "lost" counts the requests whose
    connection ended without an answer."""
    p50_ms: float
    """Of the successful answers."""
    p99_ms: float
    processor_us: Mapping[str, float]
    """Processor microseconds per successful request, by process name; "load" is the generator's own."""
    foreign_cores: float
    """Cores kept busy by processes that are not part of the measurement: near 0 on a quiet machine."""
    unexpected: str
    """The first answer outside 2xx, empty when there was none."""

    @property
    def per_second(self) -> float:
        """Successful requests per second."""
        return self.answered / self.seconds


def run_load(load: Load) -> LoadResult:
    """Put the load on the server from a new process and wait for its result."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn) as process:
        return process.submit(_run, load).result()


def run_quiet_load(load: Load) -> LoadResult:
    """The same, repeated while foreign processes disturb it, a few times at most; the least disturbed result."""
    results: list[LoadResult] = []
    while len(results) < _ATTEMPTS and (not results or results[-1].foreign_cores > _QUIET_CORES):
        results.append(run_load(load))
    return min(results, key=lambda result: result.foreign_cores)


def _run(load: Load) -> LoadResult:
    return uvloop.run(_Generator(load).run())


class _Window(NamedTuple):
    """The measured time, and the processor seconds used in it by the watched processes and by all others."""

    seconds: float
    used: Mapping[str, float]
    foreign: float


class _Generator:
    """The conversation of all connections: counts between warm-up and end, then lets every open request finish."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._build = load.requests
        self._answers: Counter[bytes] = Counter()
        self._latencies = array("d")
        self._unexpected = ""
        self._counting = False
        self._ending = False
        self._open = 0
        self._all_closed = asyncio.Event()
        self._reconnecting: set[asyncio.Task[None]] = set()

    async def run(self) -> LoadResult:
        for _ in range(self._load.connections):
            await self._connect()
        await asyncio.sleep(self._load.warm_up_seconds)
        window = await self._measured_window()
        self._ending = True
        await asyncio.wait_for(self._all_closed.wait(), _DRAIN_SECONDS)
        return self._result(window)

    def next_request(self) -> bytes | None:
        return None if self._ending else self._build()

    def answered(self, status: bytes, seconds: float, answer: bytes) -> None:
        self._answers[status] += 1
        if not status.startswith(b"2"):
            self._unexpected = self._unexpected or answer[:_EXCERPT_BYTES].decode(errors="replace")
        elif self._counting:
            self._latencies.append(seconds)

    def closed(self, waiting: bool) -> None:
        self._open -= 1
        if waiting:
            self._answers[_LOST] += 1
        if not self._ending:
            task = asyncio.get_running_loop().create_task(self._connect())
            self._reconnecting.add(task)
            task.add_done_callback(self._reconnecting.discard)
        elif not self._open:
            self._all_closed.set()

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        await loop.create_connection(lambda: Connection(self), self._load.host, self._load.port)
        self._open += 1

    async def _measured_window(self) -> _Window:
        before, machine_before = self._processor_seconds(), machine_seconds()
        start = time.perf_counter()
        self._counting = True
        await asyncio.sleep(self._load.seconds)
        self._counting = False
        seconds = time.perf_counter() - start
        after, machine_after = self._processor_seconds(), machine_seconds()
        used = {name: after[name] - before[name] for name in after}
        return _Window(seconds, used, max(0.0, machine_after - machine_before - sum(used.values())))

    def _processor_seconds(self) -> dict[str, float]:
        used = {name: processor_seconds(pid) for name, pid in self._load.processes.items()}
        return {**used, "load": time.process_time()}

    def _result(self, window: _Window) -> LoadResult:
        answered = max(1, len(self._latencies))
        ordered = sorted(self._latencies)
        return LoadResult(
            seconds=window.seconds,
            answered=len(self._latencies),
            answers={status.decode(): count for status, count in self._answers.items()},
            p50_ms=_percentile(ordered, 50),
            p99_ms=_percentile(ordered, 99),
            processor_us={name: spent / answered * 1e6 for name, spent in window.used.items()},
            foreign_cores=window.foreign / window.seconds,
            unexpected=self._unexpected,
        )


def _percentile(ordered: list[float], percent: int) -> float:
    """In milliseconds; nearest rank; 0 when nothing was answered."""
    if not ordered:
        return 0.0
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)] * 1000
