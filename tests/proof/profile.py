"""How thoroughly the promises are tried: quick in `make test`, full in `make prove`."""

import os
from typing import TypeVar

Figure = TypeVar("Figure")

PROFILE = os.environ.get("PIRWA_TEST_PROVE", "")
"""`full` or `quick` where the promises alone are tried and what they reach is kept; else empty."""
PROVED = os.environ.get("PIRWA_TEST_PROVED", "")
"""The folder where a run writes what became of the promises, if anybody wants to know."""
FULL = PROFILE == "full"


def amount(quick: Figure, full: Figure) -> Figure:
    """The figure of the profile that is running."""
    return full if FULL else quick
