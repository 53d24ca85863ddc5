"""Finds a Chromium: the one that is named, the system's, Playwright's own, or one from the npm registry."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools import web

VARIABLE = "PIRWA_TEST_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGE = "@sparticuz/chromium@153.0.0"
FOLDER = web.ROOT / ".tools" / "chromium"
# Its package holds the program and the libraries that a small machine lacks, all compressed.
UNPACK = """
import { join } from "node:path";
import chromium, { inflate } from "@sparticuz/chromium";
await chromium.executablePath();
await inflate(join(import.meta.dirname, "node_modules/@sparticuz/chromium/bin/al2023.tar.br"));
"""


@dataclass(frozen=True, slots=True)
class Chromium:
    """A program that starts here, and what it needs around it."""

    path: Path
    environment: dict[str, str]


def find_chromium(playwrights_own: str) -> Chromium:
    """The first that starts. Raises `web.Unavailable` where none can be had."""
    for path in _present(playwrights_own):
        if _starts(found := Chromium(path, dict(os.environ))):
            return found
    return _from_npm()


def _present(playwrights_own: str) -> Iterator[Path]:
    if named := os.environ.get(VARIABLE):
        yield Path(named)
    yield from (Path(path) for name in NAMES if (path := shutil.which(name)))
    yield Path(playwrights_own)


def _from_npm() -> Chromium:
    unpacked = FOLDER / "unpacked"
    if not (unpacked / "chromium").exists():
        _install(unpacked)
    libraries = os.environ | {"LD_LIBRARY_PATH": str(unpacked / "al2023" / "lib")}
    for environment in (dict(os.environ), libraries):
        if _starts(found := Chromium(unpacked / "chromium", environment)):
            return found
    raise web.Unavailable("no Chromium starts on this machine")


def _install(unpacked: Path) -> None:
    unpacked.mkdir(parents=True, exist_ok=True)
    (FOLDER / "package.json").write_text('{"private": true, "type": "module"}', encoding="utf-8")
    (FOLDER / "unpack.js").write_text(UNPACK, encoding="utf-8")
    web.require_registry()
    web.ask_registry(FOLDER, "npm", "install", "--ignore-scripts", "--no-progress", "--no-package-lock", PACKAGE)
    web.run(FOLDER, "node", "unpack.js", TMPDIR=str(unpacked))


def _starts(chromium: Chromium) -> bool:
    try:
        asked = subprocess.run(
            [chromium.path, "--version"], env=chromium.environment, capture_output=True, check=False, timeout=30
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0
