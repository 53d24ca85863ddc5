"""A newsroom whose company has a carrier of text messages, in a folder."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from dishka import Provider, Scope, provide
from litestar import Litestar

from apps.http.app import create_app
from apps.settings import Settings
from core.domain.ids import new_id
from core.ports.plugins import Plugins
from tests.apps.newsroom import Member, Newsroom
from tests.plugins.sms_folder.src.sms_folder.carrier import Message, Outbox

CARRIER = "sms_folder"


def new_number() -> str:
    """One that nobody has: how often a number is asked for is counted over all companies."""
    return f"+5939{10**7 + new_id().int % 10**7 * 9 + 1}"


class WithPlugins(Provider):
    """These plugins in place of those of the settings."""

    def __init__(self, plugins: Plugins) -> None:
        super().__init__()
        self._plugins = plugins

    @provide(scope=Scope.APP)
    def plugins(self) -> Plugins:
        return self._plugins


@asynccontextmanager
async def app_with(settings: Settings, plugins: Plugins) -> AsyncIterator[Litestar]:
    app = create_app(settings, WithPlugins(plugins), write_log=lambda _: None)
    async with app.lifespan():
        yield app


@dataclass
class TextRoom:
    """The newsroom and the carrier's folder."""

    news: Newsroom
    outbox: Outbox
    folder: Path
    ana: str = field(default_factory=new_number)
    eva: str = field(default_factory=new_number)

    async def switch_on(self) -> None:
        admin = await self.news.api.client("admin")
        answer = await admin.post(f"/plugins/{CARRIER}/enable", json={"settings": {"folder": str(self.folder)}})
        assert answer.status_code == 200, answer.text

    async def switch_off(self) -> None:
        admin = await self.news.api.client("admin")
        assert (await admin.post(f"/plugins/{CARRIER}/disable")).status_code == 204

    async def with_number(self, member: Member, number: str) -> None:
        """The member asks for the number and confirms the code that comes there."""
        asked = await member.client.post("/me/phone", json={"number": number})
        assert asked.status_code == 202, asked.text
        code = self.to(number)[-1].text[:6]
        confirmed = await member.client.post("/me/phone/confirm", json={"code": code})
        assert confirmed.status_code == 200, confirmed.text

    def to(self, number: str) -> list[Message]:
        return [message for message in self.outbox.messages() if message.to == number]

    async def reader(self, number: str, *sites: str, **more: Any) -> Member:
        """Somebody who gets low stock by text message at once, and only so."""
        member = await self.news.member("operator", *(sites or ("UIO",)), **more)
        await self.with_number(member, number)
        await member.save({"kind": "low_stock", "channels": ["sms"]})
        return member

    async def news_of(self, sku: str) -> None:
        """Something worth a message, told and sent."""
        await self.fall(sku)
        await self.news.pass_time()
        await self.news.text()

    async def fall(self, sku: str) -> UUID:
        product = await self.news.stocked(sku)
        await self.news.shop.post("sale", sku, 6)
        await self.news.tell()
        return product
