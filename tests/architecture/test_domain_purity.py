"""The domain stands on the standard library alone."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import core.domain

DOMAIN = Path(core.domain.__file__ or "").parent


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_the_domain_imports_the_standard_library_and_itself() -> None:
    strangers = {
        f"{path.name}: {name}"
        for path in DOMAIN.rglob("*.py")
        for name in imported(path)
        if name.split(".")[0] not in sys.stdlib_module_names and not name.startswith("core.domain")
    }
    assert strangers == set()
