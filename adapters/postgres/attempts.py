"""`Attempts` on PostgreSQL. Names are kept as digests: they may be logins and addresses."""

from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256
from math import ceil

from adapters.postgres.engine import Database, Scope
from core.domain.throttling import too_many
from core.ports.attempts import Allowance
from core.ports.clock import Clock

_ADMIT = "SELECT wait, place FROM attempt_admit(%(names)s, %(limits)s, %(windows)s, %(now)s)"
_FORGIVE = "SELECT attempt_forgive(%(names)s)"


class PostgresAttempts:
    """One statement for all names of an attempt. A lost count after a crash harms nobody: it is not waited for the disk."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    async def admit(self, allowances: Sequence[Allowance]) -> None:
        names = {
            "names": _digests(allowances),
            "limits": [one.limit for one in allowances],
            "windows": [one.window for one in allowances],
            "now": self._clock.now(),
        }
        ((wait, place),) = await self._database.fetch(Scope(), _ADMIT, names)
        if wait > timedelta(0):
            refused = allowances[place - 1]
            raise too_many(ceil(wait.total_seconds()), refused.limit, ceil(refused.window.total_seconds()))

    async def forgive(self, allowances: Sequence[Allowance]) -> None:
        await self._database.fetch(Scope(), _FORGIVE, {"names": _digests(allowances)})


def _digests(allowances: Sequence[Allowance]) -> list[bytes]:
    return [sha256(one.name.encode()).digest() for one in allowances]
