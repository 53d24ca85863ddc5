"""What users give as URLs leads to public servers alone, and neither a large answer nor a slow one holds us up.

Seen to fail: with the checks of
the addresses taken out, with one good address taken as enough, without unwrapping NAT64 and 6to4, without the form of hosts (nine
spellings of 127.0.0.1 were looked up), with the host handed on to the sockets instead of the checked address (the rebinding name),
and without each of the limits.
"""

import asyncio
import contextlib
import gzip
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from ipaddress import ip_address

import httpx2
import pytest

from adapters.outgoing.addresses import is_own, is_public
from adapters.outgoing.refusals import AddressRefused, AnswerRefused, Unreachable
from adapters.outgoing.transport import MOST_BYTES, OutgoingHttp

pytestmark = [pytest.mark.anyio, pytest.mark.promise("S7")]

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

INSIDE = [
    "0.0.0.0",  # noqa: S104
    "10.1.2.3",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.8",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "203.0.113.5",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:10.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::808:808",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "3fff::1",
    "4000::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]
OUTSIDE = ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "64:ff9b::808:808", "2002:808:808::1", "::ffff:8.8.8.8"]
ODD_URLS = [
    "http://example.com/",
    "ftp://example.com/",
    "file:///etc/passwd",
    "https://user@example.com/",
    "https://user:secret@example.com/",
    "https://example.com@127.0.0.1/",
    "https://127.1/",
    "https://127.0.1/",
    "https://2130706433/",
    "https://017700000001/",
    "https://0177.0.0.1/",
    "https://0x7f.0.0.1/",
    "https://0x7f000001/",
    "https://127.0.0.01/",
    "https://0/",
    "https://localhost./",
    "https://example.com./",
    "https://127.0.0.1.nip.io./",
    "https://[fe80::1%25lo]/",
    "https://[::ffff:7f00:1]/",
    "https://[0:0:0:0:0:ffff:127.0.0.1]/",
    "https://①②⑦.⓪.⓪.①/",
    "https://127。0。0。1/",
    "https://-example.com/",
    "https://example.com:22/",
    "https://example.com:6379/",
    "https://exa_mple..com/",
    "https:///path",
]


class Listener:
    """A server of this machine that counts who connects and answers as the test says."""

    def __init__(self, answer: Answer) -> None:
        self.connections, self.port, self.request = 0, 0, b""
        self._answer, self._open = answer, set[asyncio.Task[None]]()

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._open.add(asyncio.ensure_future(self._serve(reader, writer)))

    async def end(self) -> None:
        await asyncio.gather(*self._open)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            self.request = await reader.readuntil(b"\r\n\r\n")
            await self._answer(reader, writer)
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


def saying(response: bytes) -> Answer:
    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(response)
        await writer.drain()

    return answer


@asynccontextmanager
async def listening(answer: Answer) -> AsyncIterator[Listener]:
    listener = Listener(answer)
    server = await asyncio.start_server(listener.accept, "127.0.0.1", 0)
    listener.port = server.sockets[0].getsockname()[1]
    try:
        yield listener
    finally:
        server.close()
        await listener.end()


@asynccontextmanager
async def client(
    *,
    loopback: bool = False,
    names: Mapping[str, Sequence[Sequence[str]]] | None = None,
    redirects: bool = False,
    seconds: float = 5,
) -> AsyncIterator[httpx2.AsyncClient]:
    """A client on the way out. `names` are hosts with what the name server says of them, time after time."""
    answers = {host: iter(said) for host, said in (names or {}).items()}

    async def resolve(host: str, _: int) -> Sequence[str]:
        try:
            ip_address(host)
        except ValueError:
            return next(answers[host]) if host in answers else _unknown(host)
        return [host]

    way = OutgoingHttp(loopback=loopback, resolve=resolve, seconds=seconds)
    async with httpx2.AsyncClient(transport=way.transport(), trust_env=False, follow_redirects=redirects) as made:
        yield made
    way.close()


def _unknown(host: str) -> Sequence[str]:
    raise OSError(f"{host} is not known")


OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nset-cookie: a=b\r\n\r\nok"


@pytest.mark.parametrize("address", INSIDE)
async def test_addresses_inside_are_not_public_and_nothing_connects_to_them(address: str) -> None:
    assert not is_public(ip_address(address))
    url = f"https://[{address}]/" if ":" in address else f"https://{address}/"
    async with client(names={"inside.example.com": [[address]]}) as out:
        for each in (url, "https://inside.example.com/"):
            with pytest.raises(AddressRefused):
                await out.get(each)


@pytest.mark.parametrize("address", OUTSIDE)
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize("url", ODD_URLS)
async def test_odd_urls_are_refused_before_anything_is_looked_up(url: str) -> None:
    async with client(names={}) as out:
        with pytest.raises((AddressRefused, httpx2.InvalidURL, httpx2.UnsupportedProtocol)) as refusal:
            await out.get(url)
    assert "not known" not in str(refusal.value)


async def test_one_address_inside_spoils_the_name() -> None:
    async with client(names={"mixed.example.com": [["8.8.8.8", "10.0.0.1"]]}) as out:
        with pytest.raises(AddressRefused):
            await out.get("https://mixed.example.com/")


def test_this_machine_knows_its_own_addresses() -> None:
    assert is_own(ip_address("127.0.0.1"))
    assert not is_own(ip_address("8.8.8.8"))


