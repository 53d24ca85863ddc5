"""The checks that every plugin passes, whatever it is for. Each says in plain lines what is wrong."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import entry_points

from core.plugin.manifest import GROUP
from core.testing.conformance.code import host_faults, import_faults, suite_faults
from core.testing.conformance.probing import Seen, probe
from core.testing.conformance.project import PluginProject
from core.testing.conformance.quality import links, quality_faults

SHORTEST_README = 200  # letters
_SECRET = re.compile(r"(^|_)(tokens?|secrets?|passwords?|passphrase|credentials?|api_key|private_key|signing_key)(_|$)")


@dataclass(frozen=True)
class Examined:
    """A plugin, and what was seen of it when it was loaded."""

    project: PluginProject
    seen: Seen

    def faults(self, check: str) -> list[str]:
        """What one check finds. A plugin that cannot be loaded fails that check alone of those that need it loaded."""
        return sorted(set(CHECKS[check](self)))


def examine(project: PluginProject, settings: Mapping[str, object] | None = None) -> Examined:
    """Loads it in a process of its own; with settings, sets it to work there. Raises NoPlugin."""
    return Examined(project, probe(project, settings))


def _loads(examined: Examined) -> Iterator[str]:
    if examined.seen.fault:
        yield examined.seen.fault


def _settings(examined: Examined) -> Iterator[str]:
    for one in examined.seen.settings:
        if not one.title:
            yield f"the setting {one.name} has no title (one that may be missing: Annotated[… | None, Meta(title=…)])"
        if not one.secret and _SECRET.search(one.name):
            yield f"the setting {one.name} looks like a secret and is no `Secret`"


def _imports(examined: Examined) -> Iterator[str]:
    project = examined.project
    allowed = {project.id, *project.manifest.get("requires", ())}
    others = [point.module.partition(".")[0] for point in entry_points(group=GROUP) if point.name not in allowed]
    yield from import_faults(project, others)


def _quiet(examined: Examined) -> Iterator[str]:
    yield from (f"while it is imported: {deed}" for deed in examined.seen.deeds)
    yield from (f"while it is set to work: {deed}" for deed in examined.seen.made)


def _silent_when_off(examined: Examined) -> Iterator[str]:
    if not examined.seen.subscribers_are_its_own:
        yield "its reactions would hear of companies that have not switched it on"


def _hosts(examined: Examined) -> Iterator[str]:
    yield from host_faults(examined.project, links(examined.project.folder))


def _quality(examined: Examined) -> Iterator[str]:
    yield from quality_faults(examined.project.folder)


def _files(examined: Examined) -> Iterator[str]:
    folder, package = examined.project.folder, examined.project.package
    readme = folder / "README.md"
    if not readme.is_file():
        yield "there is no README.md"
    elif len(readme.read_text("utf-8")) < SHORTEST_README:
        yield "README.md says next to nothing"
    if not (folder / "CHANGELOG.md").is_file():
        yield "there is no CHANGELOG.md"
    if not (package / "py.typed").is_file():
        yield f"there is no {(package / 'py.typed').relative_to(folder)}"
    if not any(str(need).startswith("pirwa") for need in examined.project.metadata.get("dependencies", ())):
        yield "its pyproject.toml does not say that it depends on pirwa"


def _suites(examined: Examined) -> Iterator[str]:
    yield from suite_faults(examined.project, has_webhooks="webhooks" in examined.seen.registered)


Check = Callable[[Examined], Iterator[str]]

CHECKS: Mapping[str, Check] = {
    "loads": _loads,
    "settings": _settings,
    "imports": _imports,
    "hosts": _hosts,
    "quiet": _quiet,
    "silent when off": _silent_when_off,
    "quality": _quality,
    "files": _files,
    "suites": _suites,
}
