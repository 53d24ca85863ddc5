"""The world of the authorisation matrix, which every request finds as it was built, and the judge of its answers."""

import pytest

from tests.matrix.conftest import pytest_configure  # noqa: F401 - a hook of pytest's
from tests.matrix.served import Served
from tests.proof.fuzz.conforming import Judge


@pytest.fixture(scope="session")
def judge(served: Served) -> Judge:
    """Compares answers with the document as it is served."""
    return Judge.of(served.app)
