"""The sources of the web application stand up to the tools of their own kind, and know the API as it is."""

from pathlib import Path

import pytest

from tools import web

APP = web.APP
LINTER = web.TOOLS / "node_modules" / "oxlint" / "bin" / "oxlint"
COMPILER = APP / "node_modules" / "typescript" / "bin" / "tsc"
RUNNER = APP / "node_modules" / "vitest" / "vitest.mjs"


def passes(*command: str | Path) -> None:
    """Fails with what the program has against the sources."""
    said = ""
    try:
        web.run(APP, "node", *map(str, command))
    except web.Failed as failure:
        said = str(failure)
    if said:
        pytest.fail(said, pytrace=False)


def test_the_types_are_those_of_the_present_api(tools: Path, tmp_path: Path) -> None:
    """Seen to fail when a member was added to an answer. `make apitypes` writes them anew."""
    fresh = tmp_path / "schema.d.ts"
    web.write_api_types(fresh)
    same = fresh.read_text("utf-8") == web.SCHEMA.read_text("utf-8")
    assert same, "the API has changed: run `make apitypes`"


@pytest.mark.usefixtures("tools")
def test_the_linter_has_nothing_against_them() -> None:
    passes(LINTER, "--config", ".oxlintrc.json", "--format", "unix", ".")


@pytest.mark.usefixtures("packages")
def test_their_types_agree() -> None:
    passes(COMPILER, "--noEmit")


@pytest.mark.usefixtures("packages")
def test_their_own_tests_pass() -> None:
    passes(RUNNER, "run")
