"""What a plugin is given in a test: its settings, an HTTP client that leads where the test says, a store in memory."""

from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import uuid4

from core.plugin.context import PluginContext
from core.plugin.settings import PluginSettings
from core.ports.clock import Clock, SystemClock
from core.ports.failures import Transient
from core.ports.http import HttpAnswer, HttpClient, HttpRequest
from core.ports.plugin_store import LONGEST_NAME, MOST_BYTES, MOST_ENTRIES

S = TypeVar("S", bound=PluginSettings)

HOOK_URL = "https://stock.example.org/api/v1/hooks/plugin/token"


class Answering:
    """`HttpClient` whose other side is a function. Keeps what was sent."""

    def __init__(self, answer: Callable[[HttpRequest], Awaitable[HttpAnswer]]) -> None:
        self._answer = answer
        self.sent: list[HttpRequest] = []

    async def send(self, request: HttpRequest) -> HttpAnswer:
        self.sent.append(request)
        return await self._answer(request)


class InMemoryPluginStore:
    """`PluginStore`."""

    def __init__(self) -> None:
        self._values: dict[str, bytes] = {}

    async def get(self, name: str) -> bytes | None:
        return self._values.get(name)

    async def put(self, name: str, value: bytes) -> None:
        if not name or len(name) > LONGEST_NAME or len(value) > MOST_BYTES:
            raise ValueError("the name or the value is too long")
        if name not in self._values and len(self._values) >= MOST_ENTRIES:
            raise ValueError("the store is full")
        self._values[name] = value

    async def remove(self, name: str) -> None:
        self._values.pop(name, None)


def plugin_context(settings: S, http: HttpClient | None = None, clock: Clock | None = None) -> PluginContext[S]:
    """The plugin at work for some company. Without `http` nobody answers."""
    return PluginContext(
        company_id=uuid4(),
        settings=settings,
        http=http or Answering(_nobody),
        store=InMemoryPluginStore(),
        clock=clock or SystemClock(),
        hook_url=HOOK_URL,
    )


async def _nobody(request: HttpRequest) -> HttpAnswer:
    raise Transient("nobody answers")
