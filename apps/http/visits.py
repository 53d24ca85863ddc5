"""The platform's owner inside a company: its trail tells that they came, and what they did."""

from collections.abc import Callable
from uuid import UUID

from litestar.types import HTTPScope

from core.domain.access import Actor
from core.ports.audit import SignInRecord

TOLD_ANEW = 1800.0  # seconds after which somebody who is still there is recorded anew
MAX_REQUEST = 200  # characters

_LOOKING = frozenset({"GET", "HEAD", "OPTIONS"})


class Visits:
    """Records what somebody does who acts in a company for a reason, because it is not theirs."""

    def __init__(self, record: SignInRecord, elapsed: Callable[[], float]) -> None:
        self._record, self._elapsed = record, elapsed
        self._told: dict[tuple[UUID, UUID, str], float] = {}

    async def tell(self, actor: Actor, scope: HTTPScope) -> None:
        """Comes before what they do, so nothing is done that could not be recorded: that they are there, once in half an hour for
        each reason; and every request that may change something, whatever it comes to."""
        if actor.reason is None:
            return
        await self._tell_presence(actor, actor.reason)
        if scope["method"] not in _LOOKING:
            await self._record.acted(actor, _named(scope))

    async def _tell_presence(self, actor: Actor, reason: str) -> None:
        visit, now = (actor.user_id, actor.company, reason), self._elapsed()
        if now < self._told.get(visit, 0.0):
            return
        await self._record.entered(actor)
        self._told = {each: until for each, until in self._told.items() if now < until} | {visit: now + TOLD_ANEW}


def _named(scope: HTTPScope) -> str:
    path = scope["path"] if scope["path"].isprintable() else scope["path_template"]
    return f"{scope['method']} {path}"[:MAX_REQUEST]
