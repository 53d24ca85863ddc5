"""The application as the matrix asks it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import httpx
from litestar import Litestar

from tests.matrix.callers import Caller
from tests.matrix.calls import Call
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

    def __post_init__(self) -> None:
        self._client = httpx.AsyncClient(transport=httpx.ASGITransport(cast("Any", self.app)), base_url="http://test")

    async def ask(self, caller: Caller, operation: Operation, call: Call, texts: Mapping[Place, str]) -> Answer:
        """The answer to the caller, with these texts in the places for ids."""
        async with asyncio.timeout(SECONDS), self.database.rewinding():
            response = await self.answer(caller, operation, call, texts)
        return Answer(response, texts.values())

    async def answer(
        self, caller: Caller, operation: Operation, call: Call, texts: Mapping[Place, str]
    ) -> httpx.Response:
        """The same, where `rewinding` has begun already."""
        route = self.routes[operation]
        paged = CURSOR in self.places[operation]
        request = request_of(operation.partition(" ")[0], route.address, call, texts, paged=paged)
        request["headers"] = {**caller.headers_for(route.rule), **request["headers"]}
        return await self._client.request(**request)
