"""The pages about plugins are true and complete."""

import re
from pathlib import Path

import pytest

from core.plugin import hookspecs
from core.testing.conformance.quality import RULES

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "plugins"
PLUGINS = (*sorted((ROOT / "plugins").glob("*/src")), *sorted((ROOT / "apps/cli/plugin_template").glob("*/src")))
HOOKS = sorted(name for name, hook in vars(hookspecs).items() if hasattr(hook, f"{hookspecs.PROJECT}_spec"))


def test_there_are_hooks() -> None:
    assert "register_storefronts" in HOOKS


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_is_documented_with_an_example_and_used_by_a_plugin(hook: str) -> None:
    """Seen to fail with the section of a hook taken out of the page."""
    sections = re.split(r"^## ", (PAGES / "hooks.md").read_text("utf-8"), flags=re.MULTILINE)
    assert [section.split()[0] for section in sections].count(hook) == 1
    assert f"def {hook}(" in (PAGES / "hooks.md").read_text("utf-8")
    users = [
        path for folder in PLUGINS for path in folder.rglob("plugin.py") if f"def {hook}(" in path.read_text("utf-8")
    ]
    assert users


def test_every_rule_of_quality_is_documented_in_its_words() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.+) \|$", (PAGES / "quality.md").read_text("utf-8"), flags=re.MULTILINE)
    assert dict(rows) == dict(RULES)


@pytest.mark.parametrize("page", sorted(PAGES.glob("*.md")), ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([\w./-]+\.md)\)", page.read_text("utf-8"))
    assert [link for link in links if not (page.parent / link).is_file()] == []
