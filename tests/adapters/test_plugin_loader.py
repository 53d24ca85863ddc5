"""Plugins are loaded one by one; one that is broken is put aside with its reason, and Pirwa starts."""

import re
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from adapters.plugin_loader.registry import PluginRegistry, load_plugins
from core.domain.errors import Conflict, Invalid, NotFound
from core.plugin.manifest import admits
from core.ports.failures import Misconfigured
from tests.plugins.installed import HERE, install

BROKEN = ("bad_manifest", "misspelt_hook", "raises_on_import", "wrong_version")

Load = Callable[..., PluginRegistry]


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Load:
    """Loads plugins as if they, and they alone, were installed."""

    def load(*installed: str, allowed: tuple[str, ...] | None = None) -> PluginRegistry:
        for folder in (tmp_path / "more", *install(tmp_path, *installed)):
            monkeypatch.syspath_prepend(folder)
        return load_plugins(allowed if allowed is not None else installed, "0.1.0")

    return load


def test_four_broken_plugins_are_put_aside_and_the_good_one_works(load: Load) -> None:
    registry = load("fake_storefront", *BROKEN)
    faults = {info.id: info.fault or "" for info in registry.all()}
    assert faults.keys() == {"fake_storefront", *BROKEN}
    assert not faults["fake_storefront"]
    assert re.findall(r"/\w+", faults["bad_manifest"]) == ["/colour", "/id", "/title", "/kind", "/core"]
    assert "unknown hook 'register_reaction'" in faults["misspelt_hook"]
    assert faults["raises_on_import"] == "SystemExit: no plugin today"
    assert faults["wrong_version"] == "it works with Pirwa >=900,<901, this is 0.1.0"
    assert registry.storefronts() == {"fake_storefront"}
    assert [one.subscriber for one in registry.subscriptions()] == ["fake_storefront:low_stock_note"]


def test_only_plugins_that_the_operator_names_are_loaded(load: Load) -> None:
    assert load("fake_storefront", allowed=()).all() == []
    registry = load(allowed=("fake_storefront", "no_such_plugin"))
    assert {info.id: info.fault for info in registry.all()} == {
        "fake_storefront": None,
        "no_such_plugin": "it is not installed",
    }


def test_what_requires_a_broken_plugin_is_put_aside_with_it(load: Load, tmp_path: Path) -> None:
    for name, requires in (("first", "wrong_version"), ("second", "first")):
        _write_plugin(tmp_path / "more", name, f'requires = ["{requires}"]')
    registry = load("wrong_version", allowed=("second", "first", "wrong_version"))
    faults = {info.id: info.fault for info in registry.all()}
    assert (faults["first"], faults["second"]) == ("it requires wrong_version", "it requires first")


def test_a_plugin_brings_what_its_manifest_says(load: Load, tmp_path: Path) -> None:
    _write_plugin(tmp_path / "more", "empty_shop", "", kind="storefront")
    _write_plugin(tmp_path / "more", "idle", 'events = ["low_stock"]')
    faults = {info.id: info.fault for info in load(allowed=("empty_shop", "idle")).all()}
    assert faults == {
        "empty_shop": "a plugin of kind storefront cannot register 0 storefronts",
        "idle": "events that its manifest wants go with reactions, and reactions with events",
    }


def test_settings_are_refused_with_every_fault(load: Load) -> None:
    registry, company_id = load("fake_storefront"), uuid4()
    with pytest.raises(Invalid) as refused:
        registry.open("fake_storefront", company_id, {"locations": {}, "color": "green"})
    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [
        ("/settings/color", "unknown"),
        ("/settings/locations", "invalid"),
        ("/settings/folder", "required"),
    ]
    with pytest.raises(Invalid, match="two sites at one location"):
        registry.open("fake_storefront", company_id, {"folder": "x", "locations": {"UIO": "1", "GYE": "1"}})


def test_a_plugin_is_set_to_work_once_for_the_same_settings_of_a_company(load: Load) -> None:
    registry, company_id = load("fake_storefront"), uuid4()
    settings = {"folder": "x", "locations": {"UIO": "main"}}
    at_work = registry.open("fake_storefront", company_id, settings)
    assert at_work.locations == {"UIO": "main"}
    assert registry.open("fake_storefront", company_id, dict(settings)) is at_work
    assert registry.open("fake_storefront", uuid4(), settings) is not at_work
    assert registry.open("fake_storefront", company_id, {**settings, "folder": "y"}) is not at_work


def test_opening_says_why_it_cannot(load: Load, tmp_path: Path) -> None:
    for name, factory in (("clumsy", "lambda context: 1 / 0"), ("rude", "lambda context: exit()")):
        _write_plugin(tmp_path / "more", name, 'events = ["low_stock"]', body=_STUMBLES.format(factory=factory))
    registry = load("wrong_version", allowed=("wrong_version", "clumsy", "rude"))
    with pytest.raises(Conflict, match="works with Pirwa >=900"):
        registry.open("wrong_version", uuid4(), {})
    with pytest.raises(NotFound):
        registry.open("no_such_plugin", uuid4(), {})
    for name, reason in (("clumsy", "ZeroDivisionError"), ("rude", "SystemExit")):
        with pytest.raises(Misconfigured, match=reason):
            registry.open(name, uuid4(), {})


@pytest.mark.parametrize(
    ("version_range", "version", "admitted"),
    [
        (">=0.1", "0.1.0", True),
        (">=0.1.0", "0.1", True),
        (">=0.1,<0.3", "0.3.0", False),
        (">=0.1, <0.3", "0.2.9", True),
        ("<0.10", "0.9", True),
        (">=1", "1.0.0rc1", True),
    ],
)
def test_version_ranges(version_range: str, version: str, admitted: bool) -> None:
    assert admits(version_range, version) is admitted


def test_each_plugin_of_the_tests_has_a_project_of_its_own() -> None:
    assert {path.parent.name for path in HERE.glob("*/pyproject.toml")} == {
        "chat_folder",
        "fake_storefront",
        "fake_supplier",
        "mail_folder",
        "hostile",
        "hooked",
        "sms_folder",
        *BROKEN,
    }


_STUMBLES = """
from core.plugin.hookspecs import hookimpl
from core.plugin.settings import PluginSettings

@hookimpl
def register_reactions(register):
    register("stumble", PluginSettings, {factory})
"""


def _write_plugin(site: Path, name: str, more: str, kind: str = "subscriber", body: str = "") -> None:
    package, metadata = site / name, site / f"{name}-1.0.dist-info"
    package.mkdir(parents=True)
    metadata.mkdir()
    (package / "__init__.py").write_text("")
    (package / "plugin.py").write_text(body)
    (package / "manifest.toml").write_text(
        f'id = "{name}"\ntitle = "{name}"\nkind = "{kind}"\ncore = ">=0.1"\n{more}\n'
    )
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(f"[pirwa.plugins]\n{name} = {name}.plugin\n")
