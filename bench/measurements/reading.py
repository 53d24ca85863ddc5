"""The pages that people look at: product list, product detail, movement history; and an answer that reads nothing."""

from collections.abc import Iterator
from functools import partial
from operator import attrgetter

from bench.measurements.loads import rate
from bench.product_requests import Reading, Sale
from bench.results import Figure
from bench.stage import Stage

_CLIENTS = 16


def measure(stage: Stage) -> Iterator[Figure]:
    """Pages per second, and the floor below which no request of Pirwa can come."""
    product = stage.product
    pages = {
        "product list": (attrgetter("product_list"), "/api/v1/products?limit=50"),
        "product detail": (attrgetter("product_detail"), "/api/v1/products/{product}"),
        "movement history": (attrgetter("history"), "/api/v1/stock/moves?product={product}&site=S1&limit=50"),
    }
    for page, (requests_to, target) in pages.items():
        measurement = f"{page}, {_CLIENTS} clients"
        for subject, django in stage.baselines.items():
            result, threads = django.load(requests_to(django), _CLIENTS)
            yield rate(measurement, subject, result, threads_per_worker=threads)
        result, workers = product.load(partial(Reading, target=target), _CLIENTS)
        yield rate(measurement, "pirwa", result, workers=workers)
    result, workers = product.load(partial(Reading, target="/health/live"), _CLIENTS)
    yield rate(f"liveness, {_CLIENTS} clients", "pirwa", result, workers=workers)
    product.load(Sale, _CLIENTS)  # after it a process has loaded what rings for the worker
    yield Figure("memory of the web process in MB", "pirwa", product.worker_megabytes, "MB")
    yield Figure("memory of the web process without what others share", "pirwa", product.worker_part_megabytes, "MB")
