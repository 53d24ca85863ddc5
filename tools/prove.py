"""Tries every promise of docs/promises.md in full and writes that page anew. Arguments go to pytest: `--promise B2` tries one.

What takes long and has no bound in seconds is tried two at a time; what has one then has the machine to itself. `--quick` tries
all as `make test` does; `--page` tries nothing and writes the page from what was reached before.
"""

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.proof import promises  # noqa: E402 - found at the project's root
from tools.parts import run_parts  # noqa: E402

_PYTEST = [sys.executable, "-u", "-m", "pytest", "--durations=25"]
_TIMED = ["tests/matrix/test_time_tells_nothing.py", "tests/web/test_speed.py"]
_FOLDERS = ["tests/proof", "tests/matrix", "tests/web"]
BESIDE = {
    "generated requests": [*_PYTEST, "tests/proof/fuzz"],
    "pages": [*_PYTEST, "tests/web", f"--ignore={_TIMED[1]}"],
    "everything else": [*_PYTEST, *(f"--ignore={folder}" for folder in _FOLDERS)],
    "who may do what": [*_PYTEST, "tests/matrix", f"--ignore={_TIMED[0]}"],
}
ALONE = {"faults and load": [*_PYTEST, "tests/proof", "--ignore=tests/proof/fuzz"], "times": [*_PYTEST, *_TIMED]}


def main(arguments: list[str]) -> int:
    """pytest's exit code. Promises of which a test failed stay on the page as they were."""
    code = 0
    if arguments != ["--page"]:
        handed_on = [each for each in arguments if each != "--quick"]
        profile = "full" if handed_on == arguments else "quick"
        with TemporaryDirectory(prefix="pirwa-proved-") as folder:
            os.environ |= {"PIRWA_TEST_PROVE": profile, "PIRWA_TEST_PROVED": folder}
            code = _try(handed_on)
            promises.keep(promises.combined(Path(folder), profile, handed_on))
    promises.PAGE.write_text(promises.page(), encoding="utf-8")
    return code


def _try(arguments: list[str]) -> int:
    if arguments:
        return subprocess.call([*_PYTEST, *arguments], cwd=ROOT)
    os.chdir(ROOT)
    return run_parts((BESIDE, 2), (ALONE, 1))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
