"""Addresses that users give never lead inside, whichever part of us calls them: no connection is so much as begun.

The ways out are those of the application, put together by its own composition; the interpreter tells of every connection. Seen to fail
with the check of addresses taken out (all of the cases), with names resolved a second time to connect (rebinding), with redirects
followed by a client without the guard, and with one good address taken as enough.
"""

import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import httpx2
import pytest

from adapters.outgoing.transport import OutgoingHttp
from apps.ioc.plugins import plugin_http
from apps.ioc.webhooks import sending
from apps.settings import Settings
from core.ports.clock import SystemClock
from core.ports.failures import PortFailure
from core.ports.http import HttpRequest
from tests.adapters.test_outgoing import INSIDE, ODD_URLS
from tests.adapters.test_webhooks import call
from tests.proof.recording import Reach
from tests.proof.watching import watching
from tests.webhook_receiver import Answer, Received, Receiver, receiving

pytestmark = [pytest.mark.anyio, pytest.mark.promise("S7")]

PUBLIC = "8.8.8.8"
PUBLIC_URL = Settings(public_url="https://stock.example.org")
OWN_MACHINE = Settings()
Call = Callable[[str], Awaitable[object]]

# What names lead to: one list for each time that somebody asks.
NAMES: Mapping[str, Sequence[Sequence[str]]] = {
    **{f"inside{number}.example.com": [[address]] * 3 for number, address in enumerate(INSIDE)},
    "rebinding.example.com": [[PUBLIC], ["127.0.0.1"], ["169.254.169.254"]],
    "mixed.example.com": [[PUBLIC, "10.0.0.1"]] * 3,
    "mixed-six.example.com": [["2606:4700:4700::1111", "::1"]] * 3,
    "scoped.example.com": [["fe80::1%lo"]] * 3,
    "late.example.com": [["10.0.0.1"], [PUBLIC]],
    "nothing.example.com": [[]] * 3,
    "localhost": [["127.0.0.1"]] * 3,
    "localtest.me": [["127.0.0.1", "::1"]] * 3,
    "xn--lcalhost-fcb.example.com": [["127.0.0.1"]] * 3,
    "metadata.google.internal": [["169.254.169.254"]] * 3,
    "kubernetes.default.svc": [["10.96.0.1"]] * 3,
}
MORE_URLS = (
    "https://LOCALHOST/",
    "https://localhost:8443/",
    "https://localhost%00.example.com/",
    "https://example.com#@127.0.0.1/",
    "https://127.0.0.1#.example.com/",
    "https://example.com\\@127.0.0.1/",
    "https://127.0.0.1\\.example.com/",
    "https://[::]/",
    "https://[::1]:8443/",
    "https://[::ffff:127.0.0.1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[2002:7f00:1::]/",
    "https://[fe80::1]/",
    "https://127.0.0.1:443/",
    "https://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/",
    "https://0x7f.1/",
    "https://00000000177.0.0.1/",
    "https://3232235521/",
    "gopher://127.0.0.1:6379/_FLUSHALL",
    "dict://127.0.0.1:11211/",
    "unix:///var/run/docker.sock",
    "data:text/plain,x",
    "jar:https://127.0.0.1!/",
    "//127.0.0.1/",
    "https:/127.0.0.1/",
    "https://",
)
CASES = (
    *ODD_URLS,
    *MORE_URLS,
    *(f"https://[{address}]/" if ":" in address else f"https://{address}/" for address in INSIDE),
    *(f"https://{name}/" for name in NAMES),
)
REDIRECTS = (
    "http://127.0.0.1:{port}/again",
    "http://localhost:{port}/again",
    "http://169.254.169.254/latest/meta-data/",
    "https://10.0.0.1/",
    "//10.0.0.1/",
    "https://inside1.example.com/",
    "gopher://127.0.0.1:6379/",
    "file:///etc/passwd",
)


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A name server that says what the table says, and which names it was asked for."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def answer(host: Any, port: Any, *_: Any, **__: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else str(host)
        if name.lower() not in NAMES:
            return real(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        answers = NAMES[name.lower()]
        found = answers[min(asked.count(name), len(answers) - 1)]
        asked.append(name)
        return [
            (socket.AF_INET6 if ":" in one else socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found
        ]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return asked


@asynccontextmanager
async def ways_out(settings: Settings) -> AsyncIterator[Mapping[str, Call]]:
    """All that calls addresses of users, with a client of the usual kind, which follows redirects, over the guard."""
    outgoing = OutgoingHttp(loopback=settings.on_loopback)
    with sending(settings, SystemClock()) as sender, plugin_http(settings) as plugins:
        async with httpx2.AsyncClient(
            transport=outgoing.transport(), trust_env=False, follow_redirects=True
        ) as follower:
            yield {
                "webhooks": lambda url: sender().send(call(url)),
                "plugins": lambda url: plugins("test", ["*"]).send(HttpRequest("GET", url)),
                "a client that follows": follower.get,
            }
    outgoing.close()


async def tried(send: Call, url: str) -> None:
    """Whatever comes of it."""
    try:
        await send(url)
    except (httpx2.HTTPError, httpx2.InvalidURL, PortFailure):
        return


@pytest.mark.parametrize("way", ["webhooks", "plugins", "a client that follows"])
async def test_no_address_leads_inside(way: str, names: list[str], reached: Reach) -> None:
    async with ways_out(PUBLIC_URL) as out:
        with watching() as seen:
            for url in CASES:
                names.clear()
                await tried(out[way], url)
                assert len(names) <= 1, f"{url} was asked for more than once"
                assert {host for host, _ in seen.connections} <= {PUBLIC}, url
    assert seen.connections == [(PUBLIC, 443)], "the one name that is public when it is first asked for"
    reached("S7", f"{len(CASES)} addresses given to {way}: 0 connections inside")


async def test_a_name_is_asked_anew_for_each_call_and_judged_anew(names: list[str]) -> None:
    """It was public yesterday and is ours today."""
    async with ways_out(PUBLIC_URL) as out:
        for way, send in out.items():
            names.clear()
            with watching() as seen:
                for _ in range(3):
                    await tried(send, "https://rebinding.example.com/")
            assert seen.connections == [(PUBLIC, 443)], way


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def _moved(status: int, location: str, _: Received) -> Answer:
    return status, {"location": location}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_redirect_leads_inside(status: int, receiver: Receiver, names: list[str]) -> None:
    """From a server that may be called. Where nobody else reaches us this machine may be called too, but nothing else inside."""
    async with ways_out(OWN_MACHINE) as out:
        for way, send in out.items():
            for target in REDIRECTS:
                receiver.requests.clear()
                location = target.format(port=receiver.port)
                receiver.answer = partial(_moved, status, location)
                with watching() as seen:
                    await tried(send, receiver.url)
                assert {host for host, _ in seen.connections} <= {"127.0.0.1"}, (way, target)
                if way != "a client that follows":
                    assert len(receiver.requests) == 1, (way, target)
