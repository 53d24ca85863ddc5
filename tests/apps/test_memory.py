"""What a process keeps of the memory that it has used, tried in a process of its own."""

import subprocess
import sys

_HASHING = """
import threading
import psutil
from argon2 import PasswordHasher
from adapters.passwords.argon2id import MEMORY, PASSES
from apps.memory import give_back_large_pieces

give_back_large_pieces()
hasher, process = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY, parallelism=1), psutil.Process()
before = process.memory_info().rss
for _ in range(3):
    thread = threading.Thread(target=hasher.hash, args=("secret",))
    thread.start()
    thread.join()
print((process.memory_info().rss - before) / 2**20)
"""


def test_a_process_that_has_hashed_passwords_is_no_larger_for_it() -> None:
    """Seen to fail, with 19 MB, when the C library was left to itself."""
    told = subprocess.run([sys.executable, "-c", _HASHING], capture_output=True, text=True, check=True)
    assert float(told.stdout) < 5
