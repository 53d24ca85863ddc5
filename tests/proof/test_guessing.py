"""Guessing passwords: few guesses are heard, whatever their headers say; who owns the account comes in; nobody learns who has one."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from random import Random
from statistics import median
from time import perf_counter_ns
from typing import Any, cast

import httpx
import pytest

from adapters.passwords.argon2id import Argon2Passwords
from apps.settings import Settings
from core.domain.ids import new_id
from tests.apps.edge_world import PASSWORD
from tests.apps.front_door import FrontDoor, front_door
from tests.proof.profile import amount
from tests.proof.ranks import TOO_UNLIKELY, deviations
from tests.proof.recording import Reach
from tests.shop import Shop

pytestmark = [pytest.mark.anyio, pytest.mark.promise("S6")]

GUESSES = amount(400, 10_000)
LIES = 500  # different X-Forwarded-For
ACCOUNTS = amount(3, 20)
ROUNDS = amount(12, 60)
HEARD = 10  # guesses in fifteen minutes
AT_ONCE = 20
NOISE = 0.1  # of the time of an answer, by which medians may differ; on a busy machine more, if chance explains it


@pytest.fixture
async def door(shop: Shop, settings: Settings) -> AsyncIterator[FrontDoor]:
    async with front_door(shop, settings) as door:
        yield door


async def guess(client: httpx.AsyncClient, login: str, number: int) -> int:
    """The status of the answer. Each guess says that it was forwarded for somebody else."""
    lie = f"198.51.{number % LIES // 250}.{number % 250}"
    headers = {"X-Forwarded-For": lie, "Forwarded": f"for={lie}", "X-Real-IP": lie, "User-Agent": f"browser {number}"}
    body = {"login": login, "password": f"wrong guess {number}"}
    return (await client.post("/auth/login", json=body, headers=headers)).status_code


async def in_turns(works: Sequence[Any]) -> list[int]:
    """The results of all, some at once."""
    found: list[int] = []
    for first in range(0, len(works), AT_ONCE):
        found += await asyncio.gather(*works[first : first + AT_ONCE])
    return found


async def test_ten_guesses_are_heard_and_the_owner_of_the_account_still_comes_in(
    door: FrontDoor, reached: Reach
) -> None:
    """From one address on one account, on ever other accounts, and from ever other addresses on one account. Seen to fail for an owner
    whose device is not known."""
    victim = await door.person()
    at_home = door.stranger()
    first = await at_home.post("/auth/login", json={"login": victim.login, "password": PASSWORD, "cookie": True})
    assert first.status_code == 200
    attacker = other_address(door)
    heard = Counter(await in_turns([guess(attacker, victim.login, number) for number in range(GUESSES)]))
    assert heard.keys() == {401, 429}
    assert heard[401] <= HEARD
    scattered = other_address(door)
    elsewhere = Counter(
        await in_turns([guess(scattered, f"user_{new_id().hex}", number) for number in range(GUESSES // 4)])
    )
    assert elsewhere[401] <= HEARD
    many = Counter(await in_turns([guess(other_address(door), victim.login, number) for number in range(GUESSES // 4)]))
    assert many[401] == 0  # the account has had its ten
    again = await at_home.post("/auth/login", json={"login": victim.login, "password": PASSWORD, "cookie": True})
    assert again.status_code == 200
    tried = GUESSES + 2 * (GUESSES // 4)
    reached(
        "S6",
        f"{tried:,} guesses with {LIES} invented addresses: {heard[401]} + {elsewhere[401]} heard, the owner came in meanwhile",
    )


def other_address(door: FrontDoor) -> httpx.AsyncClient:
    """Somebody at an address of their own."""
    number = new_id().int
    peer = ".".join(str(number >> shift & 0xFF) for shift in (0, 8, 16))
    transport = httpx.ASGITransport(cast("Any", door.app), client=(f"11.{peer}", 4711))
    return httpx.AsyncClient(transport=transport, base_url="https://stock.example.org/api/v1")


async def test_an_unknown_account_takes_as_long_and_is_answered_alike(door: FrontDoor, reached: Reach) -> None:
    """Seen to fail with accounts whose hash was cheaper than the one that is made for somebody whom nobody knows."""
    hashed = await Argon2Passwords().hash(PASSWORD)  # as costly as those that people choose
    people = [await door.person(password_hash=hashed) for _ in range(ACCOUNTS)]
    taken: dict[bool, list[int]] = {True: [], False: []}
    answers, chance = set[tuple[Any, ...]](), Random(4)
    for number in range(ROUNDS):
        for known in chance.sample((True, False), 2):
            login = people[number % ACCOUNTS].login if known else f"user_{new_id().hex}"
            client = other_address(door)
            began = perf_counter_ns()
            answer = await client.post("/auth/login", json={"login": login, "password": "wrong guess"})
            taken[known].append(perf_counter_ns() - began)
            steady = {name: value for name, value in answer.headers.items() if name != "x-request-id"}
            body = {name: value for name, value in answer.json().items() if name != "request_id"}
            answers.add((answer.status_code, str(steady), str(body)) if number < HEARD * ACCOUNTS else ())
    assert len(answers - {()}) == 1, answers
    share = median(taken[True]) / median(taken[False]) - 1
    assert abs(share) < NOISE or abs(deviations(taken[True], taken[False])) < TOO_UNLIKELY, share
    reached(
        "S6", f"known and unknown accounts: answers alike to the letter, medians of {ROUNDS} differ by {abs(share):.0%}"
    )
