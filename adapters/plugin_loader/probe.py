"""A program that loads one plugin and tells what it saw, for the tests of plugins: `python -m adapters.plugin_loader.probe ID`.

On its standard input it gets settings to set the plugin to work with, or null. The last line that it writes is JSON.
"""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import entry_points, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec

import core
from adapters.plugin_loader.loading import LoadedPlugin
from adapters.plugin_loader.registry import PluginRegistry, load_plugins
from core.domain.errors import DomainError
from core.plugin.manifest import GROUP
from core.plugin.settings import secret_fields, settings_schema
from core.ports.failures import PortFailure

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_APPEND | os.O_CREAT
_DEEDS = (
    *("socket.", "subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn", "_thread.start", "ctypes.dlopen"),
    *("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate", "shutil.", "sqlite3."),
)
KINDS = ("storefront", "message_sender", "mail_sender", "supplier_ordering", "notification_channel", "webhooks")
_CODE = (".py", ".pyc", ".so", ".pyd")


class Watch:
    """Notes what this process does to the world while it is on."""

    def __init__(self, plugin_id: str) -> None:
        self.is_on = False
        self.seen: list[str] = []
        roots = (*_packages(plugin_id), *core.__path__, sys.prefix, sys.base_prefix, "/usr/share/zoneinfo")
        self._readable = tuple(str(Path(root).resolve()) + os.sep for root in roots)
        sys.addaudithook(self._note)

    def taken(self) -> list[str]:
        """What was noted since the last time."""
        seen, self.seen = list(dict.fromkeys(self.seen)), []
        return seen

    def _note(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.is_on:
            return
        if event == "open":
            self._note_file(*arguments)
        elif event.startswith(_DEEDS):
            self.seen.append(event)

    def _note_file(self, path: object, mode: str | None, flags: int) -> None:
        if not isinstance(path, str | bytes):
            return
        name = os.fsdecode(path)
        if flags & _WRITES:
            self.seen.append(f"writes {name}")
        elif (
            not name.endswith(_CODE)
            and ".dist-info" not in name
            and not os.path.realpath(name).startswith(self._readable)
        ):
            self.seen.append(f"reads {name}")


def main(plugin_id: str, others: Sequence[str], given: Mapping[str, object] | None) -> dict[str, object]:
    """Loads the plugin beside the others and sets it to work. Returns what `core.testing.conformance.probing.Seen` is made of."""
    watch = Watch(plugin_id)
    watch.is_on = True
    registry = load_plugins([plugin_id, *others], version("pirwa"))
    watch.is_on = False
    told: dict[str, object] = {"deeds": watch.taken()}
    plugin = registry.loaded(plugin_id)
    if plugin is None:
        return {**told, "fault": next(info.fault for info in registry.all() if info.id == plugin_id)}
    told |= {
        "registered": [kind for kind, _ in _registered(plugin)],
        "settings": [setting for kind, type_ in _registered(plugin) for setting in _settings(kind, type_)],
        "subscribers_are_its_own": all(one.plugins == frozenset({plugin_id}) for one in registry.subscriptions()),
    }
    if given is not None:
        watch.is_on = True
        told |= _at_work(registry, plugin_id, given)
        watch.is_on = False
        told["made"] = watch.taken()
    return told


def _packages(plugin_id: str) -> Iterator[str]:
    """The folders of the plugin's own code."""
    for point in entry_points(group=GROUP, name=plugin_id):
        spec = find_spec(point.module.partition(".")[0])
        yield from (spec.submodule_search_locations or ()) if spec else ()


def _registered(plugin: LoadedPlugin) -> Iterator[tuple[str, type[msgspec.Struct]]]:
    """What it registers, by kind, with the type of its settings."""
    for kind in KINDS:
        if registration := getattr(plugin, kind):
            yield kind, registration.settings
    for name, registration in plugin.reactions.items():
        yield f"reaction {name}", registration.settings


def _settings(of: str, kind: type[msgspec.Struct]) -> Iterator[dict[str, object]]:
    secrets = secret_fields(kind)
    for name, form in settings_schema(kind)["properties"].items():
        yield {"of": of, "name": name, "title": form.get("title", ""), "secret": name in secrets}


def _at_work(registry: PluginRegistry, plugin_id: str, given: Mapping[str, object]) -> dict[str, object]:
    try:
        at_work = registry.open(plugin_id, uuid4(), given, "token")
    except DomainError as error:
        return {"refused": "; ".join(f"{fault.pointer}: {fault.detail}" for fault in error.faults) or str(error)}
    except PortFailure as error:
        return {"refused": str(error)}
    made = {name: getattr(at_work, name) for name in at_work.__slots__}
    parts = {**made.pop("reactions"), **made, "locations": None}
    shown = {name: part for name, part in parts.items() if part is not None}
    inner = {f"{name}.{one}": value for name, part in shown.items() for one, value in _objects_in(part)}
    return {"shown": {name: repr(part) for name, part in {**shown, **inner}.items()}}


def _objects_in(part: object) -> list[tuple[str, object]]:
    """What it is made of, without bare texts, numbers and lists: those are shown nowhere by themselves."""
    attributes = vars(part).items() if hasattr(part, "__dict__") else ()
    return [(name, value) for name, value in attributes if type(value).__module__ != "builtins"]


if __name__ == "__main__":
    answer = main(sys.argv[1], sys.argv[2:], msgspec.json.decode(sys.stdin.buffer.read()))
    print()
    print(msgspec.json.encode(answer).decode())
