"""schemathesis makes requests from the API document: every answer is one that the document names, and none is a failure."""

from random import Random

import pytest

from tests.matrix.calls import CALLS
from tests.matrix.served import Served
from tests.matrix.world import World
from tests.proof.fuzz.asking import Asked, Asker, caller_named
from tests.proof.fuzz.conforming import Judge
from tests.proof.fuzz.generated import Generator, Sender
from tests.proof.fuzz.lives import lives
from tests.proof.fuzz.stories import tell
from tests.proof.fuzz.test_hostile_fields import SEED, require_none
from tests.proof.profile import amount
from tests.proof.recording import Reach

pytestmark = [pytest.mark.anyio, pytest.mark.promise("B11")]

ROLES = ("admin", "owner", "manager", "operator", "employee", "requester", "viewer", "auditor", "api_key", "anonymous")
OPERATIONS = amount(120, len(CALLS))
EACH = amount(1, 17)  # sound and unsound requests to an operation: 10,000 in all
STORIES, STEPS = amount((6, 8), (150, 20))


@pytest.fixture(scope="module")
def generator(judge: Judge) -> Generator:
    """Makes the same up for everybody."""
    return Generator(judge.document, SEED)


@pytest.mark.parametrize("role", amount(ROLES[:1], ROLES))
async def test_what_the_document_describes_is_what_happens(
    served: Served, world: World, judge: Judge, generator: Generator, reached: Reach, role: str
) -> None:
    """For every operation, also those that are not open to somebody: requests as the document wants them, on things that exist, and
    requests that it does not want; and nothing that is open to somebody is open to those who show no token or a wrong one. Seen to fail
    when the document demanded a member that sessions do not have, and when it named no 200 for the list of suppliers."""
    asker = Asker(served, judge, caller_named(world, role))
    sender = Sender(generator, asker)
    some = set(Random(SEED).sample(sorted(CALLS), OPERATIONS))
    for operation in CALLS:
        if operation in some:
            await sender.ask(operation, EACH)
    require_none(asker.asked.broken)
    reached("B11", f"schemathesis as {role}, {len(some)} operations, {Asked.summary(asker.asked)}")


@pytest.mark.parametrize("role", amount(ROLES[:1], ROLES[:-1]))
async def test_requests_that_follow_from_each_other(
    served: Served, world: World, judge: Judge, generator: Generator, reached: Reach, role: str
) -> None:
    """What schemathesis finds to follow from an answer: nothing that was taken away is there, all that was made is."""
    asker = Asker(served, judge, caller_named(world, role))
    followed = await tell(Sender(generator, asker), STORIES, STEPS, SEED)
    require_none(asker.asked.broken)
    reached(
        "B11",
        f"schemathesis as {role}, {STORIES} stories along {followed} different links, {Asked.summary(asker.asked)}",
    )


async def test_what_was_made_is_there_and_what_was_taken_away_is_gone(
    served: Served, world: World, judge: Judge, reached: Reach
) -> None:
    """For everything with an address of its own, and all that can be asked of it. Seen to fail when deleting a category left it there."""
    asker = Asker(served, judge, caller_named(world, "admin"))
    told = [*lives(asker)]
    for life in told:
        await life.tell()
    require_none(asker.asked.broken)
    made, ended = sum(life.made for life in told), sum(life.ended for life in told)
    reached("B11", f"{made} things made and asked for, {ended} taken away and asked for, {Asked.summary(asker.asked)}")
