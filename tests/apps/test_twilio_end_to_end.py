"""News by Twilio from the sale that brings them to the report and to STOP: the real application and worker, and the plugin's own fake of Twilio
at the other end."""

from collections.abc import AsyncIterator
from functools import cache
from typing import Any, cast
from urllib.parse import urlencode, urlsplit
from uuid import UUID

import httpx
import pytest
from litestar import Litestar

from adapters.plugin_loader.registry import load_plugins
from adapters.plugin_loader.surroundings import Surroundings
from apps.settings import Settings
from core.ports.http import HttpAnswer, HttpRequest
from core.ports.plugin_store import PluginStore
from core.ports.plugins import Plugins
from core.testing.plugin_context import InMemoryPluginStore
from plugins.sms_twilio.tests.fake_twilio import ACCOUNT, SENDER, TOKEN, FakeTwilio, Kept, broken
from sms_twilio.signature import form_of, signature_of
from tests.api import Api
from tests.apps.newsroom import Member, Newsroom, newsroom
from tests.apps.sms import app_with, new_number
from tests.mail_server import PostOffice

pytestmark = pytest.mark.anyio

TWILIO = "sms_twilio"


class Line:
    """The way from the plugin to whichever account the test has."""

    account: FakeTwilio

    async def send(self, request: HttpRequest) -> HttpAnswer:
        return await self.account.send(request)


@pytest.fixture(scope="module")
def line() -> Line:
    return Line()


@pytest.fixture(scope="module")
def plugins(line: Line, settings: Settings) -> Plugins:
    @cache
    def drawer(company_id: UUID, plugin_id: str) -> PluginStore:
        return InMemoryPluginStore()

    around = Surroundings(http=lambda plugin_id, hosts: line, store=drawer, address=settings.address)
    return load_plugins([TWILIO], "0.1.0", around)


@pytest.fixture(scope="module")
async def text_app(settings: Settings, plugins: Plugins) -> AsyncIterator[Litestar]:
    async with app_with(settings, plugins) as app:
        yield app


@pytest.fixture
def account(line: Line) -> FakeTwilio:
    line.account = FakeTwilio()
    return line.account


@pytest.fixture
async def room(
    text_app: Litestar, api: Api, post: PostOffice, settings: Settings, plugins: Plugins, account: FakeTwilio
) -> AsyncIterator[Newsroom]:
    async with newsroom(Api(text_app, api.shop, api.tokens), post, settings, plugins) as room:
        admin = await room.api.client("admin")
        given = {"account_sid": ACCOUNT, "auth_token": TOKEN, "sender": SENDER}
        answer = await admin.post(f"/plugins/{TWILIO}/enable", json={"settings": given})
        assert answer.status_code == 200, answer.text
        yield room


async def reader(room: Newsroom, account: FakeTwilio) -> Member:
    """Somebody with a number of their own, to which news of low stock go."""
    member, number = await room.member("operator", "UIO"), new_number()
    assert (await member.client.post("/me/phone", json={"number": number})).status_code == 202
    confirmed = await member.client.post("/me/phone/confirm", json={"code": account.messages[-1].body[:6]})
    assert confirmed.json() == {"number": number, "blocked": False}
    await member.save({"kind": "low_stock", "channels": ["sms"]})
    return member


async def news_of(room: Newsroom, sku: str) -> None:
    await room.stocked(sku)
    await room.shop.post("sale", sku, 6)
    await room.tell()
    await room.pass_time()
    await room.text()


async def told(room: Newsroom, message: Kept, token: str = TOKEN, **fields: str) -> int:
    """Twilio calls the address that the message names, and the worker reads what came. Returns how the call was answered."""
    assert message.callback is not None
    url = urlsplit(message.callback)
    body = urlencode({"AccountSid": ACCOUNT, "MessageSid": message.sid, **fields}).encode()
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Twilio-Signature": signature_of(token, message.callback, form_of(body)),
    }
    transport = httpx.ASGITransport(cast("Any", room.api.app))
    async with httpx.AsyncClient(transport=transport, base_url="http://stock.example") as client:
        answer = await client.post(f"{url.path}?{url.query}", content=body, headers=headers)
    assert room.parts.reading is not None
    while await room.parts.reading.read(room.company, TWILIO):
        pass
    return answer.status_code


async def test_a_message_goes_out_is_reported_and_its_reader_says_stop(room: Newsroom, account: FakeTwilio) -> None:
    ana = await reader(room, account)
    await news_of(room, "TEA")
    message = account.messages[-1]
    assert message.body.startswith("Test company: TEA Product TEA en UIO: quedan 4, minimo 5")
    assert await told(room, message, "a guess", MessageStatus="failed") == 401
    assert await told(room, message, MessageStatus="delivered") == 202
    assert await told(room, message, MessageStatus="sent") == 202
    assert await room.deliveries(ana, "sms") == [("delivered", 1, None)]
    assert await told(room, message, MessageStatus="received", From=message.to, Body="Stop") == 202
    await news_of(room, "CUP")
    assert account.messages[-1] is message
    assert (await ana.client.get_ok("/me/phone"))["blocked"]


async def test_a_lost_answer_is_looked_up_and_the_message_comes_once(room: Newsroom, account: FakeTwilio) -> None:
    ana = await reader(room, account)
    account.after = broken
    await news_of(room, "TEA")
    account.after = None
    taken = len(account.messages)
    await room.shop.fetch("UPDATE text_message SET next_at = now() WHERE company_id = %s", room.company)
    await room.text()
    assert (len(account.messages), account.operations[-1]) == (taken, "ListMessage")
    assert [state for state, _, _ in await room.deliveries(ana, "sms")] == ["sent"]
