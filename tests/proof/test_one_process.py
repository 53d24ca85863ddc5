"""Everything in one process on the embedded database, which nobody else looks after."""

import asyncio
import os
import signal
import sys
import time
from contextlib import suppress

import psutil
import pytest

from tests.folders import short_folder
from tests.proof.profile import FULL, amount
from tests.proof.recording import Reach
from tests.proof.set_up import PATIENCE, Server

pytestmark = pytest.mark.anyio


async def until(server: Server, *, ready: bool) -> None:
    async with asyncio.timeout(2 * PATIENCE):
        while await server.is_ready() is not ready:  # noqa: ASYNC110 - what another process does sets no event here
            await asyncio.sleep(0.05)


@pytest.mark.promise("B2")
@pytest.mark.skipif(sys.platform != "linux", reason="the database's processes are found by /proc")
async def test_a_database_that_is_killed_is_started_again(reached: Reach) -> None:
    """Seen to fail where its death was seen and nothing done about it."""
    longest = 0.0
    with short_folder() as folder:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PIRWA_")}
        server = Server("up", {**environment, "PIRWA_DATA": f"{folder}/data"}, folder, "up")
        server.start()
        try:
            await until(server, ready=True)
            for _ in range(amount(1, 5)):
                for process in server.processes():
                    with suppress(psutil.NoSuchProcess):  # ended with the one before it
                        if process.name() == "postgres":
                            process.send_signal(signal.SIGKILL)
                began = time.monotonic()
                await until(server, ready=False)
                await until(server, ready=True)
                longest = max(longest, time.monotonic() - began)
        finally:
            server.terminate()
            server.wait()
    assert longest < 10 or not FULL
    reached("B2", f"`pirwa up`: its database killed {amount(1, 5)} times, ready again within {longest:.1f} s")
