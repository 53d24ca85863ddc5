"""Reads that travel together: each gets its own answer, its own refusal, and sees its own company."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from uuid import UUID

import pytest
from psycopg import errors

from adapters.postgres.engine import Database, Scope
from adapters.postgres.joint_reads import MAX_TOGETHER, JointReads
from adapters.postgres.link import Question, Row
from core.domain.errors import Busy
from tests.shop import Shop

pytestmark = pytest.mark.anyio

HERE = "SELECT %s::int, current_setting('app.company_id'), pg_current_xact_id()::text"
DIVIDE = "SELECT 1 / %s::int"
ONE, OTHER = Scope(UUID(int=1)), Scope(UUID(int=2))


async def test_what_is_asked_at_once_travels_together_and_each_company_for_itself(shop: Shop) -> None:
    """Seen to fail when the reads of all companies shared one message: the second read as the first company."""
    asked = [(scope, number) for number in range(3) for scope in (ONE, OTHER)]
    answers = await asyncio.gather(*(shop.database.read(scope, HERE, (number,)) for scope, number in asked))
    assert [(number, company) for ((number, company, _),) in answers] == [
        (number, str(scope.company_id)) for scope, number in asked
    ]
    transactions = Counter(transaction for ((_, _, transaction),) in answers)
    assert sorted(transactions.values()) == [3, 3]


async def test_one_message_takes_only_so_many(shop: Shop) -> None:
    answers = await asyncio.gather(*(shop.database.read(ONE, HERE, (n,)) for n in range(2 * MAX_TOGETHER + 1)))
    assert sorted(Counter(rows[0][2] for rows in answers).values()) == [1, MAX_TOGETHER, MAX_TOGETHER]


async def test_a_refusal_is_for_the_one_who_asked(shop: Shop) -> None:
    """Seen to fail when the error of a message went to all who had asked."""
    answers = await asyncio.gather(*(shop.database.read(ONE, DIVIDE, (n,)) for n in (1, 0, 1)), return_exceptions=True)
    assert answers[0] == answers[2] == [(1,)]
    assert isinstance(answers[1], errors.DivisionByZero)


async def test_who_goes_away_takes_nobody_along(shop: Shop) -> None:
    tasks = [asyncio.create_task(shop.database.read(ONE, DIVIDE, (1,))) for _ in range(3)]
    await asyncio.sleep(0)
    tasks[1].cancel()
    done = await asyncio.gather(*tasks, return_exceptions=True)
    assert [isinstance(one, asyncio.CancelledError) for one in done] == [False, True, False]


async def test_without_a_server_each_is_told() -> None:
    closed = Database("postgresql://localhost/never_opened")
    answers = await asyncio.gather(*(closed.read(ONE, DIVIDE, (1,)) for _ in range(2)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [Busy, Busy]


async def test_who_asks_later_waits_for_nobody() -> None:
    asked, release = asyncio.Event(), asyncio.Event()

    async def ask(_: Scope, questions: Sequence[Question]) -> list[list[Row]]:
        if not asked.is_set():
            asked.set()
            await release.wait()
        return [[(1,)] for _ in questions]

    reads = JointReads(ask)
    first = asyncio.create_task(reads.read(ONE, (DIVIDE, (1,))))
    await asked.wait()
    assert await reads.read(ONE, (DIVIDE, (1,))) == [(1,)]
    assert not first.done()
    release.set()
    assert await first == [(1,)]


async def test_where_no_connection_is_free_nobody_asks_again() -> None:
    """Seen to fail when a message that got no connection became as many waiters as it had reads."""
    asked = list[int]()

    async def ask(_: Scope, questions: Sequence[Question]) -> list[list[Row]]:
        asked.append(len(questions))
        raise Busy("database_busy", "too many requests at once")

    reads = JointReads(ask)
    answers = await asyncio.gather(*(reads.read(ONE, (DIVIDE, (1,))) for _ in range(3)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [Busy] * 3
    assert asked == [3]
