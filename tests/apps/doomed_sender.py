"""Workers that die by SIGKILL right after a chosen step of handing an order over. A process of its own: each line read is `class method
company`, and the answer is the signal that ended the worker that did this step for the company."""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

from adapters.local_disk.file_store import LocalDiskStore
from adapters.postgres.engine import Database
from adapters.postgres.repositories.order_sendings import PostgresOrderSendings
from adapters.postgres.repositories.purchase_orders import PostgresPurchaseOrders
from adapters.postgres.sending_queue import PostgresSendingQueue
from adapters.supplier_orders.http import HttpOrdering
from adapters.supplier_orders.mail import MailOrdering
from apps.settings import Settings
from core.commands.order_documents import OrderDocuments
from tests.apps.supplier_orders import dispatching
from tests.plugins.way import plugins_here

OWNERS: dict[str, Any] = {
    each.__name__: each
    for each in (
        PostgresSendingQueue,
        LocalDiskStore,
        OrderDocuments,
        HttpOrdering,
        MailOrdering,
        PostgresOrderSendings,
        PostgresPurchaseOrders,
    )
}


def main(database_url: str, data: str, smtp_url: str) -> None:
    """Forks a worker for each line: what was imported is imported once."""
    settings = Settings(data=Path(data), database_url=database_url)
    for line in sys.stdin:
        if (child := os.fork()) == 0:
            asyncio.run(_die_at(settings, smtp_url, *line.split()))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        print(os.WTERMSIG(status), flush=True)


async def _die_at(settings: Settings, smtp_url: str, kind: str, method: str, company: str) -> None:
    database = Database(str(settings.database_url))
    await database.open()
    setattr(OWNERS[kind], method, _the_last(getattr(OWNERS[kind], method)))
    with plugins_here() as plugins:
        async with dispatching(settings, database, plugins, smtp_url) as dispatcher:
            await dispatcher.sender.send(UUID(company))


def _the_last(step: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def last_step(*arguments: Any, **named: Any) -> Any:
        await step(*arguments, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    return last_step


if __name__ == "__main__":
    main(*sys.argv[1:])
