"""Whether a plugin is fit: all checks, and its own tests."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from xml.etree.ElementTree import Element

import msgspec
from defusedxml.ElementTree import parse

from core.plugin.manifest import GROUP
from core.testing.conformance.checks import CHECKS, examine
from core.testing.conformance.project import (
    PROJECT_FILE,
    NoPlugin,
    PluginProject,
    environment_with,
    project_around,
    read_project,
)

TESTS = "tests"
_CHECKED_ABOVE = "test_it_passes_the_check"


class Fault(msgspec.Struct, frozen=True):
    """What one check, or the plugin's `tests`, found."""

    check: str
    fault: str


class Verdict(msgspec.Struct, frozen=True):
    """A plugin without faults is fit. The numbers are those of its tests."""

    plugin: str
    version: str
    faults: Sequence[Fault]
    passed: int = 0
    failed: int = 0
    skipped: int = 0


def verdict_on(wanted: str) -> Verdict:
    """Looks at the plugin in a folder, or at an installed one of this name whose sources are here. Raises NoPlugin."""
    project = _find(wanted)
    examined = examine(project)
    faults = [Fault(check, fault) for check in CHECKS for fault in examined.faults(check)]
    with tempfile.TemporaryDirectory(prefix="pirwa-plugin") as place:
        ended, cases = _tested(project, Path(place))
    failed = [case for case in cases if _failure(case) is not None]
    skipped = sum(case.find("skipped") is not None for case in cases)
    faults += [Fault(TESTS, line) for line in _lines(failed, ended, bool(cases))]
    version = str(project.metadata.get("version", ""))
    return Verdict(project.id, version, faults, len(cases) - len(failed) - skipped, len(failed), skipped)


def _find(wanted: str) -> PluginProject:
    if (Path(wanted) / PROJECT_FILE).is_file() or os.sep in wanted or wanted == ".":
        return read_project(Path(wanted))
    point = next(iter(entry_points(group=GROUP, name=wanted)), None)
    if point is None:
        raise NoPlugin(f"{wanted} is neither a folder with a {PROJECT_FILE} nor the name of an installed plugin")
    spec = find_spec(point.module.partition(".")[0])
    if spec is None or spec.origin is None:
        raise NoPlugin(f"the code of {wanted} is not where its installation says")
    try:
        return project_around(Path(spec.origin))
    except NoPlugin:
        raise NoPlugin(f"{wanted} is installed without its sources: give the folder of its project") from None


def _tested(project: PluginProject, place: Path) -> tuple[str, list[Element]]:
    """Runs its tests. Returns the last line that was said, and every test that was run."""
    folders = [] if project.installed() else project.install(place / "site")
    report = place / "report.xml"
    if find_spec("pytest") is None:
        return "pytest is not installed", []
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}", str(project.tests)],
        capture_output=True,
        text=True,
        check=False,
        cwd=project.folder,
        env=environment_with(folders),
    )
    said = [line for line in (ran.stdout + ran.stderr).splitlines() if line.strip()]
    cases = list(parse(report).iter("testcase")) if report.is_file() else []
    return (said or [f"pytest ended with {ran.returncode}"])[-1], cases


def _failure(case: Element) -> Element | None:
    return next((found for kind in ("failure", "error") if (found := case.find(kind)) is not None), None)


def _lines(failed: Sequence[Element], ended: str, ran: bool) -> Iterator[str]:
    if not ran:
        yield f"no test was run: {ended}"
    for case in failed:
        failure, name = _failure(case), case.get("name", "")
        if failure is not None and not name.startswith(_CHECKED_ABOVE):
            message = (failure.get("message") or failure.text or "").strip().splitlines() or [""]
            yield f"{case.get('classname', '')}.{name}: {message[0]}"
