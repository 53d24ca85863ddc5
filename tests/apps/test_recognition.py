"""Who finds out who acts: the store is asked once for all who show the same at one moment, and what has changed is not missed by it."""

import asyncio
from collections.abc import AsyncIterator
from typing import cast
from uuid import UUID

import pytest

from apps.http.auth import REMEMBERED_KEY, Authenticator
from core.domain.access import Actor, Origin
from core.domain.errors import Unauthenticated
from core.ports.identity import AccessTokens
from core.ports.integrations import Integration
from core.testing.fakes.identity import InMemoryIdentities
from core.testing.fakes.integrations import InMemoryIntegrations
from core.testing.fakes.sessions import InMemorySessions
from tests.apps.edge_world import TurnedClock

pytestmark = pytest.mark.anyio

KEY = "pirwa_test_key"
HERE = Origin("127.0.0.1", "test", "test")


class SlowIntegrations(InMemoryIntegrations):
    """Those found are told when the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.answer = 0, asyncio.Event()

    async def by_key(self, text: str) -> Integration | None:
        self.asked += 1
        found = await super().by_key(text)
        await self.answer.wait()
        return found


class Entrance:
    """Where a program shows its key."""

    def __init__(self) -> None:
        people, self.clock, self.store = InMemoryIdentities(), TurnedClock(), SlowIntegrations()
        company = people.add_company("techcorp")
        self.user = people.add_person("admin", "")
        people.add_membership(self.user, company, "admin")
        self.store.keys[KEY] = Integration("api_key:1", self.user, company.id, frozenset({"stock:read"}))
        self.authenticator = Authenticator(
            cast("AccessTokens", None),  # no token is shown here
            people,
            InMemorySessions(),
            self.store,
            self.clock,
            self.clock.elapsed,
            on_loopback=True,
            secure_cookies=False,
        )

    async def show(self, number: int, key: str = KEY) -> list[asyncio.Task[Actor]]:
        headers = {b"authorization": f"Bearer {key}".encode()}
        shown = [asyncio.ensure_future(self.authenticator.actor(headers, "GET", HERE)) for _ in range(number)]
        for _ in range(3):
            await asyncio.sleep(0)
        return shown


@pytest.fixture
async def entrance() -> AsyncIterator[Entrance]:
    made = Entrance()
    yield made
    made.store.answer.set()


def users(actors: list[Actor]) -> set[UUID]:
    return {actor.user_id for actor in actors}


@pytest.mark.promise("B9")
async def test_the_store_is_asked_once_for_all_who_show_the_same(entrance: Entrance) -> None:
    """Seen to fail, with a hundred questions, when each asked for itself."""
    for turn in (1, 2):
        shown = await entrance.show(100)
        entrance.store.answer.set()
        assert users(await asyncio.gather(*shown)) == {entrance.user}
        assert entrance.store.asked == turn
        entrance.store.answer.clear()
        entrance.clock.turn(REMEMBERED_KEY)


async def test_whoever_goes_away_takes_the_answer_from_nobody(entrance: Entrance) -> None:
    """Seen to fail when the question was that of the one who came first."""
    first, second = await entrance.show(2)
    first.cancel()
    await asyncio.wait([first])
    entrance.store.answer.set()
    assert (await second).user_id == entrance.user


async def test_who_is_not_known_is_told_to_all_and_asked_anew(entrance: Entrance) -> None:
    """Seen to fail with the answer kept for who comes later."""
    entrance.store.answer.set()
    for turn in (1, 2):
        answers = await asyncio.gather(*await entrance.show(3, "pirwa_unknown"), return_exceptions=True)
        assert [type(answer) for answer in answers] == [Unauthenticated] * 3
        assert entrance.store.asked == turn


async def test_whoever_comes_after_a_change_gets_no_answer_from_before_it(entrance: Entrance) -> None:
    """Seen to fail when a question that was on its way was shared still."""
    (before,) = await entrance.show(1)
    del entrance.store.keys[KEY]
    entrance.authenticator.forget(Actor(entrance.user, None, frozenset()))
    (after,) = await entrance.show(1)
    entrance.store.answer.set()
    await asyncio.wait([before, after])
    assert before.result().user_id == entrance.user
    assert isinstance(after.exception(), Unauthenticated)


@pytest.mark.promise("B9")
async def test_what_is_remembered_is_renewed_in_time_and_nobody_waits_for_it(entrance: Entrance) -> None:
    """Seen to fail when the store was asked only once the time had passed: whoever came then waited for its answer."""
    entrance.store.answer.set()
    await asyncio.gather(*await entrance.show(1))
    for turn in range(2, 6):
        entrance.store.answer.clear()
        entrance.clock.turn(REMEMBERED_KEY / 2)
        assert all(one.done() for one in await entrance.show(10))
        assert entrance.store.asked == turn
        entrance.store.answer.set()
        await entrance.show(1)


async def test_a_renewal_that_was_asked_before_a_change_is_forgotten(entrance: Entrance) -> None:
    """Seen to fail when every answer of the store was remembered."""
    entrance.store.answer.set()
    await asyncio.gather(*await entrance.show(1))
    entrance.store.answer.clear()
    entrance.clock.turn(REMEMBERED_KEY / 2)
    await entrance.show(1)
    del entrance.store.keys[KEY]
    entrance.authenticator.forget(Actor(entrance.user, None, frozenset()))
    entrance.store.answer.set()
    for _ in range(2):
        (after,) = await asyncio.gather(*await entrance.show(1), return_exceptions=True)
        assert isinstance(after, Unauthenticated)
