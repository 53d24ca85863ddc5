"""Passwords are kept as slow hashes, and checking them never takes the whole machine."""

import asyncio
import threading
import time
from collections.abc import Iterator
from random import Random

import pytest

from adapters.passwords.argon2id import Argon2Passwords
from core.domain.throttling import TooManyAttempts

pytestmark = pytest.mark.anyio


@pytest.fixture
def passwords() -> Iterator[Argon2Passwords]:
    passwords = Argon2Passwords()
    yield passwords
    passwords.close()


async def test_a_password_matches_its_own_hash_only(passwords: Argon2Passwords) -> None:
    kept = await passwords.hash("eight blue boxes")
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert kept != await passwords.hash("eight blue boxes")
    assert await passwords.matches("eight blue boxes", kept)
    assert not await passwords.matches("eight blue boxez", kept)


async def test_a_password_may_be_typed_on_any_keyboard(passwords: Argon2Passwords) -> None:
    assert await passwords.matches("cafe\u0301 \u2460", await passwords.hash("café 1"))


@pytest.mark.parametrize("kept", [None, "", "!", "$argon2id$v=19$m=19456,t=2,p=1$rubbish"])
async def test_nothing_matches_what_is_no_hash(passwords: Argon2Passwords, kept: str | None) -> None:
    assert not await passwords.matches("", kept)


async def test_an_unknown_account_takes_as_long_as_a_known_one(passwords: Argon2Passwords) -> None:
    kept = await passwords.hash("eight blue boxes")

    async def fastest(password_hash: str | None) -> float:
        times = []
        for _ in range(5):
            started = time.perf_counter()
            await passwords.matches("wrong", password_hash)
            times.append(time.perf_counter() - started)
        return min(times)

    known = await fastest(kept)
    for other in (None, "!"):
        assert await fastest(other) > known / 4


async def test_those_who_choose_at_once_are_not_weighed_by_each_others_words(passwords: Argon2Passwords) -> None:
    """Seen to fail without the lock around what all calls share."""
    letters = Random(1)
    words = ["".join(letters.choices("bcdfghjklmnpqrstvwxz", k=60)) for _ in range(20)]
    weighed = await asyncio.gather(*(passwords.strength(word, [word]) for word in words))
    assert {one.score for one in weighed} == {0}
    assert (await passwords.strength(words[0], [words[1]])).score == 4


async def test_no_password_takes_long_to_weigh(passwords: Argon2Passwords) -> None:
    """Signs that may stand for letters double the work, each. Seen to fail when all of them were tried: that took seconds."""

    async def seconds(password: str) -> float:
        started = time.perf_counter()
        await passwords.strength(password, [])
        return time.perf_counter() - started

    await seconds("warm")
    plain = min([await seconds("0123456789" * 7) for _ in range(3)])
    assert min([await seconds("4@8({[<369&#!1/|0$5+7%2" * 5) for _ in range(3)]) < 15 * plain


class Held(Argon2Passwords):
    """Holds all work until it is let go."""

    def __init__(self, slots: int, queue: int) -> None:
        super().__init__(slots, queue)
        self.let_go = threading.Event()
        self.at_work = self.most_at_work = 0

    def _matches(self, password: str, password_hash: str | None) -> bool:
        self.at_work += 1
        self.most_at_work = max(self.most_at_work, self.at_work)
        self.let_go.wait(10)
        self.at_work -= 1
        return True


async def test_beyond_the_queue_callers_are_turned_away() -> None:
    held = Held(slots=2, queue=3)
    waiting = [asyncio.create_task(held.matches("x", None)) for _ in range(5)]
    await asyncio.sleep(0)
    with pytest.raises(TooManyAttempts) as refused:
        await held.matches("x", None)
    assert refused.value.details["retry_after"] == 2
    held.let_go.set()
    assert all(await asyncio.gather(*waiting))
    assert held.most_at_work <= 2
    assert await held.matches("x", None)
    held.close()


async def test_a_caller_who_goes_away_does_not_free_the_place_of_their_work() -> None:
    held = Held(slots=1, queue=0)
    gone = asyncio.create_task(held.matches("x", None))
    await asyncio.sleep(0)
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    with pytest.raises(TooManyAttempts):
        await held.matches("x", None)
    held.let_go.set()
    held.close()
