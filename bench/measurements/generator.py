"""What the load generator can do against a server that only answers: far more than any application here."""

from collections.abc import Iterator

from bench.baseline import Posting
from bench.ceiling import idle_server
from bench.load import Load, run_quiet_load
from bench.measurements.loads import rate
from bench.requests import RequestWriter
from bench.results import Figure
from bench.stage import Stage

_ANSWER_BYTES = 300


def measure(stage: Stage) -> Iterator[Figure]:
    """Its rate at each number of connections, with the time it takes per request."""
    requests = Posting(RequestWriter.authorized("Token " + "0" * 40))
    with idle_server(_ANSWER_BYTES) as (port, pid):
        for clients in (1, 16, 64, 200):
            result = run_quiet_load(Load(port, requests, clients, 3.0, 1.0, processes={"application": pid}))
            yield rate(f"load generator, {clients} clients", "generator", result)
