"""Pages of the documentation as programs: what they tell their readers to do is done, in the order in which it is told."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SECONDS = 240
_BLOCK = re.compile(r"^```(.+?)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def run_page(page: Path, folder: Path, database: str, replacing: Mapping[str, str] | None = None) -> str:
    """Runs all blocks of a page in a folder; `pirwa` works on this empty database. Returns what was said.

    `sh` is run, `sh background` goes on beside the rest, `diff` is applied, `python FILE` is added to that file; other blocks are shown only
    (`json`, `text`). The ports of the page are replaced by free ones.
    """
    if missing := [tool for tool in ("bash", "curl", "git") if shutil.which(tool) is None]:
        pytest.skip(f"the page wants {', '.join(missing)}")
    text = page.read_text("utf-8")
    for old, new in (replacing or {}).items():
        assert old in text
        text = text.replace(old, new)
    port, other = _free_port(), _free_port()
    program = _program(text).replace("127.0.0.1:8000", f"127.0.0.1:{port}").replace("8090", other)
    return _run(program, folder, _environment(folder, database, port))


def _program(page: str) -> str:
    lines = ["set -euo pipefail"]
    for info, body in _BLOCK.findall(page):
        match info.split():
            case ["sh"]:
                lines += [body]
            case ["sh", "background"]:
                lines += [f"{body.strip()} > background-{len(lines)}.log 2>&1 &"]
            case ["diff"]:
                lines += ["git apply --whitespace=nowarn - <<'END'", body + "END"]
            case ["python", file]:
                lines += [f"cat >> {file} <<'END'", body + "END"]
            case ["json" | "text"]:
                pass
            case _:
                raise AssertionError(f"nobody knows what to do with {info}")
    return "\n".join(lines)


def _environment(folder: Path, database: str, port: str) -> dict[str, str]:
    programs = folder / "bin"
    programs.mkdir()
    starters = {"python": "", "pirwa": "-c 'import sys; from apps.cli.main import main; sys.exit(main())'"}
    for name, words in starters.items():
        (programs / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {words} "$@"\n')
        (programs / name).chmod(0o755)
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("PIRWA_")},
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "PIRWA_DATABASE_URL": database,
        "PIRWA_DATA": str(folder / "data"),
        "PIRWA_PORT": port,
    }


def _run(program: str, folder: Path, environment: dict[str, str]) -> str:
    """What a program says, which may take its time but must end well. Nothing that it started outlives it."""
    with subprocess.Popen(
        ["bash", "-c", program],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        ending = threading.Timer(SECONDS, os.killpg, (process.pid, signal.SIGKILL))
        ending.start()
        try:
            told, _ = process.communicate()
        finally:
            ending.cancel()
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    logs = "".join(f"{log.name}: {log.read_text()}" for log in folder.rglob("background-*.log"))
    assert process.returncode == 0, told + logs
    return told


def _free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])
