"""Figures for Prometheus, in its text format (version 0.0.4)."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)  # seconds

Gauges = Callable[[], Mapping[str, float]]


class _Timings:
    """How many requests took how long."""

    __slots__ = ("counts", "seconds")

    def __init__(self) -> None:
        self.counts = [0] * (len(BUCKETS) + 1)
        self.seconds = 0.0


class Metrics:
    """Counts requests by method, route and class of status, and shows the gauges of whoever is watched."""

    def __init__(self) -> None:
        self._requests: dict[tuple[str, str, int], int] = {}
        self._timings: dict[tuple[str, str], _Timings] = {}
        self._gauges: dict[str, Gauges] = {}

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Counts one answered request. `route` must be a template, so that there are few of them."""
        key = (method, route, status // 100)
        self._requests[key] = self._requests.get(key, 0) + 1
        timings = self._timings.get((method, route))
        if timings is None:
            timings = self._timings[method, route] = _Timings()
        timings.counts[bisect_left(BUCKETS, seconds)] += 1
        timings.seconds += seconds

    def watch(self, prefix: str, gauges: Gauges) -> None:
        """Shows figures of the present moment under names that begin with `prefix`."""
        self._gauges[prefix] = gauges

    def exposition(self) -> str:
        """All figures as text."""
        return "\n".join([*self._request_lines(), *self._timing_lines(), *self._gauge_lines(), ""])

    def _request_lines(self) -> Iterator[str]:
        yield "# TYPE pirwa_http_requests_total counter"
        for (method, route, status), count in self._requests.items():
            labels = f'{_route_labels(method, route)},status="{status}xx"'
            yield f"pirwa_http_requests_total{{{labels}}} {count}"

    def _timing_lines(self) -> Iterator[str]:
        name = "pirwa_http_request_duration_seconds"
        yield f"# TYPE {name} histogram"
        for (method, route), timings in self._timings.items():
            labels, count = _route_labels(method, route), 0
            for bound, here in zip((*BUCKETS, "+Inf"), timings.counts, strict=True):
                count += here
                yield f'{name}_bucket{{{labels},le="{bound}"}} {count}'
            yield f"{name}_sum{{{labels}}} {timings.seconds:.6f}"
            yield f"{name}_count{{{labels}}} {count}"

    def _gauge_lines(self) -> Iterator[str]:
        for prefix, gauges in self._gauges.items():
            for name, value in gauges().items():
                yield f"# TYPE {prefix}_{name} gauge"
                yield f"{prefix}_{name} {value}"


def _route_labels(method: str, route: str) -> str:
    return f'method="{method}",route="{route}"'