async def test_a_name_that_changes_its_address_is_asked_once_and_reached_where_it_was_checked() -> None:
    """First it is a loopback address that may be reached, then another one at which somebody listens."""
    async with listening(saying(OK)) as seen:
        names = {"rebinding.test": [["127.0.0.9"], ["127.0.0.1"]]}
        async with client(loopback=True, names=names) as out:
            with pytest.raises(Unreachable):
                await out.get(f"http://rebinding.test:{seen.port}/")
            assert seen.connections == 0
            assert (await out.get(f"http://rebinding.test:{seen.port}/")).text == "ok"
            assert f"host: rebinding.test:{seen.port}".encode() in seen.request.lower()


@pytest.mark.parametrize(
    "target", ["https://10.0.0.1/", "https://inside.test/", "http://8.8.8.8/", "gopher://127.0.0.1/"]
)
async def test_a_redirect_is_not_followed_and_would_be_checked_again(target: str) -> None:
    moved = b"HTTP/1.1 302 Found\r\ncontent-length: 0\r\nlocation: " + target.encode() + b"\r\n\r\n"
    names = {"inside.test": [["192.168.0.1"]]}
    async with listening(saying(moved)) as first:
        async with client(loopback=True, names=names) as out:
            assert (await out.get(f"http://127.0.0.1:{first.port}/")).status_code == 302
        async with client(loopback=True, names=names, redirects=True) as out:
            with pytest.raises((AddressRefused, httpx2.UnsupportedProtocol)):
                await out.get(f"http://127.0.0.1:{first.port}/")
        assert first.connections == 2


async def test_loopback_is_reached_only_where_the_server_serves_this_machine_alone() -> None:
    async with listening(saying(OK)) as seen:
        url = f"http://localhost:{seen.port}/"
        async with client(loopback=True, names={"localhost": [["127.0.0.1", "::1"]]}) as out:
            assert (await out.get(url)).status_code == 200
        async with client(names={"localhost": [["127.0.0.1"]] * 2}) as out:
            for each in (url, url.replace("http:", "https:"), f"https://127.0.0.1:{seen.port}/"):
                with pytest.raises(AddressRefused):
                    await out.get(each)
        assert seen.connections == 1


async def test_no_cookie_is_kept_and_nothing_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    async with listening(saying(OK)) as seen, listening(saying(OK)) as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        async with client(loopback=True) as out:
            for _ in range(2):
                answer = await out.get(f"http://127.0.0.1:{seen.port}/")
                assert "set-cookie" not in answer.headers
                assert b"cookie" not in seen.request.lower()
        assert (seen.connections, proxy.connections) == (2, 0)


LARGE = b"x" * (MOST_BYTES + 1)
REFUSED_ANSWERS = {
    "announced too large": b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(LARGE) + LARGE,
    "endlessly in parts": b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
    + b"ffff\r\n%b\r\n" % (b"x" * 65_535) * 40,
    "packed": b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n" + gzip.compress(b"x" * 10_000_000),
}


@pytest.mark.parametrize("response", REFUSED_ANSWERS.values(), ids=REFUSED_ANSWERS.keys())
async def test_large_and_packed_answers_are_not_read_to_their_end(response: bytes) -> None:
    async with listening(saying(response)) as seen, client(loopback=True) as out:
        with pytest.raises(AnswerRefused):
            await out.get(f"http://127.0.0.1:{seen.port}/")
        assert b"accept-encoding: identity" in seen.request.lower()


async def _silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def _drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
    closed = asyncio.ensure_future(reader.read())
    while not closed.done():
        writer.write(b"x")
        await asyncio.wait([closed], timeout=0.05)
    await closed


@pytest.mark.parametrize("answer", [_silence, _drip], ids=["silent", "dripping"])
async def test_a_slow_server_is_left_after_the_time_for_the_whole_answer(answer: Answer) -> None:
    async with listening(answer) as seen, client(loopback=True, seconds=0.3) as out:
        with pytest.raises(Unreachable):
            await asyncio.wait_for(out.get(f"http://127.0.0.1:{seen.port}/"), 5)


async def test_a_server_that_never_greets_in_tls_is_left_with_no_connection_open() -> None:
    """The listener ends when its connection does. Seen to fail (by hanging) when the connection was left to the garbage collector."""
    async with listening(_silence) as seen, client(loopback=True, seconds=0.3) as out:
        with pytest.raises(Unreachable):
            await out.get(f"https://127.0.0.1:{seen.port}/")
    assert seen.connections == 1


@pytest.mark.parametrize(
    "response", [b"", b"SSH-2.0-OpenSSH_9.6\r\n", b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nshort"]
)
async def test_what_is_no_answer_in_http_is_said_to_be_none(response: bytes) -> None:
    async with listening(saying(response)) as seen, client(loopback=True) as out:
        with pytest.raises(Unreachable):
            await out.get(f"http://127.0.0.1:{seen.port}/")


async def test_a_name_server_that_does_not_answer_holds_up_no_longer_than_the_time() -> None:
    async def never(_: str, __: int) -> Sequence[str]:
        await asyncio.Event().wait()
        return []

    way = OutgoingHttp(loopback=False, resolve=never, seconds=0.2)
    async with httpx2.AsyncClient(transport=way.transport(), trust_env=False) as out:
        with pytest.raises(Unreachable):
            await asyncio.wait_for(out.get("https://example.com/"), 5)
    way.close()


async def test_names_are_resolved_by_the_system_and_certificates_are_checked() -> None:
    way = OutgoingHttp(loopback=True)
    async with listening(saying(OK)) as seen, httpx2.AsyncClient(transport=way.transport(), trust_env=False) as out:
        assert (await out.get(f"http://localhost:{seen.port}/")).text == "ok"
        with pytest.raises(Unreachable):
            await out.get("https://no-such-host.invalid/")
    way.close()
    assert way._context.verify_mode is ssl.CERT_REQUIRED
    assert way._context.check_hostname
