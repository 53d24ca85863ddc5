"""Sessions and counted attempts: what the memory of a test promises, PostgreSQL keeps too."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from adapters.postgres.attempts import PostgresAttempts
from adapters.postgres.engine import Database, Scope
from adapters.postgres.sessions import PostgresSessions
from core.domain.access import Origin
from core.domain.ids import new_id
from core.domain.throttling import TooManyAttempts
from core.ports.attempts import Allowance, Attempts
from core.ports.sessions import GRACE, LONGEST, LONGEST_IDLE, NewSession, Reused, Rotated, SessionKind, Sessions
from core.testing.fakes.attempts import InMemoryAttempts
from core.testing.fakes.sessions import InMemorySessions
from tests.shop import Shop

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HERE, ELSEWHERE = Origin("203.0.113.9", "one", "Firefox"), Origin("198.51.100.1", "two", "curl")


class TurnedClock:
    """Stands still until the test turns it."""

    def __init__(self) -> None:
        self.time = NOON

    def now(self) -> datetime:
        return self.time

    def turn(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock()


# ------------------------------------------------------------------ sessions


@pytest.fixture(params=["memory", "PostgreSQL"])
def sessions(request: pytest.FixtureRequest, database: Database) -> Sessions:
    return InMemorySessions() if request.param == "memory" else PostgresSessions(database)


@pytest.fixture
async def user(database: Database) -> UUID:
    return await a_person(database)


async def a_person(database: Database) -> UUID:
    user_id = new_id()
    insert = "INSERT INTO app_user (id, login, name, password_hash) VALUES (%s, %s, 'Somebody', 'no password')"
    await database.fetch(Scope(), insert, (user_id, f"s{user_id.hex}"))
    return user_id


async def begun(sessions: Sessions, user: UUID, digest: bytes, kind: SessionKind = SessionKind.TOKEN) -> UUID:
    session = NewSession(new_id(), user, kind, None, ("pwd",), HERE, digest)
    await sessions.begin(session, NOON)
    return session.id


def after(**duration: float) -> datetime:
    return NOON + timedelta(**duration)


async def test_a_session_tells_how_it_began(sessions: Sessions, user: UUID) -> None:
    session_id = await begun(sessions, user, b"a")
    session = await sessions.in_force(user, session_id, NOON)
    assert session is not None
    assert (session.id, session.methods, session.address, session.device) == (
        session_id,
        ("pwd",),
        "203.0.113.9",
        "Firefox",
    )
    assert session.authenticated_at == NOON
    assert session.expires_at == NOON + LONGEST


async def test_a_session_ends_when_it_lies_idle_and_at_last_whatever_happens(sessions: Sessions, user: UUID) -> None:
    session_id = await begun(sessions, user, b"a")
    end, step = NOON + LONGEST, LONGEST_IDLE - timedelta(seconds=1)
    now = NOON
    while now + step < end:
        now += step
        assert await sessions.in_force(user, session_id, now)
    assert await sessions.in_force(user, session_id, end) is None
    idle = await begun(sessions, user, b"b")
    assert await sessions.in_force(user, idle, NOON + LONGEST_IDLE) is None


async def test_a_cookie_finds_its_session_and_no_other_persons(
    sessions: Sessions, user: UUID, database: Database
) -> None:
    session_id = await begun(sessions, user, b"c" * 32, SessionKind.COOKIE)
    found = await sessions.by_cookie(user, b"c" * 32, NOON)
    assert found is not None
    assert found.id == session_id
    assert await sessions.by_cookie(user, b"d" * 32, NOON) is None
    assert await sessions.by_cookie(await a_person(database), b"c" * 32, NOON) is None


async def test_a_person_sees_and_ends_only_their_own(sessions: Sessions, user: UUID, database: Database) -> None:
    stranger = await a_person(database)
    mine, other = await begun(sessions, user, b"a"), await begun(sessions, user, b"b")
    theirs = await begun(sessions, stranger, b"c")
    assert not await sessions.end(user, theirs, NOON)
    assert {session.id for session in await sessions.of(user, NOON)} == {mine, other}
    assert await sessions.end_others(user, mine, NOON) == 1
    assert [session.id for session in await sessions.of(user, NOON)] == [mine]
    assert await sessions.end(user, mine, NOON)
    assert not await sessions.end(user, mine, NOON)
    assert await sessions.in_force(stranger, theirs, NOON)


async def test_a_new_proof_is_kept_with_how_it_was_given(sessions: Sessions, user: UUID) -> None:
    session_id = await begun(sessions, user, b"a")
    await sessions.prove(user, session_id, ("otp",), after(minutes=20))
    session = await sessions.in_force(user, session_id, after(minutes=20))
    assert session is not None
    assert (session.authenticated_at, session.methods) == (after(minutes=20), ("otp", "pwd"))


async def test_a_refresh_token_is_good_once(sessions: Sessions, user: UUID) -> None:
    session_id = await begun(sessions, user, b"a")
    for shown, successor in zip((b"a", b"b", b"c"), (b"b", b"c", b"d"), strict=True):
        rotated = await sessions.rotate(user, shown, successor, successor.hex(), HERE, NOON)
        assert isinstance(rotated, Rotated)
        assert (rotated.session.id, rotated.successor) == (session_id, successor.hex())
    assert await sessions.rotate(user, b"never issued", b"e", "e", HERE, NOON) is None


@pytest.mark.promise("S5")
async def test_two_tabs_that_refresh_at_once_get_the_same_successor(sessions: Sessions, user: UUID) -> None:
    """Seen to fail when the second of two had to be the first: 49 of 50 were refused."""
    await begun(sessions, user, b"a")
    answers = await asyncio.gather(
        *(sessions.rotate(user, b"a", bytes([number]), f"{number}", HERE, NOON) for number in range(50))
    )
    assert len({answer.successor for answer in answers if isinstance(answer, Rotated)}) == 1
    assert all(isinstance(answer, Rotated) for answer in answers)


@pytest.mark.parametrize(
    ("origin", "when"),
    [(HERE, NOON + GRACE + timedelta(seconds=1)), (ELSEWHERE, NOON), (Origin(HERE.address, "", "curl"), NOON)],
    ids=["late", "from elsewhere", "by another device"],
)
@pytest.mark.promise("S5")
async def test_a_used_refresh_token_ends_the_session_and_its_successors(
    sessions: Sessions, user: UUID, origin: Origin, when: datetime
) -> None:
    """Seen to fail when reuse was refused, but left the session to whoever held the successor."""
    session_id = await begun(sessions, user, b"a")
    await sessions.rotate(user, b"a", b"b", "b", HERE, NOON)
    assert await sessions.rotate(user, b"a", b"x", "x", origin, when) == Reused(session_id)
    assert await sessions.rotate(user, b"b", b"c", "c", HERE, when) is None
    assert await sessions.in_force(user, session_id, when) is None


@pytest.mark.promise("S5")
async def test_the_grace_ends_with_the_use_of_the_successor(sessions: Sessions, user: UUID) -> None:
    session_id = await begun(sessions, user, b"a")
    await sessions.rotate(user, b"a", b"b", "b", HERE, NOON)
    await sessions.rotate(user, b"b", b"c", "c", HERE, NOON)
    assert await sessions.rotate(user, b"a", b"x", "x", HERE, NOON) == Reused(session_id)


async def test_a_refresh_token_expires(sessions: Sessions, user: UUID) -> None:
    await begun(sessions, user, b"a")
    assert await sessions.rotate(user, b"a", b"b", "b", HERE, NOON + LONGEST_IDLE) is None


async def test_another_person_cannot_use_ones_refresh_token(sessions: Sessions, user: UUID, database: Database) -> None:
    await begun(sessions, user, b"a")
    assert await sessions.rotate(await a_person(database), b"a", b"b", "b", HERE, NOON) is None


def opened_by_password(user: UUID, password_hash: str) -> NewSession:
    return NewSession(new_id(), user, SessionKind.TOKEN, None, ("pwd",), HERE, b"shown", password_hash)


async def test_a_session_is_opened_by_the_password_that_counts(database: Database, user: UUID) -> None:
    sessions = PostgresSessions(database)
    assert not await sessions.begin(opened_by_password(user, "an earlier one"), NOON)
    assert await sessions.of(user, NOON) == []
    assert await sessions.begin(opened_by_password(user, "no password"), NOON)


async def test_of_a_sign_in_and_a_change_of_the_password_at_once_no_session_is_left(
    database: Database, user: UUID
) -> None:
    """Seen to fail without the lock: the session was opened by what the change had not yet shown to others."""
    sessions = PostgresSessions(database)
    async with database.transaction(Scope(user_id=user)) as changing:
        await changing.execute("UPDATE app_user SET password_hash = 'another' WHERE id = %s", (user,))
        opening = asyncio.create_task(sessions.begin(opened_by_password(user, "no password"), NOON))
        while not await waiting_for_locks(database):
            assert not opening.done()
        await changing.execute("UPDATE session SET ended_at = %s WHERE user_id = %s AND ended_at IS NULL", (NOON, user))
    assert not await opening
    assert await sessions.of(user, NOON) == []


async def waiting_for_locks(database: Database) -> bool:
    """Whether somebody waits for a row of a person."""
    return bool(await database.fetch(Scope(), "SELECT FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'"))


@pytest.mark.promise("S2")
async def test_a_person_cannot_read_the_sessions_of_others_even_without_a_filter(shop: Shop) -> None:
    sessions = PostgresSessions(shop.database)
    one, other = await a_person(shop.database), await a_person(shop.database)
    await begun(sessions, one, b"a")
    for table in ("session", "refresh_token"):
        assert await shop.database.fetch(Scope(user_id=one), f"SELECT DISTINCT user_id FROM {table}") == [(one,)]
        assert await shop.database.fetch(Scope(user_id=other), f"SELECT 1 FROM {table}") == []
        assert await shop.fetch(f"SELECT 1 FROM {table}") == []


# ------------------------------------------------------------------ attempts


@pytest.fixture(params=["memory", "PostgreSQL"])
def attempts(request: pytest.FixtureRequest, database: Database, clock: TurnedClock) -> Attempts:
    return InMemoryAttempts(clock) if request.param == "memory" else PostgresAttempts(database, clock)


@pytest.fixture
def allowance() -> Callable[..., Allowance]:
    test = new_id().hex

    def made(name: str, limit: int = 2, seconds: float = 60) -> Allowance:
        return Allowance(f"{test} {name}", limit, timedelta(seconds=seconds))

    return made


async def refused(attempts: Attempts, *allowances: Allowance) -> dict[str, Any]:
    with pytest.raises(TooManyAttempts) as refusal:
        await attempts.admit(allowances)
    return refusal.value.details


async def test_a_name_has_its_attempts_in_any_window(
    attempts: Attempts, clock: TurnedClock, allowance: Callable[..., Allowance]
) -> None:
    one = allowance("a")
    await attempts.admit([one])
    clock.turn(50)
    await attempts.admit([one])
    clock.turn(9.5)
    assert await refused(attempts, one) == {"retry_after": 1, "limit": 2, "window": 60}
    clock.turn(0.5)
    await attempts.admit([one])
    clock.turn(49)
    await refused(attempts, one)
    clock.turn(1)
    await attempts.admit([one])


async def test_an_attempt_counts_under_all_names_or_under_none(
    attempts: Attempts, allowance: Callable[..., Allowance]
) -> None:
    account, peer = allowance("account", 1), allowance("peer", 1)
    await attempts.admit([account])
    await refused(attempts, peer, account)
    await attempts.admit([peer])
    await refused(attempts, peer)


async def test_a_forgiven_attempt_is_not_counted(attempts: Attempts, allowance: Callable[..., Allowance]) -> None:
    one, other = allowance("a", 1), allowance("b", 1)
    await attempts.admit([one, other])
    await attempts.forgive([one, allowance("never seen")])
    await attempts.admit([one])
    await refused(attempts, other)


@pytest.mark.promise("S6")
async def test_of_many_at_once_no_more_get_through_than_may(
    attempts: Attempts, allowance: Callable[..., Allowance]
) -> None:
    """Seen to fail when the names were read without a lock: 16 of 16 got through."""
    one, other = allowance("a", 5), allowance("b", 5)
    orders = [[one, other], [other, one]] * 8
    answers = await asyncio.gather(*(attempts.admit(order) for order in orders), return_exceptions=True)
    assert sum(answer is None for answer in answers) == 5
    assert sum(isinstance(answer, TooManyAttempts) for answer in answers) == 11


@pytest.mark.promise("S8")
async def test_no_login_is_kept_of_what_was_attempted(database: Database, clock: TurnedClock) -> None:
    name = f"account canary{new_id().hex}"
    await PostgresAttempts(database, clock).admit([Allowance(name)])
    kept = await database.fetch(Scope(), "SELECT name FROM attempt")
    assert kept
    assert not any(b"canary" in name for (name,) in kept)
