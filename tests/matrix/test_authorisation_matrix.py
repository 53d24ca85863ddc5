"""Who is answered what: every operation, for everybody, with every sort of id in every place where one can stand."""

import os

import pytest

from tests.matrix import table
from tests.matrix.calls import CALLS
from tests.matrix.calls.plain import is_no_id, unused
from tests.matrix.requests import CURSOR, kinds_in
from tests.matrix.run import Matrix
from tests.matrix.served import Served
from tests.matrix.world import World

pytestmark = pytest.mark.anyio

REWRITE = "PIRWA_TEST_REWRITE_MATRIX"


@pytest.mark.promise("S1", "S3")
async def test_everybody_is_answered_as_the_table_in_git_says(served: Served, world: World) -> None:
    """The rules of `Cells` hold first, whatever the table says: who is turned away, and how; a foreign id is nowhere told from one that
    nobody has; nothing of one company is shown to the other; nothing fails.

    Seen to fail when the list of reservations had no condition of reach (cells "200 uio" became "200 uio gye"), when asking for
    availability needed sale:read instead of stock:read, when pictures were looked up as the person asked for instead of within the
    company, and when showing a member said of a stranger "this person is no member" and of nobody "no member has this id".
    """
    operations = sorted(CALLS, key=lambda operation: operation.split(" ")[::-1])
    result = await Matrix(served, world).run(operations)
    callers = [caller.name for caller in world.callers]
    if os.environ.get(REWRITE):
        table.write(result.cells, callers)
    assert not result.broken, f"{len(result.broken)} of {result.requests} requests:\n" + "\n".join(result.broken)
    changed = list(table.differences(table.read(), result.cells))
    assert not changed, f"{len(changed)} cells; {REWRITE}=1 writes them anew:\n" + "\n".join(changed)


@pytest.mark.promise("S1", "S3")
async def test_the_route_table_the_document_and_the_calls_have_the_same_operations(served: Served) -> None:
    """Seen to fail without the entry of GET /sites: its name is all that is left."""
    documented = {operation for operation, route in served.routes.items() if route.documented}
    assert served.places.keys() == documented
    missing, gone = sorted(documented - CALLS.keys()), sorted(CALLS.keys() - documented)
    assert not missing, "without an entry in tests/matrix/calls:\n" + "\n".join(missing)
    assert not gone, "in tests/matrix/calls, but no routes:\n" + "\n".join(gone)
    assert all(operation.startswith("GET /schema") for operation in served.routes.keys() - documented)


@pytest.mark.promise("S3")
async def test_who_must_choose_a_password_can_do_that_and_sign_out(served: Served, world: World) -> None:
    """Seen to fail when showing oneself needed no more than password:change."""
    renewing = next(caller for caller in world.callers if caller.name == "must_change")
    rules = {operation: route.rule for operation, route in served.routes.items() if route.rule.permission}
    open_to_them = {operation for operation, rule in rules.items() if renewing.refusal(rule) is None}
    assert open_to_them == {"POST /auth/password", "POST /auth/logout"}


@pytest.mark.promise("S1")
async def test_every_place_for_text_has_an_object_or_a_reason_why_none_can_stand_there(served: Served) -> None:
    """Seen to fail when the call that moves stock to a place had no location: the three routes that take one were named."""
    unknown = []
    for operation, places in served.places.items():
        calls = CALLS.get(operation, ())
        known = {CURSOR, *(place for call in calls for place in kinds_in(call, keyed=True))}
        unknown += [
            f"{operation}: {place}" for place in places if place not in known and not is_no_id(operation, place)
        ]
    assert not unknown, "neither an object nor a reason in tests/matrix/calls/plain.py:\n" + "\n".join(unknown)
    assert unused((operation, place) for operation, places in served.places.items() for place in places) == set()
