"""Probes and figures for whoever operates the server."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

import msgspec
from dishka import FromDishka
from dishka.integrations.litestar import DishkaRouter
from litestar import get
from litestar.datastructures import State

from apps.http.metrics import MEDIA_TYPE, Metrics
from apps.http.rules import PUBLIC
from core.domain.errors import Busy

ENDING = "the process is ending"
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
    """All is well; what is not is a problem answer."""

    status: Literal["ok"] = "ok"


def require_staying(state: State) -> None:
    """Raises `Busy` when the process was asked to end: who listens to it comes again, and is served by another."""
    if state.get("ending"):
        raise Busy("not_ready", ENDING, details={"retry_after": 1})


@get("/health/live", opt=PUBLIC)
async def show_liveness() -> Health:
    """Whether the process answers at all. It never asks the database."""
    return Health()


@get("/health/ready", opt=PUBLIC)
async def show_readiness(readiness: FromDishka[Readiness], state: State) -> Health:
    """Whether requests can be served now: 200, else 503 with every reason. It is 503 from the moment on in which the
    process was asked to end."""
    faults = [ENDING] if state.get("ending") else []
    try:
        async with asyncio.timeout(READY_SECONDS):
            faults += await readiness.faults()
    except TimeoutError:
        faults.append(f"the database did not answer within {READY_SECONDS:g} s")
    if faults:
        raise Busy("not_ready", "; ".join(faults), details={"faults": faults, "retry_after": 1})
    return Health()


@get("/metrics", opt=PUBLIC, media_type=MEDIA_TYPE)
async def show_metrics(metrics: FromDishka[Metrics]) -> str:
    """Counters, timings and pool figures in the text format of Prometheus."""
    return metrics.exposition()


router = DishkaRouter("/", route_handlers=[show_liveness, show_readiness, show_metrics], tags=["operations"])
