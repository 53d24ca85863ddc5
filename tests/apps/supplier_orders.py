"""A company that orders, and a worker taken apart so that a test can hand its orders over one try at a time."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from adapters.local_disk.file_store import LocalDiskStore
from adapters.pdf.purchase_order import FpdfDocuments
from adapters.postgres.due_work import DueWork
from adapters.postgres.engine import Database
from adapters.postgres.installations import PostgresInstallations
from adapters.postgres.mail_reports import PostgresMailHistories
from adapters.postgres.plugin_health import PostgresPluginHealth
from adapters.postgres.queries.order_sendings import PostgresOrderSendingReader
from adapters.postgres.sending_queue import PostgresSendingQueue
from adapters.postgres.uow import PostgresRun
from adapters.secrets.key_ring import key_ring
from adapters.smtp.server import read_server
from adapters.smtp.transport import SmtpTransport
from apps.settings import Settings
from apps.worker.ordering import LEASE, OrderSender, OutgoingOrders
from apps.worker.supplier_channels import SupplierChannels
from core.commands.mail_senders import MailSenders
from core.commands.order_documents import OrderDocuments
from core.commands.plugin_work import PluginWork
from core.domain.webhook import new_webhook_secret
from core.ports.clock import Clock, SystemClock
from core.ports.plugins import Plugins
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


def outgoing(settings: Settings) -> OutgoingOrders:
    """What a worker hands orders over with."""
    store = LocalDiskStore(settings.data / "files")
    return OutgoingOrders(key_ring(settings.secret_keys, settings.data), store, FpdfDocuments)


@asynccontextmanager
async def dispatching(
    settings: Settings,
    database: Database,
    plugins: Plugins,
    smtp_url: str | None = None,
    *,
    clock: Clock | None = None,
) -> AsyncIterator[Dispatcher]:
    dispatch = Database(str(settings.database_url), role="pirwa_dispatch", size=2)
    await dispatch.open()
    clock, orders = clock or SystemClock(), outgoing(settings)
    mail = SmtpTransport(read_server(smtp_url), SENDER) if smtp_url else None
    run, installations = PostgresRun(database, clock=clock), PostgresInstallations(database)
    work = PluginWork(plugins, installations, PostgresPluginHealth(database), clock)
    senders = MailSenders(work, PostgresMailHistories(database), mail)
    channels = SupplierChannels(work, orders.sealing, senders)
    documents = OrderDocuments(run, PostgresOrderSendingReader(database), orders.store, orders.maker, clock)
    queue = PostgresSendingQueue(database)
    yield Dispatcher(OrderSender(queue, run, documents, channels, LEASE), DueWork(dispatch))
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
