"""Calling foreign code that gives way to nobody: each call has a thread, and its caller an answer in time.

A thread cannot be ended. One that never ends keeps its place, so that what hangs costs its own plugin the places that it has, and the
process a few idle threads, and nobody else anything.
"""

import asyncio
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from core.ports.failures import Ambiguous, Transient

PLACES = 4

Answer = TypeVar("Answer")


class Aside:
    """Places for calls: so many at a time under each name."""

    def __init__(self, places: int = PLACES) -> None:
        self._most = places
        self._places: dict[str, asyncio.Semaphore] = {}

    async def answer_of(self, name: str, call: Callable[[], Answer], seconds: float) -> Answer:
        """What the call answers. Raises what it raised, `Transient` where no place became free or it tried to end the process, and
        `Ambiguous` where it took longer."""
        places = self._places.setdefault(name, asyncio.Semaphore(self._most))
        try:
            await asyncio.wait_for(places.acquire(), seconds)
        except TimeoutError:
            raise Transient(f"{name} is still busy with earlier calls") from None
        errand = _Errand(call, places)
        threading.Thread(target=errand.run, name=f"aside {name}", daemon=True).start()
        try:
            return await asyncio.wait_for(asyncio.shield(errand.answer), seconds)
        except TimeoutError:
            if errand.answer.done():
                return errand.answer.result()
            raise Ambiguous(f"no answer within {seconds:g} seconds") from None


class _Errand(Generic[Answer]):
    """One call on its way through a thread."""

    def __init__(self, call: Callable[[], Answer], places: asyncio.Semaphore) -> None:
        self._call, self._places, self._loop = call, places, asyncio.get_running_loop()
        self.answer: asyncio.Future[Answer] = self._loop.create_future()
        self.answer.add_done_callback(_seen)  # also where nobody waits for it any more

    def run(self) -> None:
        try:
            answer = self._call()
        except Exception as error:
            self._tell(self._failed, error)
        except BaseException as error:
            self._tell(self._failed, Transient(f"the plugin tried to end the process: {type(error).__name__}"))
        else:
            self._tell(self._answered, answer)

    def _tell(self, how: Callable[[object], None], what: object) -> None:
        try:
            self._loop.call_soon_threadsafe(how, what)
        except RuntimeError:
            return  # the loop has ended, and with it whoever waited

    def _answered(self, answer: object) -> None:
        self._places.release()
        if not self.answer.done():
            self.answer.set_result(answer)  # type: ignore[arg-type]

    def _failed(self, error: object) -> None:
        self._places.release()
        if not self.answer.done() and isinstance(error, Exception):
            self.answer.set_exception(error)


def _seen(answer: "asyncio.Future[Answer]") -> None:
    if not answer.cancelled():
        answer.exception()
