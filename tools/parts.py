"""Runs commands side by side: it is told how far each of them is, and what it said once it has ended.

What pytest counted is summed up over all of them.
"""

import re
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

NO_TESTS = 5  # what pytest ends with where it found none
_PROGRESS = re.compile(r"^[.sFExX]+ +(\[ *\d+%\])$")
_CLOSING = re.compile(r"(\d+) (passed|failed|skipped|errors?|deselected|xfailed|xpassed|warnings?)")
_printing = threading.Lock()


def run_parts(*stages: tuple[Mapping[str, Sequence[str]], int]) -> int:
    """Stages one after the other; of a stage, by their names, so many commands at once. The exit code: that of one which went wrong,
    else 0."""
    started, codes, sums = time.monotonic(), list[int](), Counter[str]()
    for parts, at_once in stages:
        with ThreadPoolExecutor(at_once) as pool:
            for code, closing in pool.map(_run, parts, parts.values()):
                codes.append(code)
                for count, what in _CLOSING.findall(closing):
                    sums[what] += int(count)
    print(", ".join(f"{count} {what}" for what, count in sorted(sums.items())), f"in {time.monotonic() - started:.2f}s")
    return next((code for code in codes if code not in (0, NO_TESTS)), 0)


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
