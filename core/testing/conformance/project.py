"""A plugin as its author has it: a folder with a `pyproject.toml`, sources and tests."""

import ast
import os
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from core.plugin.manifest import FILE_NAME, GROUP

PROJECT_FILE = "pyproject.toml"


class NoPlugin(Exception):
    """Why a folder holds no plugin that could be looked at."""


@dataclass(frozen=True)
class PluginProject:
    """`id` is the name of its entry point, `module` what that leads to, `package` the folder of its code."""

    folder: Path
    id: str
    module: str
    package: Path
    metadata: Mapping[str, Any]

    @property
    def tests(self) -> Path:
        return self.folder / "tests"

    @property
    def manifest(self) -> Mapping[str, Any]:
        """What the manifest says, sound or not; nothing where it cannot be read."""
        try:
            return tomllib.loads((self.package / FILE_NAME).read_text("utf-8"))
        except (OSError, ValueError):
            return {}

    @cached_property
    def sources(self) -> Mapping[Path, ast.Module]:
        """Its code, read and not run. Raises NoPlugin for what is no Python."""
        return dict(_parsed(self.package))

    @cached_property
    def suites(self) -> Mapping[Path, ast.Module]:
        """Its tests."""
        return dict(_parsed(self.tests))

    def install(self, site: Path) -> Sequence[Path]:
        """Writes into `site` what an editable installation would. Returns the folders that belong on the import path."""
        name, version = self.metadata["name"], self.metadata.get("version", "0")
        info = site / f"{name.replace('-', '_')}-{version}.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", "utf-8")
        (info / "entry_points.txt").write_text(f"[{GROUP}]\n{self.id} = {self.module}\n", "utf-8")
        return [site, self.package.parent]

    def installed(self) -> EntryPoint | None:
        """Where it is installed in this Python. Raises NoPlugin where that is another copy of it."""
        found = next(iter(entry_points(group=GROUP, name=self.id)), None)
        if found is None:
            return None
        spec = find_spec(found.module.partition(".")[0])
        folders = [Path(folder).resolve() for folder in (spec.submodule_search_locations or ())] if spec else []
        if self.package.resolve() not in folders:
            raise NoPlugin(f"another copy of {self.id} is installed in this Python")
        return found


def environment_with(folders: Iterable[Path]) -> dict[str, str]:
    """The environment of another Python that finds what this one finds, and what lies in these folders."""
    path = [*map(str, folders), *filter(None, sys.path)]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path)}


def read_project(folder: Path) -> PluginProject:
    """The plugin in this folder. Raises NoPlugin."""
    folder = folder.resolve()
    file = folder / PROJECT_FILE
    try:
        metadata = tomllib.loads(file.read_text("utf-8"))["project"]
        ((plugin_id, module),) = metadata["entry-points"][GROUP].items()
    except OSError:
        raise NoPlugin(f"{folder} holds no {PROJECT_FILE}") from None
    except tomllib.TOMLDecodeError as error:
        raise NoPlugin(f"{file} is no TOML: {error}") from None
    except (KeyError, ValueError):
        raise NoPlugin(f'{file} names no plugin: it wants [project.entry-points."{GROUP}"] with one line') from None
    root = module.partition(".")[0]
    for package in (folder / "src" / root, folder / root):
        if package.is_dir():
            return PluginProject(folder, plugin_id, module, package, metadata)
    raise NoPlugin(f"{folder} holds no src/{root}")


def project_around(path: Path) -> PluginProject:
    """The plugin in whose folder something lies. Raises NoPlugin."""
    for folder in path.resolve().parents:
        if (folder / PROJECT_FILE).is_file():
            return read_project(folder)
    raise NoPlugin(f"{path} lies in no folder with a {PROJECT_FILE}")


def _parsed(folder: Path) -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(folder.rglob("*.py")):
        try:
            yield path, ast.parse(path.read_text("utf-8"))
        except SyntaxError as error:
            raise NoPlugin(f"{path}, line {error.lineno}: {error.msg}") from None
