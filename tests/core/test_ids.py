"""Identifiers: in the order of their making, and never twice."""

import subprocess
import sys
import time
from uuid import RFC_4122

from core.domain.ids import new_id, random_bytes

_FORKING = """
import os
from core.domain.ids import random_bytes
random_bytes(1)
maker = os.fork()
os.write(1, random_bytes(16).hex().encode() + b" ")
if maker:
    os.wait()
"""


def test_an_identifier_is_of_version_7_and_says_when_it_was_made() -> None:
    """Seen to fail with the time in seconds."""
    before = time.time_ns() // 1_000_000
    made = new_id()
    assert (made.version, made.variant) == (7, RFC_4122)
    assert before <= made.int >> 80 <= time.time_ns() // 1_000_000


def test_randomness_is_used_once() -> None:
    """Over many times what is fetched from the system at once. Seen to fail when what was left over was taken for enough."""
    found = [random_bytes(10) for _ in range(5_000)]
    assert {len(one) for one in found} == {10}
    assert len(set(found)) == len(found)


def test_two_processes_do_not_share_randomness() -> None:
    """Seen to fail when a forked process went on with what its maker had fetched."""
    found = subprocess.run([sys.executable, "-c", _FORKING], check=True, capture_output=True, text=True).stdout.split()
    assert len(set(found)) == len(found) == 2
