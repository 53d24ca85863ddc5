"""Folders of tests."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def short_folder() -> Iterator[Path]:
    """An empty folder, with a name that is short enough for sockets in it. The database's own user gets into it: for root, Pirwa would else
    keep the database in a place that outlives the test."""
    with tempfile.TemporaryDirectory(prefix="pw", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        yield Path(name)
