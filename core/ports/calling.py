"""Calling foreign code: whatever it does, its caller gets an answer or an ordinary exception, in time."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from core.ports.failures import Ambiguous, Transient

Answer = TypeVar("Answer")


async def answer_of(call: Awaitable[Answer], seconds: float) -> Answer:
    """What the call answers. Raises what it raised, `Ambiguous` when it took longer, and `Transient` where it would have
    ended its caller as well: by leaving the process, or by a cancellation that nobody asked for."""
    deadline = asyncio.timeout(seconds)
    try:
        async with deadline:
            return await call
    except TimeoutError as error:
        if not deadline.expired():
            raise
        raise Ambiguous(f"no answer within {seconds:g} seconds") from error
    except SystemExit as error:
        raise Transient("the plugin tried to end the process") from error
    except asyncio.CancelledError as error:
        if (caller := asyncio.current_task()) and caller.cancelling():
            raise
        raise Transient("the plugin cancelled itself") from error


async def begun(call: Callable[[], Awaitable[Answer]]) -> Answer:
    """The call, made when it is waited for: what goes wrong before there is anything to wait for goes wrong here."""
    return await call()
