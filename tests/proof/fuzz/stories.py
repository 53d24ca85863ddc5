"""Requests that follow from each other: what one of them made is what the next one asks for."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress
from typing import Any, ClassVar

import anyio.to_thread
import hypothesis
import schemathesis
from anyio.from_thread import BlockingPortal
from hypothesis.errors import Flaky
from hypothesis.stateful import run_state_machine_as_test
from schemathesis.checks import CheckFunction
from schemathesis.generation import GenerationMode
from schemathesis.generation.stateful.control import MAX_ROOT_SOURCES, TransitionController

from tests.matrix.calls import CALLS
from tests.matrix.places import Operation
from tests.proof.fuzz.generated import Case, Sender, generating, operation_of
from tests.proof.fuzz.lives import KEPT, NOT_THERE
from tests.proof.fuzz.mutation import on_existing


async def tell(sender: Sender, stories: int, steps: int, seed: int) -> int:
    """Follows the links that schemathesis infers from the document. Returns how many different ones led to an answer that was no refusal."""
    sender.generator.door.open_to(sender.asker.send)
    async with BlockingPortal() as portal:
        machine = _machine(sender, portal)
        await anyio.to_thread.run_sync(_tell, machine, stories, steps, seed)
    return len(machine.followed)


def _tell(machine: Any, stories: int, steps: int, seed: int) -> None:
    """Hypothesis gives up where the same choices led to another story: ids are new each time. Then it begins with other choices."""
    while machine.told < stories:
        hypothesis.seed(seed + machine.told)(machine)
        with suppress(Flaky):
            run_state_machine_as_test(machine, settings=generating(stories - machine.told, steps), _min_steps=2)


class _Deep(TransitionController):
    """Begins nothing anew as long as something follows from the answers that there are."""

    def _root_calls(self, label: str) -> int:
        return MAX_ROOT_SOURCES if self.productive_roots else super()._root_calls(label)


def _machine(sender: Sender, portal: BlockingPortal) -> Any:
    links: Any = sender.generator.machine

    class Story(links):  # type: ignore[misc]  # the class is made of the document
        followed: ClassVar[set[str]] = set()
        told: ClassVar[int] = 0

        def __init__(self) -> None:
            super().__init__()
            self.control = _Deep(self._transitions, self._root_labels)

        def setup(self) -> None:
            type(self).told += 1
            self._world: AbstractContextManager[None] = portal.wrap_async_context_manager(sender.asker.story())
            self._world.__enter__()

        def teardown(self) -> None:
            self._world.__exit__(None, None, None)

        def step(self, input: Any) -> Any:
            if input.case.meta.generation.mode is GenerationMode.POSITIVE:
                _settle(sender, input)
            output = super().step(input)
            if input.transition and input.is_applied and 200 <= output.response.status_code < 300:
                self.followed.add(input.transition.id)
            return output

        def call(self, case: Case, **_: Any) -> Any:
            operation = operation_of(case)
            answer = sender.send(operation, case, list(_checks_of(operation)), self.recorder)
            return answer if answer is not None else hypothesis.reject()

        def validate_response(self, *_: Any, **__: Any) -> None:
            """The sender has."""

    return Story


def _checks_of(operation: Operation) -> Iterator[CheckFunction]:
    """What is looked for in the story beside the answer itself."""
    if operation.partition(" ")[2] not in KEPT:
        yield schemathesis.checks.use_after_free
    if operation not in NOT_THERE:
        yield schemathesis.checks.ensure_resource_availability


def _settle(sender: Sender, input: Any) -> None:
    """Begins a story with the request of the matrix, which succeeds; what is no link's to say later is of what exists."""
    case: Case = input.case
    operation = operation_of(case)
    existing, named = sender.existing(operation), CALLS[operation][0]
    linked = {name for _, name in input.applied_parameters}
    case.path_parameters = {**case.path_parameters, **{k: v for k, v in existing.path.items() if k not in linked}}
    if named.body is not None and (input.transition is None or not isinstance(case.body, dict)):
        case.body = existing.body
    elif named.body is not None:
        template = {name: part for name, part in named.body.items() if name not in linked}
        case.body = on_existing(case.body, template, existing.body)
