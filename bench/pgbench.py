"""PostgreSQL's own load generator, from the embedded server's package: what the server does without any Python."""

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from adapters.embedded_postgres.binaries import installed_programs
from bench.processor_time import processor_seconds

_RATE = re.compile(r"^tps = ([\d.]+) \(without initial connection time\)", re.MULTILINE)
_LATENCY = re.compile(r"^latency average = ([\d.]+) ms", re.MULTILINE)
_DONE = re.compile(r"^number of transactions actually processed: (\d+)", re.MULTILINE)
_FAILED = re.compile(r"^number of failed transactions: (\d+)", re.MULTILINE)
_THREADS = 2


@dataclass(frozen=True)
class PgbenchResult:
    """What pgbench reports, and what the server spent."""

    per_second: float
    latency_ms: float
    done: int
    failed: int
    postgres_us: float
    """Processor microseconds of the server per transaction."""


def run_pgbench(
    url: str,
    script: Path,
    clients: int,
    postgres_pid: int,
    variables: Mapping[str, str | int],
    seconds: int = 8,
    warm_up_seconds: int = 2,
) -> PgbenchResult:
    """Run the script's transaction over and over, prepared, from so many clients, each on its own connection.

    Raises subprocess.CalledProcessError, with pgbench's words in `stderr`, when a statement fails.
    """
    command = _command(script, clients, variables)
    _run([*command, "--time", str(warm_up_seconds), url])
    before = processor_seconds(postgres_pid)
    report = _run([*command, "--time", str(seconds), url])
    spent = processor_seconds(postgres_pid) - before
    done = int(_found(_DONE, report))
    return PgbenchResult(
        per_second=float(_found(_RATE, report)),
        latency_ms=float(_found(_LATENCY, report)),
        done=done,
        failed=int(_found(_FAILED, report)),
        postgres_us=spent / max(1, done) * 1e6,
    )


def _command(script: Path, clients: int, variables: Mapping[str, str | int]) -> list[str]:
    return [
        *(str(installed_programs() / "pgbench"), "--no-vacuum", "--protocol", "prepared"),
        *("--client", str(clients), "--jobs", str(min(clients, _THREADS)), "--file", str(script)),
        *(f"--define={name}={value}" for name, value in variables.items()),
    ]


def _run(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def _found(pattern: re.Pattern[str], report: str) -> str:
    match = pattern.search(report)
    if match is None:
        raise ValueError(f"pgbench reported something else than expected:\n{report}")
    return match[1]
