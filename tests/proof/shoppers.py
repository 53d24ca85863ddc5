"""Clients that do what a shop does all day: sell, reserve and give back, move and read. What went wrong is kept, word for word."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from core.domain.ids import new_id
from tests.api import Client

PRODUCTS = ("TEA", "RICE", "SALT", "OIL")
STOCK = 1_000_000


@dataclass
class Shoppers:
    """`sold` are the numbers of the invoices that were acknowledged; `failed` the answers that were no success, in full."""

    clients: Sequence[Client]
    pause: float = 0.0  # seconds between two requests of one client
    sold: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    answers: int = 0
    stopping: bool = False

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator["Shoppers"]:
        """They work as long as the block; what they have begun they finish."""
        tasks = [asyncio.create_task(self._work(client)) for client in self.clients]
        try:
            yield self
        finally:
            self.stopping = True
            await asyncio.gather(*tasks)

    async def until(self, answers: int) -> None:
        """Returns when so many more answers have come. Raises where a minute brings none."""
        end = self.answers + answers
        while self.answers < end:
            before = self.answers
            for _ in range(6_000):
                await asyncio.sleep(0.01)
                if self.answers > before:
                    break
            else:
                raise TimeoutError(f"no answer for a minute; {self.failed[-3:]}")

    async def _work(self, client: Client) -> None:
        deeds: Sequence[Callable[[Client, str, str], Awaitable[None]]] = (
            self._sell,
            self._look,
            self._sell,
            self._reserve,
            self._sell,
            self._move,
            self._look_at_history,
        )
        for number in count():
            if self.stopping:
                return
            await deeds[number % len(deeds)](client, PRODUCTS[number % len(PRODUCTS)], str(new_id()))
            await asyncio.sleep(self.pause)

    async def _sell(self, client: Client, product: str, key: str) -> None:
        lines = [{"product": product, "site": "UIO", "quantity": "1"}]
        if await self._post(client, "/sales", {"lines": lines, "document": {"type": "invoice", "number": key}}, key):
            self.sold.append(key)

    async def _reserve(self, client: Client, product: str, key: str) -> None:
        body = {"lines": [{"product": product, "site": "UIO", "quantity": "2"}]}
        if made := await self._post(client, "/stock/reservations", body, key):
            await self._post(client, f"/stock/reservations/{made['items'][0]['id']}/release", None, str(new_id()))

    async def _move(self, client: Client, product: str, key: str) -> None:
        lines = [{"product": product, "quantity": "1"}]
        body = {"source": "UIO", "destination": "GYE", "lines": lines, "state": "pending"}
        if made := await self._post(client, "/transfers", body, key):
            await self._post(client, f"/transfers/{made['id']}/dispatch", {}, str(new_id()))

    async def _look(self, client: Client, product: str, key: str) -> None:
        await self._get(client, "/products?limit=50")

    async def _look_at_history(self, client: Client, product: str, key: str) -> None:
        await self._get(client, "/stock/moves?limit=50")

    async def _post(self, client: Client, path: str, body: object, key: str) -> Any:
        answer = await client.send_json(path, body, key=key)
        self._note(f"POST {path}", answer.status_code, answer.text)
        return answer.json() if answer.is_success else None

    async def _get(self, client: Client, path: str) -> None:
        answer = await client.get(path)
        self._note(f"GET {path}", answer.status_code, answer.text)

    def _note(self, asked: str, status: int, text: str) -> None:
        self.answers += 1
        if status >= 400:
            self.failed.append(f"{asked}: {status} {text}")
