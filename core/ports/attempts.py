"""The port that counts attempts, over all processes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

QUARTER_HOUR = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Allowance:
    """At most `limit` attempts under this name in any `window`."""

    name: str
    limit: int = 10
    window: timedelta = QUARTER_HOUR


class Attempts(Protocol):
    """Counts what may be tried only so often."""

    async def admit(self, allowances: Sequence[Allowance]) -> None:
        """Counts one attempt under every name, or counts none and raises `TooManyAttempts` where one name has none left."""
        ...

    async def forgive(self, allowances: Sequence[Allowance]) -> None:
        """Takes back the latest attempt under every name: it was a right one."""
        ...
