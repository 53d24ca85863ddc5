"""A company that orders, and a worker taken apart so that a test can hand its orders over one try at a time."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from adapters.local_disk.file_store import LocalDiskStore
from adapters.outgoing.transport import OutgoingHttp
from adapters.postgres.due_work import DueWork
from adapters.postgres.engine import Database
from adapters.postgres.installations import PostgresInstallations
from adapters.postgres.queries.order_sendings import PostgresOrderSendingReader
from adapters.postgres.sending_queue import PostgresSendingQueue
from adapters.postgres.uow import PostgresRun
from adapters.purchase_documents.pdf import FpdfDocuments
from adapters.secrets.key_ring import key_ring
from adapters.smtp.server import read_server
from adapters.smtp.transport import SmtpTransport
from adapters.supplier_orders.http import HttpOrdering
from apps.settings import Settings
from apps.worker.ordering import LEASE, OrderSender, OutgoingOrders
from apps.worker.supplier_channels import SupplierChannels
from core.commands.order_documents import OrderDocuments
from core.domain.webhook import new_webhook_secret
from core.ports.clock import Clock, SystemClock
from core.ports.plugins import Plugins
from core.ports.supplier import SupplierOrdering
from tests.api import Client
from tests.apps.purchasing import deed, order, selling
from tests.mail_server import SENDER
from tests.shop import Shop

VENTAS = "ventas@acme.example"
SECRET = new_webhook_secret()


@dataclass(frozen=True)
class Dispatcher:
    """Hands over what is due."""

    sender: OrderSender
    due: DueWork

    async def send(self, shop: Shop) -> None:
        """One try of whatever is due."""
        while await self.sender.send(shop.company_id):
            pass

    async def is_due(self, shop: Shop) -> bool:
        return shop.company_id in await self.due.companies_to_hand_over()

    def with_lease(self, lease: timedelta) -> "Dispatcher":
        return replace(self, sender=replace(self.sender, lease=lease))


def outgoing(settings: Settings, way: OutgoingHttp) -> OutgoingOrders:
    """What a worker hands orders over with, which finds servers on this machine."""

    def http(key: bytes) -> SupplierOrdering:
        return HttpOrdering(key, lambda _: way.transport(), SystemClock(), "Pirwa/test")

    store = LocalDiskStore(settings.data / "files")
    return OutgoingOrders(key_ring(settings.secret_keys, settings.data), store, FpdfDocuments, http)


@asynccontextmanager
async def dispatching(
    settings: Settings,
    database: Database,
    plugins: Plugins,
    smtp_url: str | None = None,
    *,
    seconds: float = 20,
    clock: Clock | None = None,
) -> AsyncIterator[Dispatcher]:
    """Whatever a supplier does, it is waited for `seconds` at most."""
    dispatch = Database(str(settings.database_url), role="pirwa_dispatch", size=2)
    await dispatch.open()
    way, clock = OutgoingHttp(loopback=True, seconds=seconds), clock or SystemClock()
    orders = outgoing(settings, way)
    mail = SmtpTransport(read_server(smtp_url), SENDER) if smtp_url else None
    run, installations = PostgresRun(database, clock=clock), PostgresInstallations(database)
    channels = SupplierChannels(plugins, installations, orders.sealing, orders.http, mail)
    documents = OrderDocuments(run, PostgresOrderSendingReader(database), orders.store, orders.maker, clock)
    queue = PostgresSendingQueue(database)
    yield Dispatcher(OrderSender(queue, run, documents, channels, LEASE), DueWork(dispatch))
    way.close()
    await dispatch.close()


async def set_ordering(client: Client, supplier: str, channel: str, **more: object) -> Any:
    response = await client.send_json(f"/suppliers/{supplier}/ordering", {"channel": channel, **more}, method="PUT")
    assert response.is_success, response.text
    return response.json()


async def to_send(client: Client, supplier: Any, channel: str, **more: object) -> Any:
    """An approved order of a supplier who wants its orders this way, on its way to it."""
    await set_ordering(client, supplier["id"], channel, **more)
    return await deed(client, await approved(client, supplier["code"]), "send")


async def approved(client: Client, supplier: str = "ACME") -> Any:
    return await deed(client, await order(client, ("CUP", "100"), ("BOX", "8"), supplier=supplier), "submit")


async def acme(api: Any, client: Client) -> Any:
    """A supplier of cups and boxes, with somebody who reads its mail."""
    contact = {"name": "Luis Vega", "email": VENTAS, "phone": ""}
    return await selling(api, client, "CUP", "BOX", contacts=[contact])


async def tries(client: Client, made: Any) -> list[list[tuple[str, str | None]]]:
    """Of each sending, the first one first, how its tries ended."""
    found: Sequence[Any] = await client.get_ok(f"/purchase-orders/{made['id']}/sendings")
    return [[(one["outcome"], one["problem"]) for one in reversed(each["tries"])] for each in reversed(found)]


async def let_time_pass(shop: Shop) -> None:
    """All that is to be tried later is due."""
    await shop.fetch(
        "UPDATE purchase_order_sending SET next_at = '-infinity' WHERE company_id = %s AND state = 'waiting'",
        shop.company_id,
    )
