"""Probes and figures for whoever operates the server."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec
from dishka import FromDishka
from dishka.integrations.litestar import DishkaRouter
from litestar import Response, get

from apps.http.metrics import MEDIA_TYPE, Metrics
from apps.http.rules import PUBLIC

READY_SECONDS = 1.0  # in which the storage must have answered


class Readiness(Protocol):
    """What the probes ask of the storage."""

    async def faults(self) -> Sequence[str]:
        """What keeps it from serving, in plain words; nothing if it can serve."""
        ...

    def usage(self) -> Mapping[str, float]:
        """Figures of the present moment, by name."""
        ...


class Health(msgspec.Struct, frozen=True):
    """`ok`, or `unready` with the reasons."""

    status: str
    faults: list[str]


@get("/health/live", opt=PUBLIC)
async def show_liveness() -> Health:
    """Whether the process answers at all. It never asks the database."""
    return Health("ok", [])


@get("/health/ready", opt=PUBLIC)
async def show_readiness(readiness: FromDishka[Readiness]) -> Response[Health]:
    """Whether requests can be served now: 200, else 503 with the reasons."""
    try:
        async with asyncio.timeout(READY_SECONDS):
            faults = list(await readiness.faults())
    except TimeoutError:
        faults = [f"the database did not answer within {READY_SECONDS:g} s"]
    return Response(Health("unready" if faults else "ok", faults), status_code=503 if faults else 200)


@get("/metrics", opt=PUBLIC, media_type=MEDIA_TYPE)
async def show_metrics(metrics: FromDishka[Metrics]) -> str:
    """Counters, timings and pool figures in the text format of Prometheus."""
    return metrics.exposition()


router = DishkaRouter("/", route_handlers=[show_liveness, show_readiness, show_metrics], tags=["operations"])
