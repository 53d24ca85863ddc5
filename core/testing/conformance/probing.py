"""Loading a plugin in a process of its own, and what was seen of it there."""

import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from core.testing.conformance.project import PluginProject, environment_with

PROBE = "adapters.plugin_loader.probe"
SECONDS = 60


class Setting(msgspec.Struct, frozen=True):
    """A field of the settings of what is registered as `of`."""

    of: str
    name: str
    title: str
    secret: bool


class Seen(msgspec.Struct, frozen=True):
    """`fault` says why it was not loaded, `refused` why it could not be set to work with the settings that were given. `deeds` is
    what it did while it was imported, `made` what it did as it was set to work, `shown` how its objects print themselves, by what they are."""

    fault: str | None = None
    refused: str | None = None
    registered: Sequence[str] = ()
    settings: Sequence[Setting] = ()
    subscribers_are_its_own: bool = True
    deeds: Sequence[str] = ()
    made: Sequence[str] = ()
    shown: Mapping[str, str] = msgspec.field(default_factory=dict)


def probe(project: PluginProject, settings: Mapping[str, object] | None = None) -> Seen:
    """Loads it through the loader that Pirwa uses, from its folder where it is not installed; with settings, sets it to work too. Raises
    NoPlugin where another copy is installed."""
    with tempfile.TemporaryDirectory(prefix="pirwa-plugin") as site:
        folders = [] if project.installed() else project.install(Path(site) / "site")
        try:
            answer = subprocess.run(
                [sys.executable, "-B", "-P", "-m", PROBE, project.id, *project.manifest.get("requires", ())],
                input=msgspec.json.encode(settings),
                capture_output=True,
                timeout=SECONDS,
                check=False,
                cwd=site,
                env=environment_with(folders),
            )
        except subprocess.TimeoutExpired:
            return Seen(fault=f"it was not loaded within {SECONDS} seconds")
    try:
        return msgspec.json.decode(answer.stdout.splitlines()[-1], type=Seen)
    except (IndexError, msgspec.DecodeError):
        words = answer.stderr.decode(errors="replace").strip().splitlines()
        return Seen(fault=f"the process that loaded it ended with {answer.returncode}: {(words or ['no word'])[-1]}")
