"""A company whose members are told news: the steps of the worker one by one, a clock of the test's own, a real mail server."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from taskiq import InMemoryBroker

from adapters.plugin_loader.loading import load_built_in
from adapters.plugin_loader.registry import PluginRegistry, load_plugins
from adapters.postgres.engine import Database, Scope
from adapters.secrets.key_ring import key_ring
from adapters.smtp.server import read_server
from adapters.smtp.transport import SmtpTransport
from apps.ioc.built_in import in_app_notes
from apps.settings import Settings
from apps.worker.calling import OutgoingWebhooks
from apps.worker.mailing import OutgoingMail
from apps.worker.main import make_parts
from apps.worker.worker import Parts
from core.domain.ids import new_id
from core.domain.notification_timing import GATHERING
from core.ports.plugins import Plugins
from tests.api import Api, Client
from tests.mail_server import SENDER, PostOffice, Received
from tests.shop import Shop
from tests.way_out import AUDIT_KEY, OneCompany

NOTIFICATIONS = "core:notifications"
NOON = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
"""A Monday, twelve in Guayaquil and six in the evening in Madrid: nobody's quiet hour."""


@dataclass
class SetClock:
    """Shows what it was set to."""

    at: datetime = NOON

    def now(self) -> datetime:
        return self.at


@dataclass
class Member:
    """Somebody signed in, with an address to which mail comes."""

    user_id: UUID
    email: str
    client: Client

    async def centre(self, **query: Any) -> Any:
        return await self.client.get_ok("/notifications", **query)

    async def lines(self) -> list[str]:
        """What the centre says, the newest first."""
        page = await self.centre()
        return [item["text"] for one in page["items"] for item in one["items"]]

    async def save(self, *kinds: dict[str, object], **more: object) -> Any:
        answer = await self.client.put("/notification-preferences", json={"kinds": list(kinds), **more})
        assert answer.status_code == 200, answer.text
        return answer.json()


