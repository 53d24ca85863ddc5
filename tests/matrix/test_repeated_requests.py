"""Every operation that wants an Idempotency-Key, sent twice."""

from collections.abc import Sequence
from typing import Any

import pytest

from adapters.postgres.engine import Scope
from tests.matrix.callers import Caller
from tests.matrix.calls import CALLS, Call
from tests.matrix.places import Operation
from tests.matrix.requests import KEY, kinds_in, labels, request_of, text_of
from tests.matrix.served import Served
from tests.matrix.world import World
from tests.proof.recording import Reach

pytestmark = [pytest.mark.anyio, pytest.mark.promise("B1")]

_TABLES = """
    SELECT c.relname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'company_id'
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND has_table_privilege(c.oid, 'SELECT')
"""


async def test_what_is_sent_again_under_its_key_is_answered_the_same_and_changes_nothing(
    served: Served, world: World, reached: Reach
) -> None:
    """Each on a world as it was. Seen to fail with a route that did not hand its key to the unit of work."""
    admin = next(caller for caller in world.callers if caller.name == "admin")
    faults, repeated, before = list[str](), 0, await _as_built(served, admin)
    for operation, route in served.routes.items():
        for call in CALLS[operation] if route.rule.keyed else ():
            answers, written = await _twice(served, admin, operation, call, before)
            first, again = answers
            if not first.is_success:
                continue
            repeated += 1
            if (first.status_code, first.content) != (again.status_code, again.content):
                faults.append(f"{operation} {call.about}: {again.status_code} {again.text[:200]}")
            if again.headers.get("idempotency-replayed") != "true" or "idempotency-replayed" in first.headers:
                faults.append(f"{operation} {call.about}: does not say that it is the answer of before")
            if written[0] != written[1]:
                faults.append(f"{operation} {call.about}: wrote {set(written[1].items()) - set(written[0].items())}")
    assert faults == []
    keyed = sum(route.rule.keyed for route in served.routes.values())
    assert repeated >= keyed, "every keyed operation has a call that succeeds"
    reached("B1", f"{repeated} requests of all {keyed} keyed operations repeated: the same answers, nothing written")


async def _twice(
    served: Served, caller: Caller, operation: Operation, call: Call, before: dict[str, int]
) -> tuple[Sequence[Any], Sequence[dict[str, int]]]:
    """Both answers, and how many rows each table of the company had after them."""
    kinds = kinds_in(call, keyed=True)
    texts = {place: text_of(caller, kind, labels(caller, kind, "")[0]) for place, kind in kinds.items()}
    assert KEY in texts
    route = served.routes[operation]
    request = request_of(operation.partition(" ")[0], route.address, call, texts, paged=False)
    answers, written = [], []
    async with served.database.rewinding():
        for _ in range(2):
            answers.append(await served.send(request, caller.headers_for(route.rule)))
            touched = sorted(before.keys() & await served.database.written())
            written.append(before | await _rows(served, caller, touched))
    return answers, written


async def _as_built(served: Served, caller: Caller) -> dict[str, int]:
    async with served.database.rewinding():
        tables = await served.database.fetch(Scope(caller.side.company), _TABLES)
        return await _rows(served, caller, sorted(name for (name,) in tables if name != "session"))


async def _rows(served: Served, caller: Caller, tables: Sequence[str]) -> dict[str, int]:
    if not tables:
        return {}
    scope = Scope(caller.side.company)
    counts = ", ".join(f'(SELECT count(*) FROM "{table}" WHERE company_id = %(company)s)' for table in tables)
    (row,) = await served.database.fetch(scope, f"SELECT {counts}", {"company": caller.side.company})
    return dict(zip(tables, map(int, row), strict=True))
