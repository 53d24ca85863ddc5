"""What plugins find around them: a way out, a place to remember things, the time, and where they are reached."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from core.ports.clock import Clock, SystemClock
from core.ports.failures import Misconfigured
from core.ports.http import HttpAnswer, HttpClient, HttpRequest
from core.ports.plugin_store import PluginStore


class MakeHttpClient(Protocol):
    """Makes the client of a plugin that may call these hosts."""

    def __call__(self, plugin_id: str, hosts: Sequence[str], /) -> HttpClient: ...


MakePluginStore = Callable[[UUID, str], PluginStore]
"""Makes the drawer of a plugin in a company."""


class _NoWayOut:
    async def send(self, request: HttpRequest) -> HttpAnswer:
        raise Misconfigured("this process has no way out")


class _NoStore:
    async def get(self, name: str) -> bytes | None:
        raise Misconfigured("this process remembers nothing")

    async def put(self, name: str, value: bytes) -> None:
        raise Misconfigured("this process remembers nothing")

    async def remove(self, name: str) -> None:
        raise Misconfigured("this process remembers nothing")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What each process gives to its plugins; without anything, they can call nobody and remember nothing. `address` is where other
    parties reach the server, None where they cannot."""

    http: MakeHttpClient = field(default=lambda plugin_id, hosts: _NoWayOut())
    store: MakePluginStore = field(default=lambda company_id, plugin_id: _NoStore())
    clock: Clock = field(default_factory=SystemClock)
    address: str | None = None

    def hook_url(self, plugin_id: str, token: str | None) -> str | None:
        """Where whoever has the token reaches the plugin."""
        return f"{self.address}/api/v1/hooks/{plugin_id}/{token}" if self.address and token else None
