"""A call to foreign code ends with an answer or an exception, and its caller goes on."""

import asyncio

import pytest

from core.ports.calling import answer_of
from core.ports.failures import Ambiguous, Transient

pytestmark = pytest.mark.anyio


async def test_an_answer_and_a_failure_pass_as_they_are() -> None:
    async def answering() -> int:
        return 7

    async def failing(failure: Exception) -> None:
        raise failure

    assert await answer_of(answering(), 10) == 7
    for failure in (KeyError, TimeoutError):
        with pytest.raises(failure):
            await answer_of(failing(failure()), 10)


async def test_who_does_not_answer_in_time_is_not_waited_for() -> None:
    with pytest.raises(Ambiguous, match="no answer within"):
        await answer_of(asyncio.Event().wait(), 0.01)


@pytest.mark.parametrize("way_out", [SystemExit("bye"), asyncio.CancelledError()])
async def test_who_would_take_the_caller_along_only_fails(way_out: BaseException) -> None:
    async def leaving() -> None:
        raise way_out

    with pytest.raises(Transient):
        await answer_of(leaving(), 10)


async def test_a_caller_that_is_cancelled_is() -> None:
    begun = asyncio.Event()

    async def endless() -> None:
        begun.set()
        await asyncio.Event().wait()

    calling = asyncio.create_task(answer_of(endless(), 10))
    await begun.wait()
    calling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await calling
