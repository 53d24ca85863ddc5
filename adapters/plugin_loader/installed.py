"""Which plugins are there to be named, without running any code of theirs."""

from importlib.metadata import EntryPoint, entry_points

from core.plugin.manifest import GROUP


def installed_plugins() -> list[EntryPoint]:
    """The entry points of all plugins in this Python, by id."""
    return sorted(entry_points(group=GROUP), key=lambda point: point.name)
