"""schemathesis makes requests from the API document: every answer is one that the document names, and none is a failure."""

from random import Random

import pytest

from tests.matrix.calls import CALLS
from tests.matrix.served import Served
from tests.matrix.world import World
from tests.proof.fuzz.asking import Asked, Asker, allowed, caller_named
from tests.proof.fuzz.conforming import Judge
from tests.proof.fuzz.generated import Generated
from tests.proof.fuzz.test_hostile_fields import SEED, require_none
from tests.proof.profile import amount
from tests.proof.recording import Reach

pytestmark = [pytest.mark.anyio, pytest.mark.promise("B11")]

ROLES = ("admin", "owner", "manager", "operator", "employee", "requester", "viewer", "auditor", "api_key", "anonymous")


@pytest.mark.parametrize("role", amount(ROLES[:1], ROLES))
async def test_what_the_document_describes_is_what_happens(
    served: Served, world: World, judge: Judge, reached: Reach, role: str
) -> None:
    """For everything that somebody may call, requests as the document wants them, on things that exist, and requests that it does not
    want. Seen to fail when the document demanded a member that sessions do not have, and when it named no 200 for the list of suppliers."""
    asker = Asker(served, judge, caller_named(world, role))
    most = amount(1, 4 if role == "admin" else 2)
    generated = Generated(judge.document, most, most, SEED)
    open_to_them = {operation for operation, _ in allowed(served, asker.caller)}
    some = set(Random(SEED).sample(sorted(open_to_them), amount(min(120, len(open_to_them)), len(open_to_them))))
    for operation in CALLS:
        if operation in some:
            await generated.ask(asker, operation)
    require_none(asker.asked.broken)
    reached("B11", f"schemathesis as {role}, {len(some)} operations, {Asked.summary(asker.asked)}")
