"""Servers are asked to end and started again while people work, behind a balancer that asks each whether it is ready."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from core.domain.ids import new_id
from tests.proof.http_line import HttpLine, Lost
from tests.proof.set_up import PATIENCE, Server, SetUp

LOOK = 0.2  # seconds between two looks of the balancer
SALE = {"lines": [{"product": "P2", "site": "UIO", "quantity": "1"}]}


class Restarts:
    """What was answered meanwhile, and what was not."""

    def __init__(self, here: SetUp, token: str) -> None:
        self._here, self._headers = here, {"Authorization": f"Bearer {token}"}
        self._ready: list[Server] = list(here.servers)
        self._over = False
        self.answered, self.longest = 0, 0.0
        self._answer = asyncio.Event()
        self.failures: list[str] = []

    async def replace(self, server: Server) -> None:
        """Ends one server and starts it again; somebody listens to its stream of events all the while."""
        listening = asyncio.create_task(self._listen(server))
        began = time.monotonic()
        server.terminate()
        status = await asyncio.to_thread(server.wait)
        self.longest = max(self.longest, time.monotonic() - began)
        if status:
            self.failures.append(f"{server.name} ended with {status}")
        await listening
        server.start()
        await self._here.ready()
        await asyncio.sleep(3 * LOOK)  # until the balancer has seen it

    async def until(self, answered: int) -> None:
        """Waits until people have had so many answers."""
        async with asyncio.timeout(PATIENCE):
            while self.answered < answered:
                await self._answer.wait()

    @asynccontextmanager
    async def people_at_work(self, number: int) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(work) for work in (self._balance(), *(self._sell() for _ in range(number)))]
        try:
            yield
        finally:
            self._over = True
            await asyncio.gather(*tasks)

    async def _balance(self) -> None:
        while not self._over:
            for server in self._here.servers:
                is_ready = await server.is_ready()
                if is_ready and server not in self._ready:
                    self._ready.append(server)
                elif not is_ready and server in self._ready:
                    self._ready.remove(server)
            await asyncio.sleep(LOOK)

    async def _sell(self) -> None:
        lines = {server: HttpLine(server.port, self._headers, 20) for server in self._here.servers}
        turn = 0
        while not self._over:
            turn += 1
            for server, line in lines.items():
                if server not in self._ready:
                    line.close()
            if self._ready:
                await self._ask(lines[self._ready[turn % len(self._ready)]])
            else:
                self.failures.append("no server is ready")
                await asyncio.sleep(LOOK)
        for line in lines.values():
            line.close()

    async def _ask(self, line: HttpLine) -> None:
        try:
            answer = await line.ask("POST", "/api/v1/sales", SALE, Idempotency_Key=str(new_id()))
            if answer.status != 201:
                self.failures.append(f"{answer.status} {answer.body.decode()}")
        except Lost as error:
            self.failures.append(str(error))
        self.answered += 1
        self._answer.set()
        self._answer = asyncio.Event()

    async def _listen(self, server: Server) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(
            f"GET /api/v1/events/stream HTTP/1.1\r\nhost: here\r\nAuthorization: {self._headers['Authorization']}\r\n\r\n".encode()
        )
        with suppress(OSError):
            while await reader.read(65_536):
                pass
        writer.close()
