"""What leaves for a webhook: signed as the standard says, once, to nobody inside, whatever the other side does."""

import base64
import socket
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from ipaddress import ip_address
from time import monotonic

import pytest

from adapters.outgoing.transport import OutgoingHttp, SafeTransport
from adapters.webhooks.sender import HttpWebhookSender
from core.domain.events import Event
from core.domain.ids import new_id
from core.domain.signing import signature, signed_headers
from core.domain.webhook import key_of, new_webhook_secret
from core.ports.webhooks import WebhookCall
from tests.adapters.test_outgoing import INSIDE, listening
from tests.webhook_receiver import Receiver, receiving

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECRET = new_webhook_secret()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


class StoppedClock:
    def now(self) -> datetime:
        return NOW


def an_event() -> Event:
    return Event(new_id(), 7, "sale_recorded", "posting", new_id(), NOW, {"quantity": "2", "note": "café"})


@asynccontextmanager
async def sending(
    *, here: bool = True, answers: Sequence[Sequence[str]] = (), seconds: float = 5
) -> AsyncIterator[HttpWebhookSender]:
    """A sender; `answers` are what the name server says, time after time."""
    said = iter(answers)

    async def resolve(host: str, _: int) -> Sequence[str]:
        return next(said) if answers else [str(ip_address(host))]

    public = OutgoingHttp(loopback=False, resolve=resolve, seconds=seconds, reads_bodies=False)
    local = OutgoingHttp(loopback=here, resolve=resolve, seconds=seconds, reads_bodies=False)

    def transport(is_here: bool) -> SafeTransport:
        return (local if is_here else public).transport()

    yield HttpWebhookSender(transport, StoppedClock(), monotonic, "Pirwa/test")
    public.close()
    local.close()


def call(url: str, *secrets: str) -> WebhookCall:
    return WebhookCall(url, tuple(key_of(secret) for secret in secrets or (SECRET,)), an_event())


@pytest.mark.promise("B5")
class TestSigning:
    def test_the_published_vector_comes_out(self) -> None:
        """Seen to fail with the key taken as it is written, and with `:` between the parts."""
        key = key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        assert signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}') == (
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        )

    def test_several_keys_sign_side_by_side(self) -> None:
        headers = signed_headers([b"a" * 24, b"b" * 24], "id", 1, b"{}")
        assert headers["webhook-signature"].split(" ") == [signature(key * 24, "id", 1, b"{}") for key in (b"a", b"b")]

    def test_a_secret_has_as_many_random_bytes_as_the_standard_wants(self) -> None:
        secrets = {new_webhook_secret() for _ in range(50)}
        assert len(secrets) == 50
        assert all(one.startswith("whsec_") and 24 <= len(base64.b64decode(one[6:])) <= 64 for one in secrets)


class TestRequest:
    async def test_it_is_the_event_as_the_feed_shows_it_signed(self) -> None:
        with receiving() as receiver:
            async with sending() as sender:
                wanted = call(receiver.url)
                answer = await sender.send(wanted)
        assert (answer.status, answer.error, answer.is_accepted) == (204, None, True)
        assert answer.duration > timedelta(0)
        [came] = receiver.requests
        assert (came.method, came.path) == ("POST", "/pirwa")
        assert came.id == str(wanted.event.id)
        assert came.headers["webhook-timestamp"] == str(int(NOW.timestamp()))
        assert (came.headers["content-type"], came.headers["user-agent"]) == ("application/json", "Pirwa/test")
        assert came.is_signed_with(SECRET)
        assert not came.is_signed_with(new_webhook_secret())
        assert came.event == {
            "id": str(wanted.event.id),
            "cursor": came.event["cursor"],
            "type": "sale_recorded",
            "occurred_at": "2026-03-01T12:00:00Z",
            "subject": {"type": "posting", "id": str(wanted.event.subject_id)},
            "data": {"quantity": "2", "note": "café"},
        }

    async def test_while_one_secret_takes_over_from_another_each_of_them_is_enough(self) -> None:
        """Seen to fail with the first key alone."""
        other = new_webhook_secret()
        with receiving() as receiver:
            async with sending() as sender:
                await sender.send(call(receiver.url, SECRET, other))
        assert all(receiver.requests[0].is_signed_with(secret) for secret in (SECRET, other))

    async def test_a_redirect_is_an_answer_and_is_not_followed(self) -> None:
        """Seen to fail with a client that follows redirects: the other receiver got the event."""
        with receiving() as first, receiving() as second:
            first.answer = lambda _: (307, {"location": second.url})
            async with sending() as sender:
                answer = await sender.send(call(first.url))
        assert (answer.status, answer.is_accepted) == (307, False)
        assert second.requests == []

    @pytest.mark.parametrize(
        ("text", "wish"),
        [
            ("120", timedelta(minutes=2)),
            ("0", timedelta(0)),
            (format_datetime(NOW + timedelta(hours=1), usegmt=True), timedelta(hours=1)),
            (format_datetime(NOW - timedelta(hours=1), usegmt=True), timedelta(0)),
            ("9" * 40, timedelta(seconds=999_999_999)),
            ("soon", None),
            ("-5", None),
            ("Sun, 01 Mar 2026 12:00:00", None),
        ],
    )
    async def test_how_long_they_ask_us_to_wait_is_understood(self, text: str, wish: timedelta | None) -> None:
        with receiving() as receiver:
            receiver.answer = lambda _: (503, {"retry-after": text})
            async with sending() as sender:
                answer = await sender.send(call(receiver.url))
        assert (answer.status, answer.retry_after) == (503, wish)


