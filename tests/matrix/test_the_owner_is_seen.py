"""What the platform's owner does inside a company, the company sees: by name, with the reason that was given."""

import asyncio
import re
from collections.abc import Mapping, Sequence

import pytest

from adapters.postgres.engine import Scope
from tests.matrix.callers import Caller
from tests.matrix.calls import CALLS, Call
from tests.matrix.places import Operation, Place
from tests.matrix.requests import kinds_in, labels, text_of
from tests.matrix.served import SECONDS, Served
from tests.matrix.world import World
from tests.proof.recording import Reach

pytestmark = [pytest.mark.anyio, pytest.mark.promise("S12")]

_SEEN = """
    SELECT count(*) FROM audit_entry e WHERE e.company_id = %(company)s AND e.actor_id = %(owner)s AND e.reason = 'help' AND e.action = 'acted'
       AND e.subject_id LIKE %(request)s
"""
_TABLES = """
    SELECT c.table_name::text FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
    WHERE c.table_schema = 'public' AND c.column_name = 'company_id' AND t.table_type = 'BASE TABLE'
       AND has_table_privilege(quote_ident(c.table_schema) || '.' || quote_ident(c.table_name), 'SELECT')
"""
UNSEEN: Mapping[str, str] = {
    "idempotency_key": "that a request was made, and how it was answered",
    "audit_unsealed": "the queue of the seals",
    "audit_entry": "the trail itself",
    "outbox_event": "what is told of a change stands beside the change",
}
"""Tables that may change without an entry of their own, and why."""


class Witness:
    """Looks, before a request is forgotten, at what it has changed and what the trail says of it."""

    def __init__(self, served: Served, world: World) -> None:
        self._served, self._company = served, world.here.company
        self._caller = next(caller for caller in world.callers if caller.name == "owner_inside")
        self._tables: list[str] = []
        self._before: Mapping[str, object] = {}

    @property
    def caller(self) -> Caller:
        return self._caller

    async def look(self) -> None:
        """At how everything is at first."""
        async with self._served.database.rewinding():
            self._tables = sorted(str(name) for (name,) in await self._served.database.fetch(Scope(), _TABLES))
            self._before = await self._digests(self._tables)

    async def unseen(self, operation: Operation, call: Call) -> str | None:
        """What was done behind the company's back, if anything."""
        route, database = self._served.routes[operation], self._served.database
        kinds = kinds_in(call, keyed=route.rule.keyed)
        texts = {
            place: text_of(self._caller, kind, self._usual(operation, place, kind)) for place, kind in kinds.items()
        }
        async with asyncio.timeout(SECONDS), database.rewinding():
            answer = await self._served.answer(self._caller, operation, call, texts)
            if not answer.is_success:
                return None
            written = (await database.written()).intersection(self._tables) - UNSEEN.keys()
            after = await self._digests(sorted(written))
            changed = {name for name in written if after[name] != self._before[name]}
            request = re.sub(r"\{\w+\}", "%", f"{operation.split(' ')[0]} {route.address}").replace("_", r"\_")
            names = {"company": self._company, "owner": self._person, "request": request}
            [(entries,)] = await database.fetch(Scope(self._company), _SEEN, names)
        return f"{operation} [{call.about}]: {', '.join(sorted(changed))}" if changed and not entries else None

    @property
    def _person(self) -> object:
        assert self._caller.person
        return self._caller.person.id

    def _usual(self, operation: Operation, place: Place, kind: str) -> str:
        return labels(self._caller, kind, self._served.places[operation].get(place, ""))[0]

    async def _digests(self, tables: Sequence[str]) -> Mapping[str, object]:
        parts = " UNION ALL ".join(
            f"SELECT '{name}', md5(coalesce(string_agg(t::text, ',' ORDER BY t::text), '')) FROM \"{name}\" t"
            for name in tables
        )
        return dict(await self._served.database.fetch(Scope(self._company), parts)) if tables else {}


async def test_every_change_by_the_owner_stands_in_the_trail_of_the_company(
    served: Served, world: World, reached: Reach
) -> None:
    """Seen to fail without the record of what they ask for: 17 requests, of reservations and lines of counts among them, left no entry."""
    witness = Witness(served, world)
    await witness.look()
    unseen, tried = [], 0
    for operation in sorted(CALLS):
        if not operation.startswith("GET "):
            for call in CALLS[operation]:
                tried += 1
                if behind := await witness.unseen(operation, call):
                    unseen.append(behind)
    assert not unseen, "\n".join(unseen)
    reached(
        "S12",
        f"{tried} requests that change something, made by the platform's owner inside a company: all in its trail with their reason",
    )
