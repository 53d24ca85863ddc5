"""Passwords as Argon2id hashes, made by few threads so that guessing cannot take the machine's memory and cores."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from adapters.passwords.guessing import strength_of
from core.domain.password_policy import Strength, normal
from core.domain.throttling import TooManyAttempts

Answer = TypeVar("Answer")

MEMORY = 19_456  # KiB for each hash
PASSES = 2
SLOTS = 2  # hashes at a time
QUEUE = 50  # that may wait


class Argon2Passwords:
    """Hashes and weighs in a few threads of its own; beyond `slots` at work and `queue` waiting, callers are turned away."""

    def __init__(self, slots: int = SLOTS, queue: int = QUEUE) -> None:
        self._hasher = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY, parallelism=1)
        self._nobodys_hash = self._hasher.hash("")
        self._threads = ThreadPoolExecutor(slots, thread_name_prefix="passwords")
        self._room = slots + queue

    async def hash(self, password: str) -> str:
        return await self._in_turn(lambda: self._hasher.hash(normal(password)))

    async def matches(self, password: str, password_hash: str | None) -> bool:
        return await self._in_turn(lambda: self._matches(normal(password), password_hash))

    async def strength(self, password: str, known: Sequence[str]) -> Strength:
        return await self._in_turn(lambda: strength_of(normal(password), known))

    def close(self) -> None:
        """Ends the threads; what waits is dropped."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _matches(self, password: str, password_hash: str | None) -> bool:
        try:
            if password_hash is None:
                self._hasher.verify(self._nobodys_hash, password)
                return False
            return self._hasher.verify(password_hash, password)
        except VerificationError:
            return False
        except InvalidHashError:
            return self._matches(password, None)

    async def _in_turn(self, work: Callable[[], Answer]) -> Answer:
        if self._room == 0:
            raise TooManyAttempts(
                "too_many_requests", "too many passwords are being checked", details={"retry_after": 2}
            )
        self._room -= 1
        done = asyncio.get_running_loop().run_in_executor(self._threads, work)
        done.add_done_callback(self._leave)
        # A caller who goes away must not free the place of work that goes on.
        return await asyncio.shield(done)

    def _leave(self, _: object) -> None:
        self._room += 1
