"""How the process ends: those who send requests to it hear of it first."""

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import msgspec
import pytest

from apps.cli.serving import serve_here
from apps.settings import Settings

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def running(settings: Settings, notice: float) -> AsyncIterator[tuple[httpx.AsyncClient, asyncio.Task[None]]]:
    """The server in this process, asked by somebody who keeps the connection."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client, asyncio.timeout(30):
        here = msgspec.structs.replace(settings, port=port, log="text")
        serving = asyncio.create_task(serve_here(here, notice=notice))
        while not await is_ready(client):
            pass
        yield client, serving


async def is_ready(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/health/ready")).is_success
    except httpx.TransportError:
        return False


@pytest.mark.promise("B8")
async def test_after_sigterm_it_serves_for_a_while_and_says_that_it_is_not_ready(settings: Settings) -> None:
    """Seen to fail when the server stopped listening at once."""
    async with running(settings, notice=1_000) as (client, serving):
        os.kill(os.getpid(), signal.SIGTERM)
        while await is_ready(client):
            pass
        problem = (await client.get("/health/ready")).json()
        assert (problem["status"], problem["code"], problem["faults"]) == (503, "not_ready", ["the process is ending"])
        assert (await client.get("/api/v1/me")).status_code == 401
        os.kill(os.getpid(), signal.SIGTERM)
        await serving
        with pytest.raises(httpx.ConnectError):
            await client.get("/health/live")


@pytest.mark.promise("B8")
@pytest.mark.parametrize(("sign", "notice"), [(signal.SIGTERM, 0.01), (signal.SIGINT, 1_000)])
async def test_it_ends_after_its_notice_or_at_once_when_interrupted(
    settings: Settings, sign: signal.Signals, notice: float
) -> None:
    async with running(settings, notice) as (_, serving):
        os.kill(os.getpid(), sign)
        await serving
