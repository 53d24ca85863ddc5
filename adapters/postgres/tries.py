"""Whoever stood in another's way, or in whose way others stood, comes again: a deadlock, or too long a wait for a lock, turns nobody away."""

from collections.abc import AsyncIterable

import stamina

from adapters.postgres.constraints import IN_THE_WAY, UNREACHABLE
from core.domain.errors import Busy


def tries(*, repeatable: bool) -> AsyncIterable[stamina.Attempt]:
    """Up to three tries of a transaction, as long as others stand in its way. Where it is `repeatable`, because it would find that it
    was done already, also when the database was lost under it."""
    codes = (IN_THE_WAY, UNREACHABLE) if repeatable else (IN_THE_WAY,)
    return stamina.retry_context(
        on=lambda error: isinstance(error, Busy) and error.code in codes,
        attempts=3,
        timeout=8,
        wait_initial=0.02,
        wait_max=0.2,
        wait_jitter=0.1,
    )
