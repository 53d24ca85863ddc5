"""Callers who stay signed in for as long as the tests take."""

from collections.abc import Sequence
from time import monotonic

from tests.matrix.callers import Caller, Program
from tests.matrix.people import Registry

EVERY = 240.0  # seconds; a token counts for ten minutes, and so does a proof of who somebody is


class Renewal:
    """Gives the callers new tokens before theirs end: else everybody is turned away from then on, and whatever is asked proves nothing."""

    def __init__(self, registry: Registry, callers: Sequence[Caller]) -> None:
        self._registry, self._callers, self._last = registry, callers, monotonic()

    async def when_due(self) -> None:
        if monotonic() - self._last < EVERY:
            return
        for caller in self._callers:
            await self._renew(caller)
        self._last = monotonic()

    async def _renew(self, caller: Caller) -> None:
        """What shows who calls. Who called without a recent proof goes on without one."""
        person = caller.person
        if isinstance(caller, Program):
            await self._renew_program(caller)
        elif person:
            caller.headers["Authorization"] = f"Bearer {await self._registry.token(person.state, person.company)}"
            if caller.recent and not caller.turned_away:
                await self._registry.prove_again(person)

    async def _renew_program(self, program: Program) -> None:
        """Of a client of OAuth; keys do not end so soon."""
        if program.client and program.person:
            for scopes, headers in program.shown.items():
                who = program.person.id, program.side.company, program.client, scopes
                headers["Authorization"] = f"Bearer {(await self._registry.tokens.issue_for_client(*who)).text}"
