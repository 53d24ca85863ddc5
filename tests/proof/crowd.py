"""Processes that act at once: each runs the same coroutine of a module, with a number of its own, and tells what happened to it.

Runs as a process of its own that imports what is needed once and then forks: `python -m tests.proof.crowd module:coroutine 8 folder {}`.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any, TypeAlias

from tests.proof.promises import ROOT

Tell: TypeAlias = Callable[[Any], None]
Act: TypeAlias = Callable[[int, Mapping[str, Any], Tell], Awaitable[None]]


class Crowd:
    """What the members of a crowd told, once they have ended."""

    def __init__(self, process: "subprocess.Popen[bytes]", folder: Path, size: int) -> None:
        self._process, self._folder, self._size = process, folder, size

    async def end_within(self, seconds: float) -> bool:
        """Whether all have ended, at once or before this time is over."""
        try:
            await asyncio.to_thread(self._process.wait, seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    async def told(self) -> list[list[Any]]:
        """What each told, in its order. Raises when one of them failed."""
        status = await asyncio.to_thread(self._process.wait)
        assert status == 0, "a member of the crowd failed: see the standard error"
        return [self.so_far(number) for number in range(self._size)]

    def so_far(self, number: int) -> list[Any]:
        """What this member has told by now."""
        file = self._folder / f"{number}.jsonl"
        text = file.read_text() if file.exists() else ""
        return [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]


@asynccontextmanager
async def crowd(folder: Path, act: str, size: int, **arguments: Any) -> AsyncIterator[Crowd]:
    """A crowd at work, killed if it still is in the end."""
    command = (sys.executable, "-m", "tests.proof.crowd", act, str(size), str(folder), json.dumps(arguments))
    process = subprocess.Popen(command, cwd=ROOT, start_new_session=True)  # noqa: ASYNC220 - it begins at once
    try:
        yield Crowd(process, folder, size)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


async def told_by(folder: Path, act: str, size: int, **arguments: Any) -> list[list[Any]]:
    """What each member of a crowd told."""
    async with crowd(folder, act, size, **arguments) as members:
        return await members.told()


def main(act: str, size: str, folder: str, arguments: str) -> int:
    module, _, name = act.partition(":")
    coroutine: Act = getattr(import_module(module), name)
    members = [_fork(coroutine, number, Path(folder), json.loads(arguments)) for number in range(int(size))]
    return max(os.waitstatus_to_exitcode(os.waitpid(member, 0)[1]) != 0 for member in members)


def _fork(act: Act, number: int, folder: Path, arguments: Mapping[str, Any]) -> int:
    if member := os.fork():
        return member
    try:
        with (folder / f"{number}.jsonl").open("w", buffering=1) as log:
            asyncio.run(_act(act, number, arguments, lambda told: print(json.dumps(told), file=log)))
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


async def _act(act: Act, number: int, arguments: Mapping[str, Any], tell: Tell) -> None:
    await act(number, arguments, tell)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
