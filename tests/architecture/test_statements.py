"""What every statement keeps to."""

import re
from pathlib import Path

import adapters.postgres

_HERE = Path(adapters.postgres.__file__).parent
_ASKED_FOR_EACH_ROW = re.compile(r"[<>]=?\s*clock_timestamp\(\)|clock_timestamp\(\)\s*[<>]")


def test_no_row_is_compared_with_a_clock_that_runs_on() -> None:
    """No index is searched for what changes from row to row: all of it is read. `statement_timestamp()` is asked once. Seen to fail with a
    queue that took what was due by `clock_timestamp()`."""
    sources = [path for path in _HERE.rglob("*") if path.suffix in {".py", ".sql"} and "versions" not in path.parts]
    assert sources
    assert [str(path) for path in sources if _ASKED_FOR_EACH_ROW.search(path.read_text("utf-8"))] == []
