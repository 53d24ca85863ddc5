"""A question straight through libpq: what comes back, what a refusal leaves behind, and what giving up does."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from psycopg import DataError, errors

from adapters.postgres.link import MAX_PREPARED, Link, Question, Row, positional

pytestmark = pytest.mark.anyio

SOME_ID = UUID("018f0000-0000-7000-8000-000000000001")


@pytest.fixture
async def link(database_url: str) -> AsyncIterator[Link]:
    link = await Link.open(database_url, "-c timezone=UTC", 5)
    yield link
    link.close()


async def rows_of(link: Link, *questions: Question) -> list[Row]:
    return (await link.ask(*questions))[-1]


async def test_values_come_back_as_they_were_sent(link: Link) -> None:
    values = (SOME_ID, Decimal("1.50"), "ñandú", True, None, 7, 2**40, [SOME_ID], datetime(2026, 1, 2, tzinfo=UTC))
    casts = ("uuid", "numeric", "text", "boolean", "text", "int", "bigint", "uuid[]", "timestamptz")
    statement = "SELECT " + ", ".join(f"%s::{cast}" for cast in casts)
    for _ in range(2):  # once being prepared, once prepared
        assert await rows_of(link, (statement, values)) == [values]


async def test_the_same_statement_takes_values_of_other_types(link: Link) -> None:
    statement = "SELECT coalesce(%(id)s::uuid::text, 'none') || %(n)s::text"
    for identity, number in ((None, 1), (SOME_ID, 1), (SOME_ID, 2**40), (None, "x")):
        assert await rows_of(link, (statement, {"id": identity, "n": number})) == [(f"{identity or 'none'}{number}",)]


async def test_statements_asked_together_share_one_transaction(link: Link) -> None:
    setting = ("SELECT set_config('app.company_id', %s, true)", ("here",))
    reading = ("SELECT current_setting('app.company_id', true)", None)
    assert await rows_of(link, setting, reading) == [("here",)]
    assert await rows_of(link, reading) == [("",)]


async def test_a_refusal_says_why_and_the_link_goes_on(link: Link) -> None:
    divide = "SELECT 1 / %s::int"
    for _ in range(2):
        with pytest.raises(errors.DivisionByZero):
            await link.ask((divide, (0,)))
    assert await rows_of(link, (divide, (1,))) == [(1,)]
    with pytest.raises(errors.SyntaxError):
        await link.ask(("SELEKT", None))
    with pytest.raises(errors.SyntaxError):
        await link.ask(("SELECT 1", None), ("SELEKT", None))
    assert await rows_of(link, ("SELECT 2", None)) == [(2,)]
    assert link.usable


async def test_a_value_that_cannot_travel_is_refused_before_anything_is_sent(link: Link) -> None:
    with pytest.raises(DataError):
        await link.ask(("SELECT %s::text", ("a\0b",)))
    assert await rows_of(link, ("SELECT 1", None)) == [(1,)]


async def test_more_statements_than_are_kept_prepared(link: Link) -> None:
    for number in range(MAX_PREPARED + 5):
        assert await rows_of(link, (f"SELECT {number}, %s::int", (number,))) == [(number, number)]
    assert await rows_of(link, ("SELECT count(*) <= 200 FROM pg_prepared_statements", None)) == [(True,)]


async def test_a_statement_longer_than_what_the_socket_takes(link: Link) -> None:
    text = "x" * 3_000_000
    assert await rows_of(link, ("SELECT length(%s::text)", (text,))) == [(len(text),)]
    assert await rows_of(link, ("SELECT repeat('y', %s)", (len(text),))) == [("y" * len(text),)]


async def test_whoever_gives_up_leaves_no_half_answer_behind(link: Link) -> None:
    asking = asyncio.create_task(link.ask(("SELECT pg_sleep(60)", None)))
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert not link.usable


@pytest.mark.promise("B2", "B9")
async def test_a_server_that_says_nothing_is_given_up(database_url: str) -> None:
    """Else whoever asks over a connection that carries nothing any more waits for ever, and so do all who want its place."""

    async def directly(link: Link) -> object:
        return await link.ask(("SELECT pg_sleep(60)", None))

    async def in_a_transaction(link: Link) -> object:
        return await link.connection.execute("SELECT pg_sleep(60)")

    for asking in (directly, in_a_transaction):
        link = await Link.open(database_url, "", 5, patience=0.2)
        with pytest.raises(errors.OperationalError):
            await asking(link)
        assert not link.usable
        link.close()


async def test_a_table_that_has_changed_since_is_seen_anew(link: Link, database_url: str) -> None:
    await link.ask(("CREATE TEMP TABLE thing AS SELECT 1 AS a", None))
    assert await rows_of(link, ("SELECT * FROM thing", None)) == [(1,)]
    await link.ask(("ALTER TABLE thing ADD COLUMN b int DEFAULT 2", None))
    with pytest.raises(errors.FeatureNotSupported):
        await link.ask(("SELECT * FROM thing", None))
    assert not link.usable  # the pool opens another, which has prepared nothing yet


@pytest.mark.parametrize(
    ("statement", "text", "names"),
    [
        ("SELECT 1", "SELECT 1", ()),
        ("SELECT %s, %s", "SELECT $1, $2", ()),
        ("SELECT %(b)s, %(a)s, %(b)s", "SELECT $1, $2, $1", ("b", "a")),
        ("SELECT 'a%%' LIKE %s", "SELECT 'a%' LIKE $1", ()),
    ],
)
def test_placeholders_are_numbered(statement: str, text: str, names: tuple[str, ...]) -> None:
    assert positional(statement) == (text, names)
