"""Orders on their way to suppliers: in memory, by mail, by signed http, through a plugin; what each of them promises."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.outgoing.plugin_http import PluginHttp
from adapters.outgoing.transport import OutgoingHttp, SafeTransport
from adapters.smtp.server import read_server
from adapters.smtp.transport import SmtpTransport
from adapters.supplier_orders.http import MANIFEST, HttpOrdering, SignedHttpSettings
from adapters.supplier_orders.mail import MailOrdering
from core.domain.ids import new_id
from core.domain.webhook import new_webhook_secret
from core.ports.failures import (
    Ambiguous,
    AuthFailed,
    Misconfigured,
    PermanentlyRejected,
    PortFailure,
    RateLimited,
    Transient,
)
from core.ports.http import HttpClient
from core.ports.supplier import SupplierOrdering
from core.testing.contracts.supplier import OtherSide, SupplierOrderingContract, a_document, outgoing
from core.testing.fakes.supplier import InMemorySupplier
from core.testing.plugin_context import plugin_context
from tests.mail_server import SENDER, MailServer
from tests.plugins.fake_supplier.src.fake_supplier.plugin import FolderOrdering, FolderSettings
from tests.webhook_receiver import Answer, Received, Receiver, receiving

SECRET = new_webhook_secret()


class MemorySide:
    address = "anywhere"

    def __init__(self) -> None:
        self._supplier = InMemorySupplier()

    @property
    def ordering(self) -> SupplierOrdering:
        return self._supplier

    def taken(self) -> Sequence[int]:
        return [order.document.number for order in self._supplier.orders.values()]

    def refuse(self, failure: type[PortFailure] | None) -> None:
        self._supplier.trouble = failure("no") if failure else None


class FolderSide:
    address = "acme"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._inbox = folder / self.address
        self._inbox.mkdir()
        self.ordering = FolderOrdering(plugin_context(FolderSettings(folder=str(folder))))

    def taken(self) -> Sequence[int]:
        files = sorted(self._folder.glob("acme*/*.json"), key=lambda file: file.stat().st_mtime_ns)
        return sorted(json.loads(file.read_bytes())["number"] for file in files)

    def refuse(self, failure: type[PortFailure] | None) -> None:
        (self._folder / "down").unlink(missing_ok=True)
        if failure is Transient:
            (self._folder / "down").touch()
        elif failure is PermanentlyRejected:
            self._inbox.rename(self._folder / "acme_away")
        if failure is None and not self._inbox.exists():
            (self._folder / "acme_away").rename(self._inbox)


class MailSide:
    """Whoever reads the mails takes those of one Message-ID for one."""

    address = "ventas@acme.example"

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self.ordering = MailOrdering(SmtpTransport(read_server(server.url), SENDER))

    def taken(self) -> Sequence[int]:
        by_id = {one.message["Message-ID"]: one for one in self._server.all_to(self.address)}
        return [int(one.files[0][0].removesuffix(".pdf").rpartition("-")[2]) for one in by_id.values()]

    def refuse(self, failure: type[PortFailure] | None) -> None:
        words = {PermanentlyRejected: "550 no such mailbox", Transient: "451 later"}
        self._server.refusals = {self.address: words[failure]} if failure else {}


class HttpSide:
    """A server that looks at keys."""

    def __init__(self, receiver: Receiver, http: HttpClient) -> None:
        self._receiver = receiver
        self._orders: dict[str, int] = {}
        self._status = 200
        self.address = receiver.url
        self.ordering = HttpOrdering(plugin_context(SignedHttpSettings(secret=SECRET), http))
        receiver.answer = self._answer

    def _answer(self, request: Received) -> Answer:
        if self._status != 200:
            return self._status
        self._orders.setdefault(request.headers["idempotency-key"], json.loads(request.body)["number"])
        return 201

    def taken(self) -> Sequence[int]:
        return list(self._orders.values())

    def refuse(self, failure: type[PortFailure] | None) -> None:
        self._status = {PermanentlyRejected: 422, Transient: 500}[failure] if failure else 200


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@contextmanager
def client(*, loopback: bool = True, seconds: float = 2) -> Iterator[HttpClient]:
    """What is built in finds; it waits so long at most."""
    way = OutgoingHttp(loopback=loopback)

    def transport(_: bool, /, *, seconds: float, most_bytes: int) -> SafeTransport:
        return way.transport(seconds=min(seconds, most), most_bytes=most_bytes)

    most = seconds
    yield PluginHttp(transport, MANIFEST.hosts, "Pirwa/test")
    way.close()


@pytest.fixture
def http() -> Iterator[HttpClient]:
    with client() as http:
        yield http


class TestInMemory(SupplierOrderingContract):
    @pytest.fixture
    def other_side(self) -> OtherSide:
        return MemorySide()


class TestByPlugin(SupplierOrderingContract):
    @pytest.fixture
    def other_side(self, tmp_path: Path) -> OtherSide:
        return FolderSide(tmp_path)


class TestByMail(SupplierOrderingContract):
    @pytest.fixture
    def other_side(self, server: MailServer) -> OtherSide:
        return MailSide(server)

    async def test_the_letter_is_in_the_language_of_the_company_and_brings_the_order(
        self, other_side: OtherSide, server: MailServer
    ) -> None:
        """Seen to fail with the answer going to us instead of to who ordered."""
        order = outgoing(17, other_side)
        await other_side.ordering.deliver(order)
        came = await server.next_to(other_side.address)
        assert came.subject == "Orden de compra N.º 17 de TechCorp"
        assert "para entregar en Bodega Norte" in came.text
        assert came.files == [("orden-de-compra-17.pdf", "application/pdf", order.pdf)]
        assert came.message["Reply-To"] == "ana@techcorp.example"
        assert came.message["Message-ID"] == f"<{order.id}@pirwa.test>"

    async def test_a_repeat_is_the_same_mail(self, other_side: OtherSide, server: MailServer) -> None:
        """Seen to fail with the boundary between text and file that the library makes up."""
        order = outgoing(17, other_side)
        for _ in range(2):
            await other_side.ordering.deliver(order)
        first, repeat = [one.message.as_bytes() for one in server.all_to(other_side.address)]
        assert first == repeat

    async def test_trouble_with_our_own_mail_server_is_no_fault_of_the_order(self) -> None:
        with MailServer(user="pirwa", password="right") as server:
            side = MailSide(server)
            wrong = MailOrdering(SmtpTransport(read_server(server.url.replace("right", "wrong")), SENDER))
            with pytest.raises(Transient):
                await wrong.deliver(outgoing(17, side))


class TestByHttp(SupplierOrderingContract):
    @pytest.fixture
    def other_side(self, receiver: Receiver, http: HttpClient) -> OtherSide:
        return HttpSide(receiver, http)

    async def test_the_order_is_signed_and_every_repeat_bears_its_key(
        self, other_side: OtherSide, receiver: Receiver
    ) -> None:
        order = outgoing(17, other_side)
        for _ in range(2):
            await other_side.ordering.deliver(order)
        for request in receiver.requests:
            assert (request.method, request.body) == ("POST", order.body)
            assert request.headers["content-type"] == "application/json"
            assert request.id == request.headers["idempotency-key"] == f"{order.document.order}-1"
            assert request.is_signed_with(SECRET)
            assert not request.is_signed_with(new_webhook_secret())
        told = json.loads(order.body)
        assert (told["number"], told["total"], told["currency"]) == (17, "255", "USD")
        assert [line["unit_price"] for line in told["lines"]] == ["2.5", "0.25"]

    @pytest.mark.parametrize(
        ("content", "reference"),
        [
            (b'{"reference": "S-1"}', "S-1"),
            (b'{"reference": "S-1\\u202e\\n2", "more": 1}', "S-1 2"),
            (b'{"reference": "' + b"9" * 1000 + b'"}', "9" * 200),
            (b'{"reference": 7}', ""),
            (b"\xff<html>", ""),
            (b"", ""),
        ],
    )
    async def test_the_supplier_may_name_its_own_number(
        self, other_side: OtherSide, receiver: Receiver, content: bytes, reference: str
    ) -> None:
        receiver.answer = lambda _: (200, {}, content)
        assert (await other_side.ordering.deliver(outgoing(17, other_side))).reference == reference

    @pytest.mark.parametrize(
        ("answer", "failure"),
        [
            (401, AuthFailed),
            (403, AuthFailed),
            (404, PermanentlyRejected),
            (302, Transient),
            (409, Transient),
            (503, Transient),
            ((429, {"retry-after": "60"}), RateLimited),
        ],
    )
    async def test_what_it_answers_says_what_follows(
        self, other_side: OtherSide, receiver: Receiver, answer: Answer, failure: type[PortFailure]
    ) -> None:
        receiver.answer = lambda _: answer
        with pytest.raises(failure) as raised:
            await other_side.ordering.deliver(outgoing(17, other_side))
        if isinstance(raised.value, RateLimited):
            assert raised.value.after == timedelta(minutes=1)

    async def test_without_an_answer_the_order_may_have_arrived(self, receiver: Receiver) -> None:
        receiver.hung.set()
        with client(seconds=0.2) as http:
            side = HttpSide(receiver, http)
            with pytest.raises(Ambiguous, match="timeout"):
                await side.ordering.deliver(outgoing(17, side))

    async def test_a_supplier_that_was_not_reached_has_no_order(self, receiver: Receiver, http: HttpClient) -> None:
        side = HttpSide(receiver, http)
        side.address = "http://127.0.0.1:9/"
        with pytest.raises(Transient, match="unreachable"):
            await side.ordering.deliver(outgoing(17, side))

    async def test_nothing_goes_to_private_addresses(self, receiver: Receiver) -> None:
        with client(loopback=False) as http:
            side = HttpSide(receiver, http)
            side.address = f"https://127.0.0.1:{receiver.port}/"
            with pytest.raises(Misconfigured, match="address_refused"):
                await side.ordering.deliver(outgoing(17, side))
        assert receiver.requests == []


def test_no_two_orders_and_no_two_sendings_have_one_key() -> None:
    order = new_id()
    assert a_document(order).key == a_document(order).key == f"{order}-1"
    assert a_document(new_id()).key != a_document(order).key
