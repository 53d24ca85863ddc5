"""A flood of sign-ins: a few are looked at, the others are turned away at once, and nobody else waits for them."""

import asyncio
import threading
from collections import Counter
from typing import Any, Self, cast

import httpx
import psutil
import pytest
from litestar import Litestar

from adapters.passwords.argon2id import QUEUE, SLOTS
from core.domain.ids import new_id
from tests.api import Api

pytestmark = pytest.mark.anyio

GUESSES = 400
MEGABYTE = 2**20


class Memory:
    """Watches by how many megabytes this process grows while something goes on."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._look)
        self._start = self._peak = self._process.memory_info().rss

    def __enter__(self) -> Self:
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._watch.join()

    @property
    def growth(self) -> float:
        return (self._peak - self._start) / MEGABYTE

    def _look(self) -> None:
        while not self._over.wait(0.005):
            self._peak = max(self._peak, self._process.memory_info().rss)


async def guess(app: Litestar, number: int) -> httpx.Response:
    """One guess of an account of its own, from an address of its own."""
    peer = (f"10.{number // 250}.{number % 250}.1", 4711)
    transport = httpx.ASGITransport(cast("Any", app), client=peer)
    async with httpx.AsyncClient(transport=transport, base_url="http://test/api/v1") as client:
        body = {"login": f"flood_{new_id().hex}", "password": "wrong"}
        return await client.post("/auth/login", json=body)


@pytest.mark.promise("B9")
@pytest.mark.promise("S6")
async def test_a_flood_of_guesses_is_shed_and_others_are_served_meanwhile(app: Litestar, api: Api) -> None:
    """Seen to fail with hashing on the event loop (nobody else was served), without a bound (nothing was turned away), and with 60
    threads (the process grew by 1,139 MB)."""
    clerk = await api.client("operator", "UIO")
    await clerk.get_ok("/me")
    with Memory() as memory:
        flood = asyncio.gather(*(guess(app, number) for number in range(GUESSES)))
        for _ in range(3):
            assert (await clerk.get("/products")).status_code == 200
        assert not flood.done()
        answers = await flood
    assert memory.growth < 200
    statuses = Counter(answer.status_code for answer in answers)
    assert statuses.keys() == {401, 429}
    assert statuses[401] >= SLOTS + QUEUE
    assert statuses[429] > 0
    assert {answer.headers["retry-after"] for answer in answers if answer.status_code == 429} == {"2"}
    assert (await guess(app, GUESSES)).status_code == 401
