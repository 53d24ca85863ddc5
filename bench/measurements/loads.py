"""From a load's result to a figure."""

from bench.load import LoadResult
from bench.results import Figure


class UnexpectedAnswersError(Exception):
    """A server answered something else than success, so its rate would mean nothing."""


def rate(measurement: str, subject: str, result: LoadResult, **facts: object) -> Figure:
    """Successful requests per second, with facts about the subject; raises UnexpectedAnswersError when any request failed."""
    if any(not status.startswith("2") for status in result.answers):
        raise UnexpectedAnswersError(f"{measurement}, {subject}: {dict(result.answers)}\n{result.unexpected}")
    details = {
        "p50_ms": round(result.p50_ms, 2),
        "p99_ms": round(result.p99_ms, 2),
        "processor_us": {name: round(spent) for name, spent in result.processor_us.items()},
        "foreign_cores": round(result.foreign_cores, 2),
        "answers": result.answers,
        **facts,
    }
    return Figure(measurement, subject, result.per_second, "requests/s", details)
