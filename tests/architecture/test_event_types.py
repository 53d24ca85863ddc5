"""Whoever wants events finds all their types in one place, core/domain/event_types.py.

Seen to fail with a type taken out of it that a command names, with one that a statement names, and with one too many.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

from core.domain.event_types import EVENT_TYPES

ROOT = Path(__file__).parents[2]
_WRITTEN = re.compile(r"INSERT INTO outbox_event\b.{0,600}", re.DOTALL)
_FROM_LEDGER = re.compile(r"FUNCTION ledger_event_type.*?;", re.DOTALL)
_SUBJECTS = frozenset({"purchase_order", "report_schedule"})
_WORD = re.compile(r"'([a-z_]+)'")
_QUOTED = re.compile(r"['\"]([a-z]+(?:_[a-z]+)+)['\"]")


def test_every_type_of_event_that_is_written_is_known() -> None:
    assert {*_from_commands(), *_from_statements()} - EVENT_TYPES == set()


def test_every_type_that_is_known_stands_somewhere_else_too() -> None:
    sources = [path for path in _sources("*.py", "*.sql") if path.name != "event_types.py"]
    named = {word for path in sources for word in _QUOTED.findall(path.read_text("utf-8"))}
    assert EVENT_TYPES - named == set()


def _from_commands() -> Iterator[str]:
    """What is given to `events.append`, and to functions of ours as their `event`."""
    trees = [ast.parse(path.read_text("utf-8")) for path in _sources("*.py")]
    places: defaultdict[str, set[int]] = defaultdict(set, append={0})
    for node in (node for tree in trees for node in ast.walk(tree)):
        if isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef):
            places[node.name] |= {place for place, each in enumerate(node.args.args) if each.arg == "event"}
    for call in (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)):
        is_append = isinstance(call.func, ast.Attribute) and call.func.attr == "append"
        if is_append and "events" not in ast.unparse(call.func):
            continue
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        for argument in (one for place, one in enumerate(call.args) if place in places[name]):
            yield from _texts(argument)


def _texts(argument: ast.expr) -> Iterator[str]:
    """The texts that an argument can be."""
    match argument:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp(body=one, orelse=other):
            yield from _texts(one)
            yield from _texts(other)


def _from_statements() -> Iterator[str]:
    """The words before that for the subject, which has no underscore or is known by name."""
    for path in _sources("*.py", "*.sql"):
        text = path.read_text("utf-8")
        for statement in _WRITTEN.findall(text):
            words = takewhile(lambda word: "_" in word and word not in _SUBJECTS, _WORD.findall(statement))
            yield from (word for word in words if not word.endswith("_"))
        for function in _FROM_LEDGER.findall(text):
            yield from re.findall(r"THEN '([a-z_]+)'", function)


def _sources(*patterns: str) -> list[Path]:
    return [
        path
        for folder in ("core", "adapters", "apps")
        for pattern in patterns
        for path in sorted((ROOT / folder).rglob(pattern))
    ]
