"""News by SendGrid from the sale that brings them to the bounce that stops them: the real application and worker, and the plugin's own fake of
SendGrid at the other end."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, cast

import httpx
import psycopg
import pytest
from litestar import Litestar

from adapters.plugin_loader.registry import load_plugins
from adapters.plugin_loader.surroundings import Surroundings
from apps.settings import Settings
from core.ports.http import HttpAnswer, HttpRequest
from core.ports.plugins import Plugins
from plugins.email_sendgrid.tests.fake_sendgrid import KEY, SENDER, FakeSendGrid, Fault, batch, shown, signed
from tests.api import Api
from tests.apps.newsroom import Member, Newsroom, newsroom
from tests.apps.sms import app_with
from tests.mail_server import PostOffice

pytestmark = pytest.mark.anyio

SENDGRID = "email_sendgrid"


class Line:
    """The way from the plugin to whichever account the test has."""

    account: FakeSendGrid

    async def send(self, request: HttpRequest) -> HttpAnswer:
        return await self.account.answer(request)


@pytest.fixture(scope="module")
def line() -> Line:
    return Line()


@pytest.fixture(scope="module")
def plugins(line: Line) -> Plugins:
    return load_plugins([SENDGRID], "0.1.0", Surroundings(http=lambda plugin_id, hosts: line))


@pytest.fixture(scope="module")
async def mail_app(settings: Settings, plugins: Plugins) -> AsyncIterator[Litestar]:
    async with app_with(settings, plugins) as app:
        yield app


@pytest.fixture
def account(line: Line) -> FakeSendGrid:
    line.account = FakeSendGrid()
    return line.account


@pytest.fixture
async def room(
    mail_app: Litestar, api: Api, post: PostOffice, settings: Settings, plugins: Plugins
) -> AsyncIterator[Newsroom]:
    async with newsroom(Api(mail_app, api.shop, api.tokens), post, settings, plugins) as room:
        post.mailer = room.parts.mailing  # type: ignore[assignment]
        yield room


async def enable(room: Newsroom, account: FakeSendGrid) -> httpx.Response:
    admin = await room.api.client("admin")
    given = {
        "api_key": KEY,
        "sender": SENDER,
        "sender_name": "Andina",
        "webhook_key": shown(account.signing),
    }
    return await admin.post(f"/plugins/{SENDGRID}/enable", json={"settings": given})


async def reader(room: Newsroom) -> Member:
    member = await room.member("operator", "UIO")
    await member.save({"kind": "low_stock", "channels": ["mail"]})
    return member


async def news_of(room: Newsroom, sku: str) -> None:
    await room.stocked(sku)
    await room.shop.post("sale", sku, 6)
    await room.tell()
    await room.pass_time()
    mailer = room.parts.company_mailing
    assert mailer is not None
    while await mailer.deliver(room.company):
        pass


async def tell(room: Newsroom, account: FakeSendGrid, *events: dict[str, object], key: Any = None) -> int:
    """SendGrid calls our webhook, and the worker reads what came. Returns how the call was answered."""
    inbox = room.parts.reading
    assert inbox is not None
    found = await inbox.installations.find(room.company, SENDGRID)
    assert found is not None
    webhook = signed(batch(events), datetime.now(UTC), key or account.signing)
    path = f"/api/v1/hooks/{SENDGRID}/{found.hook_token}"
    transport = httpx.ASGITransport(cast("Any", room.api.app))
    async with httpx.AsyncClient(transport=transport, base_url="http://stock.example") as client:
        answer = await client.post(path, content=webhook.body, headers=dict(webhook.headers))
    while await inbox.read(room.company, SENDGRID):
        pass
    return answer.status_code


async def deliveries(member: Member) -> list[tuple[str, str | None]]:
    page = await member.client.get_ok("/notification-deliveries", channel="mail")
    return [(one["state"], one["outcome"]) for one in page["items"]]


async def test_a_mail_goes_out_is_delivered_and_the_next_bounces(room: Newsroom, account: FakeSendGrid) -> None:
    ana = await reader(room)
    assert (await enable(room, account)).status_code == 200
    await news_of(room, "TEA")
    [mail] = account.mails
    assert mail["personalizations"][0]["to"] == [{"email": ana.email}]
    assert mail["subject"] == "Test company: Stock bajo (1)"
    assert await tell(room, account, account.event(0, "delivered"), account.event(0, "processed")) == 202
    assert await deliveries(ana) == [("delivered", None)]
    await news_of(room, "CUP")
    bounce = account.event(1, "bounce", type="bounce", reason=f"550 5.1.1 {ana.email} is unknown")
    assert await tell(room, account, bounce, account.event(1, "open"), account.event(0, "click")) == 202
    assert (await deliveries(ana))[0] == ("failed", "bounced: 550 5.1.1 … is unknown")
    await news_of(room, "BOX")
    assert len(account.mails) == 2
    admin = await room.api.client("admin")
    [block] = (await admin.get_ok("/blocked-addresses"))["items"]
    assert block["address"] == ana.email
    assert (await ana.client.delete("/me/mail-block")).status_code == 204
    await news_of(room, "POT")
    assert len(account.mails) == 3


async def test_what_somebody_else_signed_says_nothing(room: Newsroom, account: FakeSendGrid) -> None:
    ana = await reader(room)
    assert (await enable(room, account)).status_code == 200
    await news_of(room, "TEA")
    bounce = account.event(0, "bounce", type="bounce", reason="550")
    assert await tell(room, account, bounce, key=FakeSendGrid().signing) == 401
    assert await deliveries(ana) == [("sent", None)]


async def test_a_key_that_may_not_send_cannot_be_switched_on(room: Newsroom, account: FakeSendGrid) -> None:
    account.fault = Fault.SCOPE
    refused = await enable(room, account)
    assert (refused.status_code, refused.json()["code"]) == (409, "plugin_check_failed")
    assert KEY not in refused.text


async def test_an_answer_that_was_lost_costs_no_second_mail_once_an_event_has_come(
    room: Newsroom, account: FakeSendGrid, database_url: str
) -> None:
    ana = await reader(room)
    assert (await enable(room, account)).status_code == 200
    account.fault = Fault.FAILS_AFTER
    await news_of(room, "TEA")
    assert len(account.mails) == 1
    account.fault = None
    assert await tell(room, account, account.event(0, "processed")) == 202
    with psycopg.connect(database_url, autocommit=True) as owner:
        owner.execute("UPDATE mail SET next_at = now() WHERE carried_for = %s", (room.company,))
    await room.parts.company_mailing.deliver(room.company)  # type: ignore[union-attr]
    assert len(account.mails) == 1
    assert await deliveries(ana) == [("sent", None)]
