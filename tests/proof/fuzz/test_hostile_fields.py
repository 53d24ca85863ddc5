"""A corpus of hostile values in every field, parameter, header, form and cursor of every operation."""

import os
from collections.abc import Sequence
from random import Random

import pytest

from tests.matrix.calls import CALLS
from tests.matrix.served import Served
from tests.matrix.world import World
from tests.proof.fuzz.asking import Asked, Asker, allowed, caller_named
from tests.proof.fuzz.attacks import Attack
from tests.proof.fuzz.conforming import Judge
from tests.proof.profile import amount
from tests.proof.recording import Reach

pytestmark = [pytest.mark.anyio, pytest.mark.promise("B11")]

SEED = int(os.environ.get("PIRWA_SEED", "1"))
"""PIRWA_SEED takes another choice of values."""

WITH_HEADERS = (
    "GET /products",
    "GET /me",
    "GET /events/stream",
    "GET /users/{user_id}/picture",
    "PATCH /products/{product_id}",
    "POST /stock/postings",
    "POST /transfers/{transfer_id}/dispatch",
    "POST /products:import",
    "POST /auth/login",
    "POST /oauth/token",
    "GET /health/ready",
)


def require_none(broken: Sequence[str]) -> None:
    assert not broken, f"{len(broken)} answers (PIRWA_SEED={SEED}):\n" + "\n".join(broken[:100])


async def test_no_value_in_any_place_is_an_accident(served: Served, world: World, judge: Judge, reached: Reach) -> None:
    """Every operation, with what is hostile in every place of path, query, body and form: answered as the document says. Seen to fail
    for `http://[` as a scan, a quantity `sNaN`, an order of a shop of the year 1, and a 202 where the document named 201."""
    attack, tried = Attack(judge, Random(SEED), amount(1, 12), amount(1, 4)), set[str]()
    askers = [Asker(served, judge, caller_named(world, name)) for name in ("admin", "owner")]
    for asker in askers:
        for operation, calls in allowed(served, asker.caller, without=tried):
            tried.add(operation)
            for call in amount(calls[:1], calls):
                await attack.on_call(asker, operation, call)
    assert tried == CALLS.keys()
    require_none([fault for asker in askers for fault in asker.asked.broken])
    reached(
        "B11",
        f"hostile values in every place of {len(tried)} operations: {Asked.summary(*(asker.asked for asker in askers))}",
    )


async def test_no_cursor_is_an_accident(served: Served, world: World, judge: Judge, reached: Reach) -> None:
    """Each list takes its own cursor, and what looks like one with other things in it. Seen to fail when the list of blocked addresses
    took no cursor at all, and when nobody looked whether the day in a cursor is one."""
    asker = Asker(served, judge, caller_named(world, "admin"))
    attack, lists = Attack(judge, Random(SEED), amount(2, 40), 0), 0
    for operation, calls in allowed(served, asker.caller):
        if "query cursor" in served.places[operation]:
            lists += await attack.on_cursor(asker, operation, calls[0])
    require_none(asker.asked.broken)
    assert lists > 25
    reached("B11", f"cursors of {lists} lists, {Asked.summary(asker.asked)}")


async def test_no_header_is_an_accident(served: Served, world: World, judge: Judge, reached: Reach) -> None:
    """Seen to fail when a Host that is none made the token endpoint refuse otherwise than in the words of its protocol."""
    asker = Asker(served, judge, caller_named(world, "admin"))
    attack = Attack(judge, Random(SEED), amount(2, 40), 0)
    for operation in WITH_HEADERS:
        await attack.on_headers(asker, operation, CALLS[operation][0])
    require_none(asker.asked.broken)
    reached("B11", f"headers, {Asked.summary(asker.asked)}")
