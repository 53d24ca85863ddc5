"""What every plugin does, whatever it is for. Its suite subclasses the contract and gives an example of its settings."""

import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import pytest

from core.testing.conformance.checks import CHECKS, Examined, examine
from core.testing.conformance.project import project_around


class PluginContract:
    """Subclass it in a module below the plugin's folder and give `settings`: an example of valid ones, with all its secrets."""

    settings: ClassVar[Mapping[str, object]] = {}
    secrets: ClassVar[tuple[str, ...]] = ()
    """What else of the settings is secret, beside the fields of type `Secret`."""

    @pytest.fixture(scope="class")
    @classmethod
    def examined(cls) -> Examined:
        """The plugin around the module of the subclass, loaded and set to work in a process of its own."""
        return examine(project_around(Path(inspect.getfile(cls))), cls.settings)

    @pytest.mark.parametrize("check", CHECKS)
    def test_it_passes_the_check(self, examined: Examined, check: str) -> None:
        assert examined.faults(check) == []

    def test_it_can_be_set_to_work_with_the_settings_of_the_example(self, examined: Examined) -> None:
        assert examined.seen.refused is None
        assert examined.seen.shown

    def test_no_object_of_it_shows_a_secret(self, examined: Examined) -> None:
        fields = {one.name for one in examined.seen.settings if one.secret}
        given = {str(self.settings[name]) for name in fields if self.settings.get(name)}
        assert fields == {name for name in fields if self.settings.get(name)}, "the example lacks a secret"
        showing = {
            what for what, text in examined.seen.shown.items() for secret in (*given, *self.secrets) if secret in text
        }
        assert showing == set()
