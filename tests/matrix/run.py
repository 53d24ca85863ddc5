"""Makes every request of the matrix."""

from collections.abc import Container, Iterable
from typing import cast

from tests.matrix.callers import Caller
from tests.matrix.calls import CALLS, Call
from tests.matrix.cells import PICKED, Cells, Result
from tests.matrix.places import Operation
from tests.matrix.requests import CURSOR, kinds_in, labels, places_in, text_of
from tests.matrix.served import Served
from tests.matrix.world import World

CALLERS_OF_PUBLIC = ("anonymous", "admin", "stranger")


class Matrix:
    """All requests of all callers."""

    def __init__(self, served: Served, world: World) -> None:
        self._served, self._world = served, world
        self.result = Result()

    async def run(self, operations: Iterable[Operation], names: Container[str] | None = None) -> Result:
        """Makes the requests of everybody, or of those who are named."""
        callers = [caller for caller in self._world.callers if names is None or caller.name in names]
        for operation in operations:
            public = self._served.routes[operation].rule.permission is None
            for number, call in enumerate(CALLS[operation]):
                await self._find_cursors(operation, call if number == 0 else None)
                for caller in callers:
                    if self._calls(caller, call, public=public):
                        await Cells(self._served, self.result, operation, call, caller).fill()
        return self.result

    @staticmethod
    def _calls(caller: Caller, call: Call, *, public: bool) -> bool:
        if caller.outside and PICKED in places_in(call):
            return False  # then they are inside
        return not public or caller.name in CALLERS_OF_PUBLIC

    async def _find_cursors(self, operation: Operation, call: Call | None) -> None:
        """Where the second page of each company begins."""
        for side in (self._world.here, self._world.there):
            side.named.pop("cursor", None)
        if (
            call is None
            or CURSOR not in self._served.places[operation]
            or any(CURSOR in places_in(one) for one in CALLS[operation])
        ):
            return
        firsts = {caller.side.code: caller for caller in self._world.callers if caller.name in ("admin", "stranger")}
        if self._served.routes[operation].rule.permission == "platform:company":
            firsts = {caller.side.code: caller for caller in self._world.callers if caller.name == "owner"}
        cursors = [await self._second_page(operation, call, caller) for caller in firsts.values()]
        if all(cursors):
            for side, cursor in zip((self._world.here, self._world.there), [*cursors, *cursors], strict=False):
                side.named["cursor"] = {"own": str(cursor)}
        else:
            self.result.broken.append(f"{operation}: the world has too little for a second page")

    async def _second_page(self, operation: Operation, call: Call, caller: Caller) -> str | None:
        kinds = kinds_in(call, keyed=False)
        texts = {place: text_of(caller, kind, labels(caller, kind, "")[0]) for place, kind in kinds.items()}
        query = Call(call.about, call.path, {**call.query, "limit": "1"}, call.headers)
        answer = await self._served.ask(caller, operation, query, texts)
        return cast("str | None", answer.response.json().get("next_cursor"))
