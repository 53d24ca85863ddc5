"""Files that were made to hurt take a bounded part of the machine, and are refused.

Seen to fail with workbooks read by openpyxl (gigabytes and more than a minute for most of them), without the bound of a table's records
(450 MB), of a workbook's names (390 and 600 MB) and of its sheets (taken for sound), with all of a markup's first tag however long, and with pictures that are scaled to more than twice the wanted size.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.proof import bombs
from tests.proof.profile import amount
from tests.proof.recording import Reach

ROOT = Path(__file__).resolve().parents[2]
SIZE = amount(1_500_000, 48_000_000)
"""Bytes that a bomb unpacks to: 50 MB is the most that is ever read of a sheet."""
MOST_MEGABYTES, MOST_SECONDS = 150, 5.0
_SOUND = {"int", "str", "Picture"}
# Large or odd, and sound all the same; whatever else there is has to be refused.
_MAY_BE_SOUND = {
    "open tags",
    "a workbook that unpacks",
    *(name for name in bombs.PICTURES if name.startswith(("a large", "many pixels", "pixels of"))),
}


@pytest.mark.promise("S9")
@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="memory is measured where Linux tells it")
@pytest.mark.parametrize("kind", bombs.ALL)
def test_a_bomb_takes_little_memory_and_time(kind: str, tmp_path: Path, reached: Reach) -> None:
    for name, bomb in bombs.ALL[kind].items():
        (tmp_path / name).write_bytes(bomb(SIZE))
    command = [sys.executable, "-m", "tests.proof.bombs", kind, str(tmp_path)]
    told = json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, check=True, timeout=280).stdout)
    assert {one["name"] for one in told} == set(bombs.ALL[kind])
    assert [one for one in told if one["megabytes"] > MOST_MEGABYTES or one["seconds"] > MOST_SECONDS] == []
    taken = {one["name"] for one in told if one["answer"] in _SOUND}
    assert taken <= _MAY_BE_SOUND or SIZE < bombs.LARGE
    most, slowest = max(one["megabytes"] for one in told), max(one["seconds"] for one in told)
    reached("S9", f"{len(told)} bombs among {kind}: at most {most} MB and {slowest:.1f} s of the processor")
