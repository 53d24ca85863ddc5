"""Each bundled plugin is known to every tool that looks at the code."""

import tomllib
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PLUGINS = sorted(file.parent.name for file in (ROOT / "plugins").glob("*/pyproject.toml"))


def test_there_are_plugins() -> None:
    assert PLUGINS == ["ecommerce_shopify", "ecommerce_vendure", "email_sendgrid", "sms_twilio"]


@pytest.mark.parametrize("plugin", PLUGINS)
def test_a_plugin_is_installed_typed_and_held_to_the_rules_of_imports(plugin: str) -> None:
    """Seen to fail with one of them taken out of each list."""
    tools = PROJECT["tool"]
    contracts = tools["importlinter"]["contracts"]
    assert f"$MYPY_CONFIG_FILE_DIR/plugins/{plugin}/src" in tools["mypy"]["mypy_path"]
    assert plugin in tools["importlinter"]["root_packages"]
    assert plugin in contracts[0]["layers"][0].split(" | ")
    assert plugin in contracts[1]["source_modules"]
    assert [point.module for point in entry_points(group="pirwa.plugins", name=plugin)] == [f"{plugin}.plugin"]


def test_nothing_of_a_plugin_is_shipped_with_pirwa() -> None:
    assert PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"] == ["core", "adapters", "apps"]
    assert not [need for need in PROJECT["project"]["dependencies"] if need.startswith("pirwa")]


def test_the_lock_knows_each_plugin() -> None:
    lock = tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))
    members = {package["name"] for package in lock["package"] if "editable" in package["source"]}
    assert members == {"pirwa", *(f"pirwa-{plugin.replace('_', '-')}" for plugin in PLUGINS)}