@dataclass
class Newsroom:
    """The company's worker, taken apart."""

    api: Api
    parts: Parts
    post: PostOffice
    clock: SetClock = field(default_factory=SetClock)

    @property
    def shop(self) -> Shop:
        return self.api.shop

    @property
    def company(self) -> UUID:
        return self.shop.company_id

    async def lose_report(self, owner: Member) -> None:
        """A report that this person has sent could not be."""
        told = {"name": "Inventario", "owner": str(owner.user_id), "problem": "internal"}
        await self.shop.fetch(
            "INSERT INTO outbox_event (company_id, type, subject_type, subject_id, data) VALUES (%s, %s, %s, %s, %s)",
            *(self.company, "report_schedule_not_sent", "report_schedule", new_id(), json.dumps(told)),
        )

    async def member(
        self, role: str, *sites: str, locale: str = "es-EC", zone: str | None = None, proven: bool = True
    ) -> Member:
        client = await self.api.client(role, *sites)
        user_id = self.api.users[role]
        email = f"{role}.{user_id.hex}@example.org"
        await self.shop.database.fetch(
            Scope(user_id=user_id),
            "UPDATE app_user SET email = %s, proven_email = %s, locale = %s, time_zone = %s WHERE id = %s",
            (email, email if proven else None, locale, zone, user_id),
        )
        return Member(user_id, email, client)

    async def relay(self) -> None:
        """Events get their numbers and those who want them their deliveries."""
        subscriptions = [*self.parts.core_subscriptions, *self.parts.plugins.subscriptions()]
        await self.parts.outbox.relay(self.company, subscriptions, 1000)

    async def react(self) -> None:
        """Until none is due: of each subject the oldest goes first, alone."""
        while await self._due():
            await self.parts.deliverer.deliver(self.company, NOTIFICATIONS)

    async def _due(self) -> bool:
        rows = await self.shop.fetch(
            "SELECT FROM delivery WHERE company_id = %s AND subscriber = %s AND state IN ('new', 'leased')"
            " AND next_at <= clock_timestamp() LIMIT 1",
            *(self.company, NOTIFICATIONS),
        )
        return bool(rows)

    async def tell(self) -> None:
        await self.relay()
        await self.react()

    async def write(self) -> None:
        """The turns that are due at this moment."""
        while await self.parts.notifying.notify(self.company):
            pass

    async def text(self) -> None:
        """Text messages are handed over."""
        while await self.parts.texting.send(self.company):
            pass

    async def call(self) -> None:
        """People's own webhooks are called."""
        caller = self.parts.caller
        assert caller is not None
        for company_id, webhook_id in await self.parts.due.webhooks(personal=True):
            while company_id == self.company and await caller.call(company_id, webhook_id):
                pass

    async def look(self, name: str) -> None:
        """What is found at fixed times is looked for."""
        [job] = [job for job in self.parts.schedule.jobs if job.name == name]
        await job.run(self.clock.at)

    async def pass_time(self, time: timedelta = GATHERING) -> None:
        """That much later, mails are written and delivered."""
        self.clock.at += time
        await self.write()
        await self.post.deliver()

    def mails(self, member: Member) -> Sequence[Received]:
        return self.post.server.all_to(member.email)

    async def deliveries(self, member: Member, channel: str = "mail") -> list[tuple[object, ...]]:
        """How the deliveries to somebody stand."""
        return await self.shop.fetch(
            "SELECT state, attempts, outcome FROM notification_delivery WHERE company_id = %s AND user_id = %s AND channel = %s"
            " ORDER BY created_at, event_id",
            self.company,
            member.user_id,
            channel,
        )

    async def policy(self, product: UUID, minimum: int, site: str = "UIO") -> None:
        await self.shop.fetch("SELECT ledger_set_policy(%s, %s, %s, 100)", product, self.shop.sites[site], minimum)

    async def stocked(self, sku: str, quantity: int = 10, minimum: int = 5, site: str = "UIO") -> UUID:
        """A product with a minimum and more than that."""
        product = await self.shop.product(sku)
        await self.shop.post("receipt", sku, quantity, site=site)
        await self.policy(product, minimum, site)
        return product

    async def category(self, name: str, parent: UUID | None = None) -> UUID:
        category_id, depth = new_id(), 2 if parent else 1
        await self.shop.fetch(
            "INSERT INTO category (company_id, id, parent_id, name, depth) VALUES (%s, %s, %s, %s, %s)",
            *(self.company, category_id, parent, name, depth),
        )
        return category_id

    async def file(self, product: UUID, category: UUID) -> None:
        await self.shop.fetch(
            "UPDATE product SET category_id = %s WHERE company_id = %s AND id = %s", category, self.company, product
        )


@asynccontextmanager
async def newsroom(
    api: Api,
    post: PostOffice,
    settings: Settings,
    plugins: Plugins | None = None,
    webhooks: OutgoingWebhooks | None = None,
) -> AsyncIterator[Newsroom]:
    """The worker's parts for this company; its mails go to the post office's server."""
    assert settings.database_url is not None
    dispatch = Database(settings.database_url, role="pirwa_dispatch", size=2)
    await dispatch.open()
    clock, plugins = SetClock(), plugins or load_plugins([], "0.1.0")
    assert isinstance(plugins, PluginRegistry)
    plugins.add(load_built_in(in_app_notes(api.shop.database, clock), "0.1.0"))
    transport = SmtpTransport(read_server(post.server.url), SENDER)
    outgoing = OutgoingMail(key_ring(settings.secret_keys, settings.data), transport)
    parts = make_parts(
        api.shop.database,
        dispatch,
        plugins,
        InMemoryBroker(),
        AUDIT_KEY,
        outgoing,
        webhooks=webhooks,
        address="https://pirwa.example",
        clock=clock,
        due=OneCompany(dispatch, api.shop.company_id),
    )
    yield Newsroom(api, parts, post, clock)
    await dispatch.close()
