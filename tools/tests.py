"""Runs the tests in parts and checks the types, two at a time, because each of them leaves a good deal of two cores idle.

Arguments go to pytest, and then it is one run of it alone.
"""

import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools.parts import run_parts

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


def main(arguments: list[str]) -> int:
    """The exit code: that of a run which went wrong, else 0."""
    return subprocess.call([*_PYTEST, *arguments]) if arguments else run_parts((PARTS, AT_ONCE))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
