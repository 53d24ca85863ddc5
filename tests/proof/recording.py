"""The pytest side of the promises: which tests a run takes, and what they reached."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from tests.proof import promises
from tests.proof.profile import FULL, PROFILE, PROVED

_FIGURES = pytest.StashKey[dict[str, list[str]]]()
Reach: TypeAlias = Callable[[str, str], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--promise", action="append", default=[], metavar="ID", help="only the tests of this promise (again for more)"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what is for the full profile only, and where the promises are tried, or some are named, whatever shows none (of them)."""
    wanted = set[str](config.getoption("--promise"))

    def taken(item: pytest.Item) -> bool:
        shows = {key for mark in item.iter_markers("promise") for key in mark.args}
        is_long = item.get_closest_marker("long") is not None
        if is_long and not FULL:
            return False
        return bool(shows & wanted) if wanted else bool(shows) or is_long or not PROFILE

    left_out = [item for item in items if not taken(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if taken(item)]


@pytest.fixture
def reached(pytestconfig: pytest.Config) -> Reach:
    """`reached("B2", "50 kills, 0 lost")`: what the test measured for the promise, told in the summary and kept where the promises are tried."""

    def say(promise: str, figure: str) -> None:
        pytestconfig.stash.setdefault(_FIGURES, dict[str, list[str]]()).setdefault(promise, []).append(figure)

    return say


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, exitstatus: pytest.ExitCode, config: pytest.Config
) -> None:
    figures = config.stash.get(_FIGURES, dict[str, list[str]]())
    for key, said in sorted(figures.items()):
        for figure in said:
            terminalreporter.write_line(f"{key}: {figure}")
    if PROVED:
        passed, failed = _promises(terminalreporter, "passed"), _promises(terminalreporter, "failed", "error")
        promises.write(Path(PROVED), promises.Outcome(sorted(passed), sorted(failed), figures))


def _promises(terminalreporter: pytest.TerminalReporter, *outcomes: str) -> set[str]:
    """Those of the tests that ended so."""
    reports = [item for outcome in outcomes for item in terminalreporter.getreports(outcome)]
    return {key for item in reports for key in dict(item.user_properties).get("promises", ())}


def pytest_runtest_setup(item: pytest.Item) -> None:
    item.user_properties.append(("promises", [key for mark in item.iter_markers("promise") for key in mark.args]))
