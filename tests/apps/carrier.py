"""A company's webhooks, and a worker taken apart so that a test can do its steps one by one."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from adapters.outgoing.transport import OutgoingHttp
from adapters.postgres.due_work import DueWork
from adapters.postgres.engine import Database
from adapters.postgres.outbox import PostgresOutbox
from adapters.postgres.repositories.identity import PostgresIdentities
from adapters.postgres.uow import PostgresRun
from adapters.postgres.webhook_queue import PostgresWebhookQueue
from adapters.secrets.key_ring import key_ring
from adapters.webhooks.sender import HttpWebhookSender
from apps.settings import Settings
from apps.worker.calling import LEASE, Caller, OutgoingWebhooks
from core.ports.clock import SystemClock
from tests.api import Client
from tests.shop import Shop
from tests.webhook_receiver import Receiver

_HAPPEN = "INSERT INTO outbox_event (company_id, type, subject_type, subject_id, data) VALUES (%s, %s, %s, %s, '{}') RETURNING id"


@dataclass
class Hook:
    """A webhook, as whoever made it knows it."""

    id: str
    secret: str

    @property
    def path(self) -> str:
        return f"/webhooks/{self.id}"


@dataclass
class Carrier:
    """The worker's steps. Whatever the other side does, it is waited for `seconds` at most."""

    dispatch: Database
    database: Database
    settings: Settings
    way: OutgoingHttp

    @property
    def outgoing(self) -> OutgoingWebhooks:
        sender = HttpWebhookSender(lambda _: self.way.transport(), SystemClock(), time.monotonic, "Pirwa/test")
        return OutgoingWebhooks(key_ring(self.settings.secret_keys, self.settings.data), lambda: sender)

    def caller(self, lease: timedelta = LEASE) -> Caller:
        clock, identities = SystemClock(), PostgresIdentities(self.database)
        queue, run = PostgresWebhookQueue(self.database, clock), PostgresRun(self.database)
        return Caller(queue, run, identities, self.outgoing, clock, lease)

    async def relay(self, shop: Shop) -> frozenset[str]:
        """Numbers what has happened. Who was told of it."""
        return (await PostgresOutbox(self.dispatch).relay(shop.company_id, [], 1000)).subscribers

    async def call(self, shop: Shop, hook: Hook) -> None:
        """Sends what is due, until nothing is."""
        while await self.caller().call(shop.company_id, UUID(hook.id)):
            pass

    async def carry(self, shop: Shop, hook: Hook) -> None:
        await self.relay(shop)
        await self.call(shop, hook)

    async def is_due(self, hook: Hook) -> bool:
        return UUID(hook.id) in {webhook_id for _, webhook_id in await DueWork(self.dispatch).webhooks(personal=False)}

    async def carry_on(self, shop: Shop, hook: Hook) -> None:
        """Lets time pass and calls again, until nothing waits."""
        while await states(shop, hook, "new", "leased"):
            await let_time_pass(shop)
            await self.call(shop, hook)


@asynccontextmanager
async def carrying(settings: Settings, database: Database, seconds: float = 5) -> AsyncIterator[Carrier]:
    dispatch = Database(str(settings.database_url), role="pirwa_dispatch", size=4)
    await dispatch.open()
    way = OutgoingHttp(loopback=True, seconds=seconds, reads_bodies=False)
    yield Carrier(dispatch, database, settings, way)
    way.close()
    await dispatch.close()


async def made(admin: Client, receiver: Receiver, **more: Any) -> Hook:
    """A webhook that is not enabled yet."""
    new = await admin.post_ok("/webhooks", {"url": receiver.url, **more})
    return Hook(new["id"], new["secret"])


async def enabled(admin: Client, receiver: Receiver, **more: Any) -> Hook:
    """A webhook at work."""
    hook = await made(admin, receiver, **more)
    await admin.post_ok(f"{hook.path}/enable", None)
    return hook


async def happen(shop: Shop, *subjects: UUID, event_type: str = "sale_recorded", subject: str = "thing") -> list[str]:
    """Commits events about these subjects, one after the other. Their ids."""
    rows = [await shop.fetch(_HAPPEN, shop.company_id, event_type, subject, each) for each in subjects]
    return [str(row[0][0]) for row in rows]


async def let_time_pass(shop: Shop) -> None:
    """All that is to be tried later is due, and nothing rests."""
    await shop.fetch(
        "UPDATE delivery SET next_at = now() WHERE company_id = %s AND state IN ('new', 'leased')", shop.company_id
    )
    await shop.fetch(
        "UPDATE webhook SET next_at = '-infinity', lease_token = NULL WHERE company_id = %s", shop.company_id
    )


async def states(shop: Shop, hook: Hook, *wanted: str) -> dict[str, str]:
    """How the events of a webhook stand: those in these states, or all."""
    rows = await shop.fetch(
        "SELECT event_id::text, state FROM delivery WHERE company_id = %s AND webhook_id = %s ORDER BY position",
        shop.company_id,
        UUID(hook.id),
    )
    return {event_id: state for event_id, state in rows if not wanted or state in wanted}


async def stopped(admin: Client, hook: Hook) -> str | None:
    """Why nothing is sent there."""
    reason: str | None = (await admin.get_ok(hook.path))["disabled_reason"]
    return reason
