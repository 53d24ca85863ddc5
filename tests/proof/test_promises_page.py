"""docs/promises.md says what is so: it follows from the promises, the marks of the tests and what was reached."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.proof import promises


def test_the_page_is_as_its_sources_say() -> None:
    """Seen to fail when a promise is reworded. `make prove` writes it anew; so does `.venv/bin/python tools/prove.py --page`."""
    assert promises.PAGE.read_text(encoding="utf-8") == promises.page()


def test_every_promise_is_shown_by_a_test() -> None:
    shown = promises.shown_by()
    assert [each.id for each in promises.promises() if each.id not in shown] == []
    assert set(shown) <= {each.id for each in promises.promises()}


def test_what_several_runs_reached_is_put_together_but_not_where_one_failed(tmp_path: Path) -> None:
    """Seen to fail when what failed in one run was kept for what another had shown."""
    for name, outcome in {
        "1": promises.Outcome(["B1", "B2"], [], {"B1": ["5 of 5"], "B2": ["50 kills"]}),
        "2": promises.Outcome(["B1", "B2", "B3"], ["B2"], {"B1": ["7 of 7"]}),
    }.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(asdict(outcome)), encoding="utf-8")
    reached = promises.combined(tmp_path, "full")
    assert {key: (one.figures, one.profile) for key, one in reached.items()} == {
        "B1": (["5 of 5", "7 of 7"], "full"),
        "B3": (["passes"], "full"),
    }


def test_a_promise_of_which_some_tests_were_tried_beside_another_keeps_its_figures(tmp_path: Path) -> None:
    """Seen to fail with all kept that was tried: a test that shows two promises took the figures of the one that was not asked for."""
    outcome = promises.Outcome(["B11", "S9"], [], {"S9": ["116 MB"]})
    (tmp_path / "1.json").write_text(json.dumps(asdict(outcome)), encoding="utf-8")
    assert promises.combined(tmp_path, "full", ["--promise", "S9"]).keys() == {"S9"}


def test_what_tells_less_takes_the_place_of_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seen to fail when whatever was tried in full was kept: the figures of an hour were lost to a run of minutes."""
    monkeypatch.setattr(promises, "REACHED", tmp_path / "reached.json")
    hour = promises.Reached(["60.0 minutes"], "2026-11-22", "full")
    promises.keep({"B14": hour})
    promises.keep({"B14": promises.Reached(["passes"], "2026-11-23", "full")})
    promises.keep({"B14": promises.Reached(["0.2 minutes"], "2026-11-23", "quick")})
    assert promises.reached() == {"B14": hour}
    longer = promises.Reached(["61.0 minutes"], "2026-11-23", "full")
    promises.keep({"B14": longer})
    assert promises.reached() == {"B14": longer}
