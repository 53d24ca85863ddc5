"""A worker that dies by SIGKILL when a webhook has taken an event, before it can note it. A process of its own."""

import asyncio
import os
import signal
import sys
import time
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from adapters.outgoing.transport import OutgoingHttp
from adapters.postgres.engine import Database
from adapters.postgres.repositories.identity import PostgresIdentities
from adapters.postgres.uow import PostgresRun
from adapters.postgres.webhook_queue import PostgresWebhookQueue
from adapters.secrets.key_ring import key_ring
from adapters.webhooks.sender import HttpWebhookSender
from apps.worker.calling import Caller, OutgoingWebhooks
from core.ports.clock import SystemClock
from core.ports.webhooks import WebhookAnswer, WebhookCall


class LastDeed(HttpWebhookSender):
    """Sends one event."""

    async def send(self, call: WebhookCall) -> WebhookAnswer:
        await super().send(call)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("dead")


async def main(database_url: str, company_id: str, webhook_id: str, data: str) -> None:
    database, clock = Database(database_url), SystemClock()
    await database.open()
    way = OutgoingHttp(loopback=True, reads_bodies=False)
    outgoing = OutgoingWebhooks(
        key_ring(None, Path(data)), lambda: LastDeed(lambda _: way.transport(), clock, time.monotonic, "Pirwa/test")
    )
    queue, run = PostgresWebhookQueue(database, clock), PostgresRun(database)
    caller = Caller(queue, run, PostgresIdentities(database), outgoing, clock, timedelta(milliseconds=300))
    await caller.call(UUID(company_id), UUID(webhook_id))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