class TestOtherSide:
    async def test_what_hangs_is_given_up_in_time(self) -> None:
        with receiving() as receiver:
            receiver.hung.set()
            async with sending(seconds=0.2) as sender:
                answer = await sender.send(call(receiver.url))
            receiver.let_go.set()
        assert (answer.status, answer.error) == (None, "timeout")

    async def test_the_head_of_the_answer_counts_and_not_its_body(self) -> None:
        """A body that is packed, endless or never comes takes nothing back. Seen to fail with a transport that reads bodies."""
        for body in (b"content-encoding: gzip\r\ncontent-length: 3\r\n\r\nabc", b"content-length: 5000000\r\n\r\n"):
            head = b"HTTP/1.1 200 OK\r\n" + body

            async def answer(reader: object, writer: object, said: bytes = head) -> None:
                writer.write(said)  # type: ignore[attr-defined]
                await writer.drain()  # type: ignore[attr-defined]

            async with listening(answer) as listener, sending(seconds=1) as sender:
                assert (await sender.send(call(f"http://127.0.0.1:{listener.port}/"))).status == 200

    async def test_where_nobody_listens_there_is_no_answer(self) -> None:
        with socket.socket() as reserved:
            reserved.bind(("127.0.0.1", 0))
            async with sending() as sender:
                answer = await sender.send(call(f"http://127.0.0.1:{reserved.getsockname()[1]}/"))
        assert (answer.status, answer.error) == (None, "unreachable")


@pytest.mark.promise("S7")
class TestPrivateAddresses:
    @pytest.mark.parametrize("address", INSIDE)
    async def test_nothing_is_sent_inside(self, address: str) -> None:
        async with sending(here=False, answers=[[address]] * 2) as sender:
            literal = f"https://[{address}]/" if ":" in address else f"https://{address}/"
            for url in ("https://receiver.example.com/", literal):
                assert (await sender.send(call(url))).error == "address_refused"

    async def test_a_name_that_changes_its_address_connects_to_nothing(self, receiver: Receiver) -> None:
        """Good at first, ours afterwards; also where this machine itself may be called, by its own names alone. Seen to fail with
        one transport for all addresses."""
        async with sending(answers=[["127.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["::1"], ["10.0.0.1"]]) as sender:
            for scheme, port in (("http", receiver.port), ("https", 8443), ("https", 443), ("https", 443)):
                answer = await sender.send(call(f"{scheme}://rebinding.example.com:{port}/"))
                assert (answer.status, answer.error) == (None, "address_refused")
        assert receiver.requests == []

    async def test_this_machine_is_called_only_where_nobody_else_reaches_it(self, receiver: Receiver) -> None:
        async with sending(here=False) as sender:
            assert (await sender.send(call(receiver.url))).error == "address_refused"
        async with sending(here=True) as sender:
            assert (await sender.send(call(receiver.url))).status == 204
        assert len(receiver.requests) == 1
