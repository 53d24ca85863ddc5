"""Whatever the API refuses has words in the languages of the application, so that nobody reads a code or another language.

The codes are those of the sources: of what is raised there, and of the statements by which the database refuses. Seen to fail
without the words for codes of commands, of faults that a helper makes, and of statements.
"""

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

from adapters.postgres.constraints import _CONFLICTS
from apps.http import body_faults, errors
from core.domain.notification_reach import Obstacle
from core.domain.replenishment import Reason

ROOT = Path(__file__).parents[2]
LOCALES = ROOT / "apps" / "web" / "src" / "locales"
LANGUAGES = ("en", "es")

# Where the code stands among the arguments: of refusals, and of single faults.
_REFUSALS = {
    "Invalid": 0,
    "NotFound": 0,
    "Conflict": 0,
    "Forbidden": 0,
    "Unauthenticated": 0,
    "StaleVersion": 0,
    "Busy": 0,
    "TooManyAttempts": 0,
    "DomainError": 0,
    "refuse_if": 1,
    "RequestRefused": 1,
}
_FAULTS = {"Fault": 1, "Unreadable": 0}
# Codes that are put together where they are raised.
_PUT_TOGETHER = {
    "{}_not_found": {"api_key", "company", "location", "membership", "oauth_client", "role", "site"},
    "invitation_{}": {"accepted", "expired", "revoked"},
}
# What may have to be done before anything else.
_RESTRICTIONS = {"password_change_required"}
# Programs alone meet these: the shell, and the token endpoint of OAuth, which answers in a form of its own.
_OF_PROGRAMS = ("apps/cli/", "core/testing/")
# A code and the sentence beside it. What triggers are for stands beside columns, and is no sentence.
_IN_STATEMENTS = re.compile(
    r"'([a-z]+(?:_[a-z]+)*)',\s+'(?!INSERT |UPDATE |DELETE )[^'\n]* [^'\n]*'\s*(?:\)|\|\||FROM|$)", re.MULTILINE
)
_NO_CODE = {"detail"}
_NAMED_IN_STATEMENTS = re.compile(r"'code', '([a-z_]+)'")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_has_words(language: str) -> None:
    words = _words(language)
    assert sorted(_refusals() - words.keys()) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fault_has_words(language: str) -> None:
    words = _words(language)["fault"]
    assert isinstance(words, dict)
    assert sorted(_faults() - words.keys()) == []


def test_what_is_put_together_is_known() -> None:
    templates = {_template(text) for text in _written(_REFUSALS | _FAULTS) if isinstance(text, ast.JoinedStr)}
    assert templates == _PUT_TOGETHER.keys()


def _words(language: str) -> dict[str, object]:
    words: dict[str, object] = json.loads((LOCALES / language / "errors.json").read_text("utf-8"))
    return words


def _refusals() -> set[str]:
    together = {each.format(part) for each, parts in _PUT_TOGETHER.items() for part in parts}
    ruled = {code for code, _ in _CONFLICTS.values()} | {*errors._CODES.values()}
    return together | ruled | _RESTRICTIONS | {text for node in _written(_REFUSALS) for text in _texts(node)}


def _faults() -> set[str]:
    ruled = {code for _, code in body_faults._CODES} | {one.value for one in (*Obstacle, *Reason)}
    written = {text for node in _written(_FAULTS) for text in _texts(node)}
    return (ruled | written | {*_refused_by_statements()}) - _NO_CODE


def _written(kinds: dict[str, int]) -> Iterator[ast.expr]:
    """What is given as the code to these, and to functions of ours that hand theirs on to them."""
    sources = _read()
    makers = dict(kinds) | {one.name: 0 for one in sources.classes if _is_kind_of(one, kinds)}
    while more := dict(_makers(sources.functions, makers)):
        makers |= more
    for call in sources.calls:
        if (name := _name(call.func)) in makers and (code := _argument(call, makers[name])) is not None:
            yield code


@dataclass
class Sources:
    calls: list[ast.Call] = field(default_factory=list)
    classes: list[ast.ClassDef] = field(default_factory=list)
    functions: list[ast.FunctionDef | ast.AsyncFunctionDef] = field(default_factory=list)


@cache
def _read() -> Sources:
    """Every call and class of the product, and the functions that take a code."""
    sources = Sources()
    for path in _sources("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                sources.calls.append(node)
            elif isinstance(node, ast.ClassDef):
                sources.classes.append(node)
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and "code" in _parameters(node):
                sources.functions.append(node)
    return sources


def _makers(
    functions: list[ast.FunctionDef | ast.AsyncFunctionDef], known: dict[str, int]
) -> Iterator[tuple[str, int]]:
    """Functions that were not known to hand their code on."""
    for node in functions:
        if node.name not in known:
            calls = [each for each in ast.walk(node) if isinstance(each, ast.Call) and _name(each.func) in known]
            given = [_argument(each, known[_name(each.func)]) for each in calls]
            if any(isinstance(each, ast.Name) and each.id == "code" for each in given):
                yield node.name, _parameters(node).index("code")


def _parameters(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    return [each.arg for each in node.args.args if each.arg != "self"]


def _is_kind_of(defined: ast.ClassDef, kinds: dict[str, int]) -> bool:
    own = defined.name in ("RequestRefused", "GrantRefused")
    return not own and any(isinstance(base, ast.Name) and base.id in kinds for base in defined.bases)


def _argument(call: ast.Call, place: int) -> ast.expr | None:
    if place < len(call.args):
        return call.args[place]
    return next((each.value for each in call.keywords if each.arg == "code"), None)


def _name(called: ast.expr) -> str:
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")


def _texts(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp(body=one, orelse=other):
            yield from _texts(one)
            yield from _texts(other)


def _template(text: ast.JoinedStr) -> str:
    return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in text.values)


def _refused_by_statements() -> Iterator[str]:
    """A code and the sentence beside it."""
    for path in [*_sources("*.sql"), *(path for path in _sources("*.py") if "postgres" in path.parts)]:
        if "migrations" not in path.parts:
            text = path.read_text("utf-8")
            if path.suffix == ".sql" or "AS f(" in text:
                yield from _IN_STATEMENTS.findall(text)
                yield from _NAMED_IN_STATEMENTS.findall(text)


def _sources(pattern: str) -> list[Path]:
    folders = (ROOT / "core", ROOT / "adapters", ROOT / "apps" / "http", ROOT / "apps" / "ioc")
    found = (path for folder in folders for path in sorted(folder.rglob(pattern)))
    return [path for path in found if not path.relative_to(ROOT).as_posix().startswith(_OF_PROGRAMS)]
