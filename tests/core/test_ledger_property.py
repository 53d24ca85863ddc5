"""The ledger in memory against the model, on random work."""

import asyncio

from tests.model.in_memory import InMemorySystem
from tests.model.machine import LedgerMachine, explore


def test_the_ledger_in_memory_agrees_with_the_model() -> None:
    with asyncio.Runner() as runner:
        explore(lambda: LedgerMachine(runner.run, InMemorySystem()), 25, 25)
