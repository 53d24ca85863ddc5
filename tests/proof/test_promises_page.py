"""docs/promises.md says what is so: it follows from the promises, the marks of the tests and what was reached."""

from tests.proof import promises


def test_the_page_is_as_its_sources_say() -> None:
    """Seen to fail when a promise is reworded. `make prove` writes it anew; so does `.venv/bin/python tools/prove.py --page`."""
    assert promises.PAGE.read_text(encoding="utf-8") == promises.page()


def test_every_promise_is_shown_by_a_test() -> None:
    shown = promises.shown_by()
    assert [each.id for each in promises.promises() if each.id not in shown] == []
    assert set(shown) <= {each.id for each in promises.promises()}
