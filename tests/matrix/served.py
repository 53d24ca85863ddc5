"""The application as the matrix asks it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from litestar import Litestar

from tests.matrix.callers import Caller
from tests.matrix.calls import Call
from tests.matrix.exchange import Request, Response, exchange
from tests.matrix.outcome import Answer, Marks
from tests.matrix.places import Operation, Place, Route
from tests.matrix.requests import CURSOR, request_of
from tests.matrix.rewound import RewoundDatabase
from tests.matrix.strangers import Traces

SECONDS = 10.0  # until a request counts as lost


@dataclass
class Served:
    """The application on a database where nothing lasts, and what its answers are compared with. `traces` and `marks` go by the
    code of a company; `log` has the last lines of what it logs."""

    app: Litestar
    database: RewoundDatabase
    routes: Mapping[Operation, Route]
    places: Mapping[Operation, Mapping[Place, str]]
    traces: Mapping[str, Traces]
    marks: Mapping[str, Marks]
    log: Sequence[bytes]

    async def ask(self, caller: Caller, operation: Operation, call: Call, texts: Mapping[Place, str]) -> Answer:
        """The answer to the caller, with these texts in the places for ids."""
        async with asyncio.timeout(SECONDS), self.database.rewinding():
            response = await self.answer(caller, operation, call, texts)
        return Answer(response, texts.values())

    async def answer(self, caller: Caller, operation: Operation, call: Call, texts: Mapping[Place, str]) -> Response:
        """The same, where `rewinding` has begun already."""
        paged = CURSOR in self.places[operation]
        route = self.routes[operation]
        request = request_of(operation.partition(" ")[0], route.address, call, texts, paged=paged)
        return await self.send(request, caller.headers_for(route.rule))

    async def send(self, request: Request, shown: Mapping[str, str]) -> Response:
        """The answer to whoever shows these headers, where `rewinding` has begun already."""
        headers = {**{name: value.encode() for name, value in shown.items()}, **request.headers}
        return await exchange(self.app, replace(request, headers=headers))
