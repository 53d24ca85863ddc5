"""kill -9 of the server under load: every acknowledged posting is there, once.

Clients write down what they send before they send it and try again with the same key until it is acknowledged. Seen to fail
with a new key for each try: eight sales had taken effect twice.
"""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from adapters.embedded_postgres import EmbeddedPostgres
from adapters.postgres.engine import Database
from adapters.postgres.migrate import migrate
from adapters.postgres.verification import PostgresVerifier
from apps.settings import Settings
from core.domain.ids import new_id
from tests.api import token_of, tokens_of
from tests.folders import short_folder
from tests.proof.profile import amount
from tests.shop import Shop, open_shop

pytestmark = pytest.mark.anyio

CLIENTS = 8
KILLS = amount(4, 8)
BETWEEN_KILLS = 60  # acknowledgements
STOCK = 100_000


@pytest.fixture
def data() -> Iterator[Path]:
    with short_folder() as folder:
        yield folder


class Server:
    """`pirwa up` as its own process, started again after each kill."""

    def __init__(self, data: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._environment = {**os.environ, "PIRWA_DATA": str(data), "PIRWA_PORT": str(self.port)}
        self._environment.pop("PIRWA_DATABASE_URL", None)
        self._process = self._start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", "import sys; from apps.cli.main import main; sys.exit(main(['up']))"]
        return subprocess.Popen(
            command, env=self._environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )

    def kill(self) -> None:
        """No goodbye: the process is gone, its database server an orphan."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self._process = self._start()

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=60)


class Clients:
    """Sell one unit at a time, again and again, until told to stop."""

    def __init__(self, server: Server, token: str) -> None:
        self._url = f"http://127.0.0.1:{server.port}/api/v1/sales"
        self._headers = {"Authorization": f"Bearer {token}"}
        self.acknowledged: list[str] = []
        self.stopping = False
        self.progress = asyncio.Condition()

    async def work(self) -> None:
        async with httpx.AsyncClient(timeout=5) as client:
            while not self.stopping:
                await self._sell(client, str(new_id()))

    async def _sell(self, client: httpx.AsyncClient, key: str) -> None:
        body = {
            "lines": [{"product": "A", "site": "UIO", "quantity": "1"}],
            "document": {"type": "invoice", "number": key},
        }
        while True:
            try:
                answer = await client.post(self._url, json=body, headers={**self._headers, "Idempotency-Key": key})
            except httpx.TransportError:
                await asyncio.sleep(0.05)
                continue
            if answer.status_code == 503:
                continue
            assert answer.status_code == 201, answer.text
            self.acknowledged.append(key)
            async with self.progress:
                self.progress.notify_all()
            return

    async def until(self, acknowledged: int) -> None:
        async with self.progress:
            await self.progress.wait_for(lambda: len(self.acknowledged) >= acknowledged)


async def prepared(data: Path) -> tuple[Shop, str]:
    """A shop with stock in the data folder, and the token of its administrator."""
    with EmbeddedPostgres(data / "postgres") as server:
        migrate(server.url)
        database = Database(server.url)
        await database.open()
        shop = await open_shop(database)
        await shop.product("A")
        await shop.post("receipt", "A", STOCK)
        await shop.fetch(
            "INSERT INTO membership (company_id, user_id, role) VALUES (%s, %s, 'admin')", shop.company_id, shop.user_id
        )
        tokens = tokens_of(database, Settings(data=data))
        token = await token_of(database, tokens, shop.user_id, shop.company_id)
        await database.close()
    return shop, token


@pytest.mark.promise("B2", "I1")
async def test_what_was_acknowledged_survives_kill_9_once(data: Path) -> None:
    shop, token = await prepared(data)
    server = Server(data)
    clients = Clients(server, token)
    tasks = [asyncio.create_task(clients.work()) for _ in range(CLIENTS)]
    async with asyncio.timeout(150):
        for number in range(1, KILLS + 1):
            await clients.until(number * BETWEEN_KILLS)
            await asyncio.to_thread(server.kill)
        await clients.until((KILLS + 1) * BETWEEN_KILLS)
        clients.stopping = True
        await asyncio.gather(*tasks)
    await asyncio.to_thread(server.stop)
    with EmbeddedPostgres(data / "postgres") as postgres:
        shop.database = Database(postgres.url)
        await shop.database.open()
        sold = await shop.fetch(
            "SELECT document_number FROM posting WHERE company_id = %s AND kind = 'sale'", shop.company_id
        )
        verifier = PostgresVerifier(shop.database)
        wrong = [await verifier.differences(shop.company_id, "shop", check) for check in verifier.checks]
        await shop.database.close()
    effects = Counter(number for (number,) in sold)
    assert set(clients.acknowledged) - set(effects) == set()
    assert {number: count for number, count in effects.items() if count > 1} == {}
    assert not any(wrong)
