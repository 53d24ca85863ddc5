"""Tries every promise of docs/promises.md in full and writes that page anew. Arguments go to pytest: `--promise B2` tries one.

`--quick` tries them as `make test` does; `--page` tries nothing and writes the page from what was reached before.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TESTS_FAILED = 1  # what pytest ends with where some did
sys.path.insert(0, str(ROOT))

from tests.proof import promises  # noqa: E402 - found at the project's root


def main(arguments: list[str]) -> int:
    """pytest's exit code. Promises of which a test failed stay on the page as they were."""
    code = 0
    if arguments != ["--page"]:
        profile = "quick" if "--quick" in arguments else "full"
        handed_on = [each for each in arguments if each != "--quick"]
        environment = {**os.environ, "PIRWA_TEST_PROVE": profile}
        command = [sys.executable, "-u", "-m", "pytest", "--durations=25", *handed_on]
        code = subprocess.call(command, env=environment, cwd=ROOT)
    if code in (0, TESTS_FAILED):
        promises.PAGE.write_text(promises.page(), encoding="utf-8")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
