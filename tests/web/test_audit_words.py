"""Whatever the audit trail can say of somebody has words in the languages of the application, and can be searched for.

What is written stands in the sources: the acts in the port, what they are done to in the triggers and in the notes. Seen to fail
without the word for what the owner of the platform does.
"""

import json
import re
from pathlib import Path

import pytest

from core.ports.audit import AuditAction

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "apps" / "web" / "src"
TRIGGERS = ROOT / "adapters" / "postgres" / "functions" / "audit_triggers.sql"
LANGUAGES = ("en", "es")
CHANGES = {"created", "changed", "deleted"}

_NOTED = re.compile(r"audit_note\((%s|'(?P<action>\w+)'), '(?P<subject>\w+)'")
_RECORDED = re.compile(r"\('(\w+)', '[\w,]+'")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_act_that_can_be_written_has_a_word(language: str) -> None:
    assert sorted(_acts() - _words(language)["action"].keys()) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_acts_are_done_to_has_a_word(language: str) -> None:
    assert sorted(_subjects() - _words(language)["subject"].keys()) == []


def test_the_trail_can_be_searched_for_every_act() -> None:
    offered = re.search(
        r"ACTIONS = \[(.*?)\]", (SOURCES / "features" / "audit" / "entry.ts").read_text("utf-8"), re.DOTALL
    )
    assert offered is not None
    assert set(re.findall(r'"(\w+)"', offered[1])) == _acts()


def test_the_sources_are_read_as_they_are_written() -> None:
    """Were the statements written otherwise, the tests above would find nothing to complain of."""
    assert {"product", "company", "reorder_policy", "app_user", "request"} <= _subjects()
    assert {"acted"} <= {found["action"] for found in _notes()}


def _acts() -> set[str]:
    return CHANGES | {one.value for one in AuditAction} | {found["action"] for found in _notes() if found["action"]}


def _subjects() -> set[str]:
    recorded = set(_RECORDED.findall(TRIGGERS.read_text("utf-8")))
    return recorded | {found["subject"] for found in _notes()}


def _notes() -> list[re.Match[str]]:
    sources = (path.read_text("utf-8") for path in sorted((ROOT / "adapters" / "postgres").rglob("*.py")))
    return [found for text in sources for found in _NOTED.finditer(text)]


def _words(language: str) -> dict[str, dict[str, str]]:
    words: dict[str, dict[str, str]] = json.loads((SOURCES / "locales" / language / "audit.json").read_text("utf-8"))
    return words
