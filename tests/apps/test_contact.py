"""The contact form: anybody's message arrives by mail, but not anybody's flood."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any, cast

import httpx
import pytest
from dishka import Provider, Scope, provide
from litestar import Litestar
from msgspec.structs import replace

from apps.http.app import create_app
from apps.settings import Settings
from core.commands.contact import LIMIT_OF_ALL, LIMIT_OF_PEER, LONGEST_MESSAGE
from core.domain.ids import new_id
from core.ports.attempts import Attempts
from core.testing.fakes.attempts import InMemoryAttempts
from tests.apps.edge_world import TurnedClock
from tests.mail_server import PostOffice

pytestmark = pytest.mark.anyio

MESSAGE = {"name": "Ana Torres", "email": "ana@example.org", "message": "Buen día:\n\n¿Venden café?"}


@pytest.fixture
def address() -> str:
    """Where this test's messages go."""
    return f"contact-{new_id().hex}@pirwa.test"


class Counted(Provider):
    """Attempts of this test alone, at a time that it chooses."""

    def __init__(self) -> None:
        super().__init__(scope=Scope.APP)
        self.clock = TurnedClock()

    @provide
    def attempts(self) -> Attempts:
        return InMemoryAttempts(self.clock)


@pytest.fixture
def counted() -> Counted:
    return Counted()


@pytest.fixture
async def contacted(settings: Settings, address: str, counted: Counted) -> AsyncIterator[Litestar]:
    app = create_app(replace(settings, contact_address=address), counted, write_log=lambda _: None)
    async with app.lifespan():
        yield app


Send = Callable[..., Any]


def sender(app: Litestar, peer: str = "203.0.113.7", **headers: str) -> Send:
    """Sends messages from a network address."""
    transport = httpx.ASGITransport(cast("Any", app), client=(peer, 40_000))
    client = httpx.AsyncClient(transport=transport, base_url="http://test/api/v1", headers=headers)

    async def send(**changes: str) -> httpx.Response:
        return await client.post("/contact", json={**MESSAGE, **changes})

    return send


async def test_a_message_arrives_by_mail_and_is_answered_to_who_wrote_it(
    settings: Settings, address: str, post: PostOffice
) -> None:
    app = create_app(replace(settings, contact_address=address), write_log=lambda _: None)
    async with app.lifespan():
        answer = await sender(app)(subject="Precios")
    assert (answer.status_code, answer.json()) == (202, {"status": "taken"})
    mail = await post.mail_to(address)
    assert mail.subject == "Mensaje de Ana Torres: Precios"
    assert mail.message["Reply-To"] == "ana@example.org"
    assert str(mail.message["From"]).startswith("Pirwa <")
    assert "Ana Torres <ana@example.org>" in mail.text
    assert mail.text.endswith("\n\nBuen día:\n\n¿Venden café?\n")


async def test_its_frame_is_in_the_language_of_the_form(contacted: Litestar, address: str, post: PostOffice) -> None:
    assert (await sender(contacted)(locale="en-GB")).status_code == 202
    assert (await post.mail_to(address)).subject == "Message from Ana Torres: Buen día: ¿Venden café?"


async def test_all_that_is_wrong_is_said_at_once_and_nothing_is_sent(
    contacted: Litestar, address: str, post: PostOffice
) -> None:
    answer = await sender(contacted)(
        name="Ana\r\nBcc: all@example.org",
        email="ana@example.org\r\nBcc: all@example.org",
        message=" \n ",
        subject="Precios\nBcc: all@example.org",
    )
    assert answer.status_code == 422
    assert [(one["pointer"], one["code"]) for one in answer.json()["errors"]] == [
        ("/name", "control_character"),
        ("/email", "bad_format"),
        ("/message", "required"),
        ("/subject", "control_character"),
    ]
    long = await sender(contacted)(message="a" * (LONGEST_MESSAGE + 1), email="", to="luis@example.org")
    assert {one["pointer"] for one in long.json()["errors"]} == {"/message", "/email", "/to"}
    await post.deliver()
    assert post.server.all_to(address) == []


async def test_one_peer_cannot_flood_it(contacted: Litestar, counted: Counted, address: str, post: PostOffice) -> None:
    """Seen to fail without the allowance of the peer, and with the claimed address believed."""
    for number in range(LIMIT_OF_PEER):
        claimed = {"X-Forwarded-For": f"198.51.100.{number}"}
        assert (await sender(contacted, **claimed)()).status_code == 202
    refused = await sender(contacted)()
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_attempts")
    assert 0 < int(refused.headers["retry-after"]) <= 3600
    assert (await sender(contacted, "203.0.113.8")()).status_code == 202
    counted.clock.turn(timedelta(hours=1).total_seconds())
    assert (await sender(contacted)()).status_code == 202
    await post.deliver()
    assert len(post.server.all_to(address)) == LIMIT_OF_PEER + 2


async def test_the_network_of_one_peer_is_one_peer(contacted: Litestar) -> None:
    for host in range(LIMIT_OF_PEER):
        assert (await sender(contacted, f"2001:db8:0:1::{host + 1}")()).status_code == 202
    assert (await sender(contacted, "2001:db8:0:1:ffff::1")()).status_code == 429
    assert (await sender(contacted, "2001:db8:0:2::1")()).status_code == 202


async def test_all_peers_together_cannot_flood_it(contacted: Litestar) -> None:
    """Seen to fail without the allowance of all."""
    for number in range(LIMIT_OF_ALL):
        assert (await sender(contacted, f"203.0.113.{number}")()).status_code == 202
    assert (await sender(contacted, "198.51.100.1")()).status_code == 429


async def test_what_is_wrong_counts_too_and_is_not_looked_at_when_it_is_too_much(contacted: Litestar) -> None:
    """Seen to fail with the message judged before it is counted."""
    for _ in range(LIMIT_OF_PEER):
        assert (await sender(contacted)(email="ana")).status_code == 422
    assert (await sender(contacted)(email="ana")).status_code == 429


async def test_where_nobody_reads_messages_none_is_taken(app: Litestar) -> None:
    answer = await sender(app)()
    assert (answer.status_code, answer.json()["code"]) == (404, "contact_unavailable")
