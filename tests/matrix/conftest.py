"""The world of the matrix."""

import pytest

from tests.matrix import fixtures


def pytest_configure(config: pytest.Config) -> None:
    """What the fixtures build is built once, for the tests of this folder and for all others who ask for it."""
    if not config.pluginmanager.has_plugin(fixtures.__name__):
        config.pluginmanager.register(fixtures, fixtures.__name__)
