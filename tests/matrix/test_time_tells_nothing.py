"""An id of the other company is answered as fast as one that nobody has: the time of an answer tells nobody that something exists."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from statistics import median
from time import perf_counter_ns

import pytest

from tests.matrix.calls import CALLS, Call
from tests.matrix.cells import PICKED, TOLD
from tests.matrix.places import Operation, Place
from tests.matrix.requests import KEY, kinds_in, labels, text_of
from tests.matrix.served import Served
from tests.matrix.world import World
from tests.proof.profile import amount
from tests.proof.ranks import TOO_UNLIKELY, deviations
from tests.proof.recording import Reach

pytestmark = [pytest.mark.anyio, pytest.mark.promise("S1")]

PLACES = amount(8, 1_000)
ROUNDS = amount(15, 25)
MORE_ROUNDS = amount(60, 150)
SEED = 20
TOLD_APART = 0.03  # of the time of an answer


@dataclass(frozen=True)
class Question:
    """One call with one place where a foreign id can stand."""

    operation: Operation
    call: Call
    place: Place


class Stopwatch:
    """Asks as the administrator, in random order, with an id of the other company and with one that nobody has."""

    def __init__(self, served: Served, world: World) -> None:
        self._served, self._chance = served, Random(SEED)
        self._caller = next(caller for caller in world.callers if caller.name == "admin")

    def questions(self) -> list[Question]:
        found = []
        for operation, calls in sorted(CALLS.items()):
            rule = self._served.routes[operation].rule
            for call in calls if rule.permission else ():
                for place in kinds_in(call, keyed=False):
                    known = self._labels(operation, call, place)
                    if (
                        {"foreign", "random"} <= set(known)
                        and place not in (KEY, PICKED)
                        and f"{operation}: {place}" not in TOLD
                    ):
                        found.append(Question(operation, call, place))
        return self._chance.sample(found, min(PLACES, len(found)))

    async def tells_apart(self, question: Question) -> str | None:
        """What the two sorts of ids take, where they are told apart by it. A suspicion is looked into with more rounds."""
        for rounds in (ROUNDS, MORE_ROUNDS):
            foreign, random = await self._times(question, rounds)
            share = median(foreign) / median(random) - 1
            if abs(share) < TOLD_APART or abs(deviations(foreign, random)) < TOO_UNLIKELY:
                return None
        times = f"{median(foreign) / 1000:,.0f} µs against {median(random) / 1000:,.0f} µs"
        return f"{question.operation} [{question.call.about}] {question.place}: {times}"

    async def _times(self, question: Question, rounds: int) -> tuple[list[int], list[int]]:
        taken: Mapping[str, list[int]] = {"foreign": [], "random": []}
        for turn in range(rounds + 2):
            for label in self._chance.sample(sorted(taken), 2):
                texts = self._texts(question, label)
                began = perf_counter_ns()
                await self._served.ask(self._caller, question.operation, question.call, texts)
                if turn > 1:  # before that, plans are made
                    taken[label].append(perf_counter_ns() - began)
        return taken["foreign"], taken["random"]

    def _texts(self, question: Question, label: str) -> Mapping[Place, str]:
        operation, call = question.operation, question.call
        kinds = kinds_in(call, keyed=self._served.routes[operation].rule.keyed)
        usual = {place: self._labels(operation, call, place)[0] for place in kinds}
        chosen = {**usual, question.place: label}
        return {place: text_of(self._caller, kinds[place], which) for place, which in chosen.items()}

    def _labels(self, operation: Operation, call: Call, place: Place) -> list[str]:
        kind = kinds_in(call, keyed=True)[place]
        return labels(self._caller, kind, self._served.places[operation].get(place, ""))


async def test_a_foreign_id_takes_as_long_as_one_that_nobody_has(served: Served, world: World, reached: Reach) -> None:
    watch = Stopwatch(served, world)
    questions = watch.questions()
    told = [fault for question in questions if (fault := await watch.tells_apart(question))]
    assert not told, "\n".join(told)
    reached("S1", f"{len(questions)} places for ids: none told by the median of its times, by status, headers or body")


def test_ranks_tell_what_is_slower_from_what_is_not() -> None:
    chance = Random(1)
    base = [chance.gauss(1000, 50) for _ in range(200)]
    same = [chance.gauss(1000, 50) for _ in range(200)]
    slower = [chance.gauss(1050, 50) for _ in range(200)]
    assert abs(deviations([int(one) for one in same], [int(one) for one in base])) < TOO_UNLIKELY
    assert deviations([int(one) for one in slower], [int(one) for one in base]) > TOO_UNLIKELY
