"""Workers that die by SIGKILL right after a chosen step. Runs as a process of its own: each line read is `class method word`,
and the answer is the signal that ended the worker that did this step on something that the word occurs in."""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from datetime import timedelta
from importlib import import_module
from typing import Any

from taskiq import InMemoryBroker

from adapters.plugin_loader.registry import load_plugins
from adapters.postgres.channel_levels import PostgresChannelLevels
from adapters.postgres.channel_order_feeds import PostgresOrderFeeds
from adapters.postgres.channel_set_up import PostgresChannelSetUp
from adapters.postgres.channels import PostgresChannels
from adapters.postgres.deliveries import PostgresDeliveries
from adapters.postgres.engine import Database
from adapters.postgres.ledger import LedgerInTransaction
from adapters.postgres.outbox import PostgresOutbox
from adapters.postgres.repositories.channel_orders import PostgresChannelOrders
from adapters.postgres.uow import PostgresRun
from apps.worker.main import make_parts
from apps.worker.worker import Worker

LEASE = timedelta(milliseconds=300)


def main(database_url: str) -> None:
    """Forks a worker for each line: what was imported is imported once."""
    for line in sys.stdin:
        if (child := os.fork()) == 0:
            asyncio.run(_die_at(database_url, *line.split()))
        _, status = os.waitpid(child, 0)
        print(os.WTERMSIG(status), flush=True)


async def _die_at(database_url: str, kind: str, method: str, word: str) -> None:
    database, dispatch = Database(database_url), Database(database_url, role="pirwa_dispatch")
    await database.open()
    await dispatch.open()
    plugins = load_plugins(["fake_storefront"], "0.1.0")
    owners = (
        PostgresOutbox,
        PostgresDeliveries,
        PostgresChannels,
        PostgresChannelLevels,
        PostgresChannelSetUp,
        PostgresRun,
        PostgresOrderFeeds,
        PostgresChannelOrders,
        LedgerInTransaction,
    )
    owner = {each.__name__: each for each in owners}.get(kind)
    owner = owner or import_module("fake_storefront.storefront").FakeStorefront
    setattr(owner, method, _the_last(getattr(owner, method), word))
    worker = Worker(make_parts(database, dispatch, plugins, InMemoryBroker(), bytes(32), lease=LEASE))
    worker.start()
    await worker.wait()


def _the_last(step: Callable[..., Awaitable[Any]], word: str) -> Callable[..., Awaitable[Any]]:
    async def last_step(*arguments: Any, **named: Any) -> Any:
        result = await step(*arguments, **named)
        if word in str(arguments):
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return last_step


if __name__ == "__main__":
    main(sys.argv[1])
