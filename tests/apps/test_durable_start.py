"""Whoever would serve from a database that forgets in a crash what it has said is done is told so, in one line, and does not start."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.apps.command_line import as_url
from tests.proof.set_up import PATIENCE, PIRWA
from tests.unsafe_database import unsafe

pytestmark = pytest.mark.promise("B2")


@pytest.mark.parametrize("command", ["serve", "up", "worker"])
def test_it_does_not_start(command: str, database_url: str, tmp_path: Path) -> None:
    """Seen to fail for each of them where it did not ask: it served."""
    given = {
        "PIRWA_DATA": str(tmp_path / "data"),
        "PIRWA_PORT": "0",
        "PIRWA_DATABASE_URL": as_url(unsafe(database_url)),
        "PIRWA_REDIS_URL": "redis://127.0.0.1:1",
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PIRWA_")}
    done = subprocess.run(
        [*PIRWA, command], env={**kept, **given}, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("pirwa: the database would lose in a crash what it has said is done, because ")
    assert "synchronous_commit" in done.stderr
    assert done.stderr.count("\n") == 1
