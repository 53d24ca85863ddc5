"""An order is sent once, wherever the worker dies on the way.

Seen to fail when the sending is marked as accepted before the order is handed over, and with a key of its own for each try.
"""

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar

from adapters.postgres.engine import Database
from apps.http.app import create_app
from apps.settings import Settings
from tests.api import Api
from tests.apps.purchasing import shown
from tests.apps.supplier_orders import SECRET, VENTAS, acme, dispatching, let_time_pass, to_send, tries
from tests.mail_server import MailServer
from tests.plugins.way import plugins_here
from tests.webhook_receiver import Received, Receiver, receiving

pytestmark = pytest.mark.anyio

BEFORE = (
    "PostgresSendingQueue claim",
    "OrderDocuments _drawn",
    "PostgresOrderSendings keep_file",
    "LocalDiskStore put",
    "OrderDocuments to_send",
)
AFTER = (
    "PostgresOrderSendings find",
    "PostgresOrderSendings note",
    "PostgresOrderSendings end",
    "PostgresPurchaseOrders save",
)
HANDED_OVER = {"http": "HttpOrdering deliver", "mail": "MailOrdering deliver"}


@pytest.fixture(scope="module")
async def app(settings: Settings) -> AsyncIterator[Litestar]:
    """The application on this machine alone."""
    app = create_app(Settings(data=settings.data, database_url=settings.database_url), write_log=lambda _: None)
    async with app.lifespan():
        yield app


@pytest.fixture(scope="module")
def server() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


@pytest.fixture(scope="module")
def doomed(settings: Settings, server: MailServer) -> Iterator[subprocess.Popen[str]]:
    arguments = [str(settings.database_url), str(settings.data), server.url]
    with subprocess.Popen(
        [sys.executable, "-m", "tests.apps.doomed_sender", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    ) as process:
        yield process
        process.kill()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


class Supplier:
    """Knows its orders by their keys."""

    def __init__(self, receiver: Receiver) -> None:
        self.orders: dict[str, bytes] = {}
        receiver.answer = self._take

    def _take(self, request: Received) -> tuple[int, dict[str, str], bytes]:
        known = self.orders.setdefault(request.headers["idempotency-key"], request.body)
        assert known == request.body
        return 200, {}, b'{"reference": "S-1"}'


async def kill_after(doomed: subprocess.Popen[str], step: str, api: Api) -> None:
    assert doomed.stdin
    assert doomed.stdout
    doomed.stdin.write(f"{step} {api.shop.company_id}\n")
    doomed.stdin.flush()
    ended_by = await asyncio.to_thread(doomed.stdout.readline)
    assert ended_by.strip() == str(int(signal.SIGKILL))


async def carry_on(api: Api, settings: Settings, database: Database, server: MailServer) -> None:
    """The next worker, when the lease of the dead one has ended."""
    await let_time_pass(api.shop)
    with plugins_here() as plugins:
        async with dispatching(settings, database, plugins, server.url) as dispatcher:
            await dispatcher.send(api.shop)
            assert not await dispatcher.is_due(api.shop)


async def is_sent_once(api: Api, client: Any, made: Any, channel: str) -> None:
    made = await shown(client, made)
    assert (made["state"], made["sent_by_channel"], made["sending"]["state"]) == ("sent", channel, "accepted")
    assert made["sending"]["number"] == 1
    assert [[outcome for outcome, _ in each] for each in await tries(client, made)] == [["accepted"]]
    assert await api.shop.event_types("purchase_order_sent", "purchase_order_not_sent") == ["purchase_order_sent"]


@pytest.mark.promise("B2")
@pytest.mark.parametrize("step", [*BEFORE, HANDED_OVER["http"], *AFTER])
async def test_the_supplier_has_one_order(
    api: Api, settings: Settings, database: Database, doomed: subprocess.Popen[str], server: MailServer, receiver: Receiver, step: str
) -> None:  # fmt: skip
    client, acme_has = await api.client("manager"), Supplier(receiver)
    made = await to_send(client, await acme(api, client), "http", address=receiver.url, secret=SECRET)
    await kill_after(doomed, step, api)
    assert (await shown(client, made))["state"] == "approved"
    await carry_on(api, settings, database, server)
    assert list(acme_has.orders) == [f"{made['id']}-1"]
    assert len(receiver.requests) == (1 if step in BEFORE else 2)
    await is_sent_once(api, client, made, "http")


@pytest.mark.parametrize("step", [*BEFORE, HANDED_OVER["mail"], *AFTER])
async def test_the_supplier_gets_one_mail_or_the_same_one_again(
    api: Api, settings: Settings, database: Database, doomed: subprocess.Popen[str], server: MailServer, step: str
) -> None:
    """What the mail server took before the death comes again, as the same mail in every byte."""
    client, address = await api.client("manager"), f"{api.shop.company_id.hex}@acme.example"
    made = await to_send(client, await acme(api, client), "mail", address=address)
    await kill_after(doomed, step, api)
    await carry_on(api, settings, database, server)
    came = [one.message for one in server.all_to(address)]
    assert len(came) == (1 if step in BEFORE else 2)
    assert len({one.as_bytes() for one in came}) == 1
    await is_sent_once(api, client, made, "mail")
    sent = (await client.get(f"/purchase-orders/{made['id']}/document", params={"sending": 1})).content
    assert [content for _, _, content in server.all_to(address)[0].files] == [sent]


async def test_a_mail_server_that_dies_after_it_has_got_the_mail_gets_it_again(
    api: Api, settings: Settings, database: Database, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody can know whether it kept what it got without an answer. VENTAS reads one Message-ID."""
    client = await api.client("manager")
    made = await to_send(client, await acme(api, client), "mail", address=VENTAS)
    monkeypatch.setattr(server, "after_data", "421 closing")
    with plugins_here() as plugins:
        async with dispatching(settings, database, plugins, server.url) as dispatcher:
            await dispatcher.send(api.shop)
    monkeypatch.setattr(server, "after_data", "250 OK")
    await carry_on(api, settings, database, server)
    first, again = [one.message for one in server.all_to(VENTAS)]
    assert first.as_bytes() == again.as_bytes()
    assert (await shown(client, made))["state"] == "sent"
