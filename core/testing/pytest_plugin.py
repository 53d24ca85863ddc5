"""Fixtures for suites of plugins: pytest finds them wherever Pirwa is installed."""

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from core.testing.clock import HandClock
from core.testing.http_tape import Player, Recorder, Tape
from core.testing.live_http import LiveHttp
from core.testing.plugin_context import plugin_context as _plugin_context

RECORD = "PIRWA_RECORD_TAPES"

pytest.register_assert_rewrite("core.testing.contracts")


@pytest.fixture
def clock() -> HandClock:
    """The clock of the test's plugins: it stands still until the test turns it."""
    return HandClock()


@pytest.fixture
def plugin_context(clock: HandClock) -> Callable[..., Any]:
    """Makes what a plugin is given: `plugin_context(settings, http)`, at the time of `clock`."""
    return lambda settings, http=None: _plugin_context(settings, http, clock)


@pytest.fixture
def http_tape(request: pytest.FixtureRequest) -> Iterator[Callable[..., Player | Recorder]]:
    """Makes an HTTP client that replays `tapes/<name>.json` beside the test, and demands all of it: `http_tape("orders", secrets)`.

    With PIRWA_RECORD_TAPES=1 in the environment it asks the real server and writes the tape anew.
    """
    players: list[Player] = []

    def tape(name: str, secrets: Sequence[str] = ()) -> Player | Recorder:
        file = Tape(Path(request.path).parent / "tapes" / f"{name}.json", secrets)
        if os.environ.get(RECORD):
            return file.recorder(LiveHttp())
        players.append(file.player())
        return players[-1]

    yield tape
    for player in players:
        player.assert_finished()
