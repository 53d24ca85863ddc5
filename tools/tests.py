"""Runs the tests in parts and checks the types, two at a time, because each of them leaves a good deal of two cores idle.

While they run, it is told how far each part is; what a part said is shown when it has ended, and the last line sums up all of them.
Arguments go to pytest, and then it is one run of it alone.
"""

import re
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

AT_ONCE = 2
_PYTEST = [sys.executable, "-u", "-m", "pytest"]
_PART = [*_PYTEST, "--durations=12"]
_FOLDERS = ["tests/apps", "tests/web", "tests/proof", "tests/adapters", "tests/matrix"]
PARTS = {  # the longest first, so that the two end at about the same time
    "applications": [*_PART, "tests/apps"],
    "in the browser": [*_PART, "tests/web"],
    "promises": [*_PART, "tests/proof"],
    "everything else": [*_PART, *(f"--ignore={folder}" for folder in _FOLDERS)],
    "adapters": [*_PART, "tests/adapters"],
    "who may do what": [*_PART, "tests/matrix"],
    "types": [str(Path(sys.executable).with_name("mypy"))],
}
NO_TESTS = 5  # what pytest ends with where it found none
_PROGRESS = re.compile(r"^[.sFExX]+ +(\[ *\d+%\])$")
_CLOSING = re.compile(r"(\d+) (passed|failed|skipped|errors?|deselected|xfailed|xpassed|warnings?)")
_printing = threading.Lock()


def main(arguments: list[str]) -> int:
    """The exit code: that of a run which went wrong, else 0."""
    if arguments:
        return subprocess.call([*_PYTEST, *arguments])
    started = time.monotonic()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        ends = list(pool.map(_run, PARTS, PARTS.values()))
    sums = Counter[str]()
    for _, closing in ends:
        for count, what in _CLOSING.findall(closing):
            sums[what] += int(count)
    print(", ".join(f"{count} {what}" for what, count in sorted(sums.items())), f"in {time.monotonic() - started:.2f}s")
    return next((code for code, _ in ends if code not in (0, NO_TESTS)), 0)


def _run(part: str, command: Sequence[str]) -> tuple[int, str]:
    """The exit code of the part and its closing line."""
    said = ["\n"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as run:
        for line in run.stdout or ():
            said.append(line)
            if found := _PROGRESS.match(line):
                _tell(f"{found[1]} {part}\n")
    _tell(f"\n{part[0].upper()}{part[1:]}:{''.join(said)}")
    return run.returncode, said[-1]


def _tell(text: str) -> None:
    with _printing:
        print(text, end="", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
