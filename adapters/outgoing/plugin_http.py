"""`HttpClient` for plugins: to the hosts of a manifest, over the guarded way out."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import httpx2

from adapters.outgoing.refusals import AddressRefused, AnswerRefused, Unreachable
from core.domain.webhook import is_here
from core.ports.failures import Ambiguous, Misconfigured, PermanentlyRejected, PortFailure, Transient
from core.ports.http import HttpAnswer, HttpRequest

LONGEST_SECONDS = 300.0
MOST_BYTES = 100_000_000  # a file that another side has prepared in bulk

_LEFT_TO_US = frozenset({"host", "content-length", "transfer-encoding", "connection", "accept-encoding"})


class Transports(Protocol):
    """Makes a transport for one request; True where the address says of itself that it is this machine."""

    def __call__(self, is_here: bool, /, *, seconds: float, most_bytes: int) -> httpx2.AsyncBaseTransport: ...


class PluginHttp:
    """Makes each request on a connection of its own. One that is kept open may be closed by the other side in the moment of the next
    request, and then nobody knows whether that took effect."""

    def __init__(self, transport: Transports, hosts: Sequence[str], agent: str) -> None:
        self._transport, self._agent = transport, agent
        self._may_call = matcher(hosts)

    async def send(self, request: HttpRequest) -> HttpAnswer:
        host = _host(request.url)
        if not self._may_call(host):
            raise Misconfigured(f"the host {host!r} is none of those that the plugin's manifest names")
        try:
            return await self._answer(request)
        except httpx2.TransportError as error:
            raise _failure(error) from None

    async def _answer(self, request: HttpRequest) -> HttpAnswer:
        seconds, most = min(request.seconds, LONGEST_SECONDS), min(request.most_bytes, MOST_BYTES)
        way = self._transport(is_here(request.url), seconds=seconds, most_bytes=most)
        headers = {"user-agent": self._agent, **_lowered(request.headers)}
        async with httpx2.AsyncClient(transport=way, trust_env=False, timeout=None, follow_redirects=False) as client:
            answer = await client.request(request.method, request.url, content=request.body, headers=headers)
        return HttpAnswer(
            answer.status_code, {name.lower(): value for name, value in answer.headers.items()}, answer.content
        )


def matcher(patterns: Sequence[str]) -> Callable[[str], bool]:
    """Says of hosts whether one of the patterns names them: `shop.example.com` itself, `*.example.com` whatever lies below it,
    `*` all of them."""
    forms = [re.compile(_form(pattern)) for pattern in patterns]
    return lambda host: any(form.fullmatch(host) for form in forms)


def _form(pattern: str) -> str:
    if pattern == "*":
        return ".+"
    below, rest = pattern.startswith("*."), pattern.removeprefix("*.")
    inside = re.escape(rest).replace(r"\*", "[a-z0-9-]*")
    return f"([a-z0-9_-]+\\.)+{inside}" if below else inside


def _host(url: str) -> str:
    """The host as the client reads it, and not as another parser would."""
    try:
        return httpx2.URL(url).raw_host.decode("ascii").lower()
    except httpx2.InvalidURL:
        raise Misconfigured("the address is no URL") from None


def _lowered(headers: Mapping[str, str]) -> dict[str, str]:
    named = {name.lower(): value for name, value in headers.items()}
    return {name: value for name, value in named.items() if name not in _LEFT_TO_US}


def _failure(error: httpx2.TransportError) -> PortFailure:
    """Its words name no address: a path may be a secret."""
    match error:
        case AddressRefused():
            return Misconfigured("its address is none that may be called (address_refused)")
        case AnswerRefused():
            return PermanentlyRejected(str(error))
        case Unreachable(sent=False):
            return Transient(f"it was not reached ({error.code})")
        case _:
            return Ambiguous(f"no answer that counts ({getattr(error, 'code', 'unreachable')})")
