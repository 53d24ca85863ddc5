"""The ledger in memory against the model, on random work."""

import asyncio

from hypothesis.stateful import run_state_machine_as_test

from tests.model.in_memory import InMemorySystem
from tests.model.machine import LedgerMachine, profile


def test_the_ledger_in_memory_agrees_with_the_model() -> None:
    with asyncio.Runner() as runner:
        run_state_machine_as_test(lambda: LedgerMachine(runner.run, InMemorySystem()), settings=profile(25, 25))
