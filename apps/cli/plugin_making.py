"""Making a new plugin from the template of its kind."""

import re
from collections.abc import Iterator
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from apps.cli.errors import CommandError
from core.domain.errors import Invalid
from core.plugin.manifest import read_manifest

TEMPLATES = Path(__file__).parent / "plugin_template"
COMMON = "common"
ID = "new_plugin"
RANGE = '">=0.1,<1"'
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


def make_plugin(plugin_id: str, kind: str, folder: Path) -> None:
    """Writes a plugin of this kind into a folder that does not exist yet. Raises CommandError."""
    _require_name(plugin_id, kind)
    if folder.exists():
        raise CommandError(f"{folder} exists already")
    words = _words(plugin_id)
    for template in (TEMPLATES / COMMON, TEMPLATES / kind):
        for path in sorted(template.rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                target = folder / _renamed(path.relative_to(template), plugin_id)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(_filled(path.read_text("utf-8"), words), "utf-8")


def _renamed(path: Path, plugin_id: str) -> str:
    """Where a file of a template goes. No tool must take the template itself for a project."""
    return str(path).replace(ID, plugin_id).replace(".template", "")


def _require_name(plugin_id: str, kind: str) -> None:
    try:
        read_manifest(f'id = "{plugin_id}"\ntitle = "x"\nkind = "{kind}"\ncore = ">=0"')
        fits = _NAME.fullmatch(plugin_id) is not None
    except (Invalid, ValueError):
        fits = False
    if not fits:
        raise CommandError("a plugin's name has small letters, digits and single underscores, such as ecommerce_andes")
    if find_spec(plugin_id) is not None:
        raise CommandError(f"there is a module {plugin_id} already: choose another name")


def _words(plugin_id: str) -> dict[str, str]:
    """What stands in the template, and what takes its place."""
    major, minor = (int(part) for part in version("pirwa").split(".")[:2])
    title = plugin_id.replace("_", " ").capitalize()
    return {
        "new-plugin": plugin_id.replace("_", "-"),
        ID: plugin_id,
        "New plugin": title,
        RANGE: f'">={major}.{minor},<{major}.{minor + 3}"',
    }


def _filled(text: str, words: dict[str, str]) -> str:
    for word, replacement in words.items():
        text = text.replace(word, replacement)
    return text


def words_for_the_workspace(plugin_id: str, folder: Path) -> Iterator[str]:
    """What else is to do for a plugin in Pirwa's own repository."""
    workspace = folder.resolve().parents[1] / "pyproject.toml"
    if folder.resolve().parent.name != "plugins" or not workspace.is_file():
        return
    if 'name = "pirwa"' in workspace.read_text("utf-8"):
        yield "As it lies in Pirwa's own repository, name it in pyproject.toml: in `mypy_path` of [tool.mypy], and in"
        yield f"`root_packages`, `layers` and `source_modules` of [tool.importlinter], as {plugin_id}; then run `uv lock`."
