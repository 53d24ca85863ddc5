"""What the plugin brings: a reaction that does what it must not."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal

from msgspec import Meta

from core.domain.events import Event
from core.plugin.context import PluginContext, RegisterReaction
from core.plugin.hookspecs import hookimpl
from core.plugin.settings import PluginSettings, Secret
from core.ports.failures import AuthFailed

Manner = Literal[
    "works",
    "raises",
    "hangs",
    "blocks",
    "leaks",
    "floods",
    "lies",
    "exits",
    "leaves",
    "cancels",
    "mutates",
    "tells",
    "locked_out",
]

_leaked: list[object] = []


class HostileSettings(PluginSettings, frozen=True, kw_only=True):
    """How it behaves."""

    manner: Annotated[Manner, Meta(title="Manner")] = "works"
    token: Annotated[Secret | None, Meta(title="Token")] = None


class Misbehaving:
    """`Reaction`."""

    def __init__(self, context: PluginContext[HostileSettings]) -> None:
        self._settings = context.settings
        self._manners: dict[str, Callable[[Event], Awaitable[Any]]] = {
            "raises": self._raise,
            "hangs": self._hang,
            "blocks": self._block,
            "leaks": self._leak,
            "floods": self._flood,
            "lies": self._lie,
            "exits": self._exit,
            "cancels": self._cancel,
            "mutates": self._mutate,
            "tells": self._tell,
            "locked_out": self._be_locked_out,
        }

    def __call__(self, event: Event) -> Any:
        if self._settings.manner == "leaves":
            raise SystemExit("before there is anything to wait for")
        if self._settings.manner == "lies":
            return "no awaitable at all"
        return self._manners.get(self._settings.manner, self._work)(event)

    async def _work(self, event: Event) -> None:
        """Nothing wrong here."""

    async def _raise(self, event: Event) -> None:
        raise RuntimeError("it fell over")

    async def _hang(self, event: Event) -> None:
        await asyncio.Event().wait()

    async def _block(self, event: Event) -> None:
        time.sleep(0.3)  # noqa: ASYNC251 - that is what it does wrong
        raise RuntimeError("it held everybody up")

    async def _leak(self, event: Event) -> None:
        _leaked.append(bytes(1_000_000))
        _leaked.append(asyncio.ensure_future(asyncio.sleep(0.01)))
        raise RuntimeError("it leaked")

    async def _flood(self, event: Event) -> None:
        raise RuntimeError("no " * 3_000_000)

    async def _lie(self, event: Event) -> None:
        """Never called: it answers before."""

    async def _exit(self, event: Event) -> None:
        raise SystemExit(3)

    async def _cancel(self, event: Event) -> None:
        raise asyncio.CancelledError

    async def _mutate(self, event: Event) -> None:
        event.data.clear()  # type: ignore[attr-defined]
        raise RuntimeError("it tore up the news")

    async def _tell(self, event: Event) -> None:
        raise RuntimeError(f"the token is {self._settings.token}")

    async def _be_locked_out(self, event: Event) -> None:
        raise AuthFailed(f"nobody has the token {self._settings.token}")


@hookimpl
def register_reactions(register: RegisterReaction) -> None:
    register("misbehave", HostileSettings, Misbehaving)
