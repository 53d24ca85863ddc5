"""Posting one line at a time, and a thousand lines at once."""

import os
from collections.abc import Iterator

from psycopg.conninfo import make_conninfo

from bench.measurements.loads import rate
from bench.pgbench import run_pgbench
from bench.posting_script import write_script
from bench.product_requests import Batch, Sale
from bench.results import Figure
from bench.stage import Stage

_BATCH_CLIENTS = 2


def measure(stage: Stage) -> Iterator[Figure]:
    """Postings per second at 1, 16 and 64 clients; lines per second in batches."""
    product = stage.product
    for clients in (1, 16, 64):
        measurement = f"posting, {clients} clients"
        for subject, django in stage.baselines.items():
            result, threads = django.load(django.posting, clients)
            yield rate(measurement, subject, result, threads_per_worker=threads)
        result, workers = product.load(Sale, clients)
        yield rate(measurement, "pirwa", result, workers=workers)
        yield _pgbench(stage, measurement, clients)
    result, workers = product.load(Batch, _BATCH_CLIENTS)
    yield rate(f"batch of 1,000 lines, {_BATCH_CLIENTS} clients", "pirwa", result, workers=workers)


def _pgbench(stage: Stage, measurement: str, clients: int) -> Figure:
    script = stage.data / "posting.sql"
    write_script(script, stage.product.admin)
    url = make_conninfo(stage.product.database_url, options="-c role=pirwa_app -c timezone=UTC -c jit=off")
    result = run_pgbench(url, script, clients, stage.postgres_pid, {})
    details = {
        "latency_ms": round(result.latency_ms, 2),
        "processor_us": {"postgres": round(result.postgres_us)},
        "failed": result.failed,
        "load_average": round(os.getloadavg()[0], 2),
    }
    return Figure(measurement, "pgbench", result.per_second, "requests/s", details)
