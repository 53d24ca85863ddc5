"""Makes the plugins in this folder importable and discoverable, as an editable installation does, without installing them."""

import tomllib
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).parent


def install(site: Path, *names: str) -> Sequence[Path]:
    """Writes the metadata of the named plugins into `site`. Returns the folders that belong on the import path."""
    for name in names:
        project = tomllib.loads((HERE / name / "pyproject.toml").read_text("utf-8"))["project"]
        metadata = site / f"{project['name']}-{project['version']}.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n", "utf-8"
        )
        (metadata / "entry_points.txt").write_text(_entry_points(project["entry-points"]), "utf-8")
    return [site, *(HERE / name / "src" for name in names)]


def _entry_points(groups: dict[str, dict[str, str]]) -> str:
    lines = [line for group, points in groups.items() for line in (f"[{group}]", *_assignments(points))]
    return "\n".join(lines) + "\n"


def _assignments(points: dict[str, str]) -> list[str]:
    return [f"{name} = {target}" for name, target in points.items()]
