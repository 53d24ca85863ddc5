"""What is promised, which tests show it, what they reached, and the page that says all that."""

import ast
import json
import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROMISES = Path(__file__).with_name("promises.toml")
REACHED = Path(__file__).with_name("reached.json")
UNMEASURED = ["passes"]
PAGE = ROOT / "docs" / "promises.md"
_WHERE = ("tests/**/test_*.py", "plugins/*/tests/**/test_*.py")
_INTRODUCTION = """# What Pirwa promises

Each promise, the figure it has to reach, what was reached last and in which profile, and the tests that show it. `make test` tries all of
them in the quick one. `make prove` does so in full, up to an hour on two cores, and writes this page anew, as `make prove ARGS=--quick`
does with quick figures where there are no full ones; `make prove ARGS="--promise B2"` tries one. The text of the promises is in
`tests/proof/promises.toml`, what was reached in `tests/proof/reached.json`. Whatever is marked *(in part)* is not wholly shown; the
sentence says what is missing.

| | promise | to reach | reached | on | shown by |
|---|---|---|---|---|---|
"""


@dataclass(frozen=True, slots=True)
class Promise:
    """`missing` says what of it is not shown yet; empty where all is."""

    id: str
    promise: str
    reach: str
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Reached:
    """The figures of the last run, its day (ISO) and its profile."""

    figures: Sequence[str]
    date: str
    profile: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run of pytest found: the promises that tests of it showed, those of which one failed, and what was measured."""

    shown: Sequence[str]
    failed: Sequence[str]
    figures: Mapping[str, Sequence[str]]


def write(folder: Path, outcome: Outcome) -> None:
    """Leaves it for `combined`."""
    (folder / f"{os.getpid()}.json").write_text(json.dumps(asdict(outcome)), encoding="utf-8")


def combined(folder: Path, profile: str, asked: Sequence[str] = ()) -> dict[str, Reached]:
    """What all runs that left their outcome reached together: nothing for a promise of which a test failed in any of them. Where only some
    tests were `asked` for, only the promises named there were tried as a whole."""
    outcomes = [Outcome(**json.loads(path.read_text(encoding="utf-8"))) for path in sorted(folder.glob("*.json"))]
    shown = {key for one in outcomes for key in one.shown}
    failed = {key for one in outcomes for key in one.failed}
    today = datetime.now(UTC).date().isoformat()
    return {
        key: Reached([each for one in outcomes for each in one.figures.get(key, ())] or UNMEASURED, today, profile)
        for key in shown - failed
        if not asked or key in asked
    }


def promises() -> list[Promise]:
    """All promises, in the order of the page."""
    return [Promise(**each) for each in tomllib.loads(PROMISES.read_text(encoding="utf-8"))["promise"]]


def reached() -> dict[str, Reached]:
    """What was reached last, by promise."""
    if not REACHED.exists():
        return {}
    return {key: Reached(**value) for key, value in json.loads(REACHED.read_text(encoding="utf-8")).items()}


def _tells_less(new: Reached, before: Reached) -> bool:
    is_unmeasured = new.figures == UNMEASURED and before.figures != UNMEASURED
    return is_unmeasured or (new.profile, before.profile) == ("quick", "full")


def keep(new: Mapping[str, Reached]) -> None:
    """Adds to what was reached. What was not tried this time stays, and so does what was reached in full where this was quick, and what was
    measured where nothing was this time."""
    merged = reached()
    merged |= {key: each for key, each in new.items() if key not in merged or not _tells_less(each, merged[key])}
    written = {key: asdict(each) for key, each in sorted(merged.items())}
    REACHED.write_text(json.dumps(written, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def shown_by() -> dict[str, list[str]]:
    """The tests of each promise, read from their marks: `tests/proof/test_kills.py::TestClass::test_name`, or a file's name alone where
    the mark is the whole module's."""
    found: dict[str, list[str]] = {}
    for pattern in _WHERE:
        for path in sorted(ROOT.glob(pattern)):
            text = path.read_text(encoding="utf-8")
            if "mark.promise" not in text:
                continue
            name = path.relative_to(ROOT).as_posix()
            for test, key in _marks(ast.parse(text)):
                found.setdefault(key, []).append("::".join((name, *test)))
    return found


def page() -> str:
    """docs/promises.md."""
    tests, figures = shown_by(), reached()
    return _INTRODUCTION + "".join(_row(each, figures.get(each.id), tests.get(each.id, ())) for each in promises())


def _row(promise: Promise, reached: Reached | None, tests: Sequence[str]) -> str:
    missing = f" *(in part)* {promise.missing}" if promise.missing else ""
    figures = "<br>".join(reached.figures) if reached else "passes" if tests else "—"
    links = "<br>".join(f"[`{test.rpartition('/')[2]}`](../{test.partition('::')[0]})" for test in tests) or "—"
    when = f"{reached.date}, {reached.profile}" if reached else ""
    cells = (promise.id, promise.promise + missing, promise.reach, figures, when, links)
    return "| " + " | ".join(cells) + " |\n"


def _marks(module: ast.Module) -> Iterator[tuple[tuple[str, ...], str]]:
    for node in module.body:
        match node:
            case ast.Assign(targets=[ast.Name(id="pytestmark")], value=value):
                yield from (((), key) for key in _keys(value))
            case ast.ClassDef():
                yield from _marks_of(node, ())
                for inner in node.body:
                    if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef):
                        yield from _marks_of(inner, (node.name,))
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield from _marks_of(node, ())


def _marks_of(
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, within: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], str]]:
    for decorator in node.decorator_list:
        yield from (((*within, node.name), key) for key in _keys(decorator))


def _keys(value: ast.expr) -> Iterator[str]:
    for call in ast.walk(value):
        match call:
            case ast.Call(func=ast.Attribute(attr="promise"), args=arguments):
                yield from (
                    each.value for each in arguments if isinstance(each, ast.Constant) and isinstance(each.value, str)
                )
