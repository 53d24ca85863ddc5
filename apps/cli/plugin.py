"""`pirwa plugin`: those that are installed, a new one, and whether one is fit."""

import argparse
import logging
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec

from apps.cli.errors import CommandError

DEFAULT_KINDS = {
    "ecommerce": "storefront",
    "sms": "message_sender",
    "email": "mail_sender",
    "supplier": "supplier_ordering",
    "chat": "notification_channel",
}
KINDS = ("storefront", "message_sender", "mail_sender", "supplier_ordering", "notification_channel", "subscriber")


class KnownPlugin(msgspec.Struct):
    """A plugin, and what became of it here: `loaded`, `quarantined` because of `reason`, or only `installed`."""

    id: str
    title: str
    kind: str
    version: str
    state: str
    reason: str | None = None


def register(commands: Any) -> None:
    plugin = commands.add_parser("plugin", help="list, make and check plugins").add_subparsers(required=True)
    listing = plugin.add_parser("list", help="the plugins that are installed, and those that PIRWA_PLUGINS names")
    listing.add_argument("--json", action="store_true", help="print them as JSON")
    listing.set_defaults(run=run_list)
    new = plugin.add_parser("new", help="make a plugin that works, to begin with")
    new.add_argument("id", help="what it is called, such as ecommerce_andes")
    new.add_argument("--kind", choices=KINDS, help="what it is for (by its name, or else a storefront)")
    new.add_argument("--folder", type=Path, metavar="DIR", help="where to put it (default ./ID)")
    new.set_defaults(run=run_new)
    check = plugin.add_parser("check", help="say what is wrong with a plugin; exit 1 if anything is")
    check.add_argument("plugin", nargs="?", default=".", help="its folder, or the name of one that is installed")
    check.add_argument("--json", action="store_true", help="print the result as JSON")
    check.set_defaults(run=run_check)


def run_list(options: argparse.Namespace) -> None:
    known = sorted(_known(), key=lambda plugin: plugin.id)
    if options.json:
        print(msgspec.json.encode(known).decode())
        return
    for plugin in known:
        state = f"{plugin.state}: {plugin.reason}" if plugin.reason else plugin.state
        print(f"{plugin.id:24} {plugin.version or '-':10} {state}")
    if any(plugin.state == "installed" for plugin in known):
        print("What is only installed is loaded once PIRWA_PLUGINS names it.", file=sys.stderr)


def _known() -> Iterator[KnownPlugin]:
    """No code runs but that of plugins that the operator has named."""
    from adapters.plugin_loader.installed import installed_plugins
    from adapters.plugin_loader.registry import load_plugins
    from apps.cli.place import settings

    named = settings().plugins
    logging.disable(logging.WARNING)  # the reason is said below
    loaded = load_plugins(named, version("pirwa")).all()
    logging.disable(logging.NOTSET)
    for info in loaded:
        state = "quarantined" if info.fault else "loaded"
        yield KnownPlugin(info.id, info.title, info.kind, info.version, state, info.fault)
    for point in installed_plugins():
        if point.name not in named:
            yield KnownPlugin(point.name, "", "", point.dist.version if point.dist else "", "installed")


def run_new(options: argparse.Namespace) -> None:
    from apps.cli.plugin_making import make_plugin, words_for_the_workspace

    kind = options.kind or DEFAULT_KINDS.get(options.id.partition("_")[0], "storefront")
    folder = options.folder or Path(options.id)
    make_plugin(options.id, kind, folder)
    print(f"{folder} is a {kind.replace('_', ' ')} that works. Next:")
    print(f"  cd {folder}\n  python -m pip install --editable .\n  python -m pytest\n  pirwa plugin check")
    for line in words_for_the_workspace(options.id, folder):
        print(line)


def run_check(options: argparse.Namespace) -> int:
    from core.testing.conformance.project import NoPlugin
    from core.testing.conformance.verdict import verdict_on

    try:
        verdict = verdict_on(options.plugin)
    except NoPlugin as error:
        raise CommandError(str(error)) from None
    if options.json:
        print(msgspec.json.encode(verdict).decode())
    else:
        for fault in verdict.faults:
            print(f"{fault.check}: {fault.fault}")
        tests = f"{verdict.passed} tests passed, {verdict.failed} failed, {verdict.skipped} skipped"
        print(f"{verdict.plugin} {verdict.version}: {'not fit' if verdict.faults else 'fit'} ({tests}).")
    return 1 if verdict.faults else 0
