"""What plugins build on: none works without those that it requires."""

from collections.abc import Collection, Iterator, Sequence

from core.domain.access import Actor
from core.domain.errors import Conflict
from core.ports.plugins import InstallationReport, Installations, InstallationState, Plugins


async def see_to_required(
    plugins: Plugins, installations: Installations, actor: Actor, plugin_id: str, *, with_required: bool
) -> list[str]:
    """The plugins that have to be switched on before this one, in order. Raises Conflict `plugin_requires` with every `missing` one unless
    they are to be switched on too, and `required_needs_settings` with those that cannot be without somebody's doing."""
    reports = {one.plugin_id: one for one in await installations.all(actor.company)}
    at_work = {one.plugin_id for one in reports.values() if one.state is InstallationState.ENABLED}
    missing = list(dict.fromkeys(_missing(plugins, plugin_id, at_work, ())))
    if not missing:
        return []
    if not with_required:
        raise Conflict(
            "plugin_requires", f"it requires {', '.join(missing)}, switched on before it", details={"missing": missing}
        )
    untold = [name for name in missing if not plugins.form(name).is_optional and not _is_told(reports.get(name))]
    if untold:
        raise Conflict(
            "required_needs_settings",
            f"settings are to be given first: {', '.join(untold)}",
            details={"missing": untold},
        )
    return missing


async def require_nobody_needs(plugins: Plugins, installations: Installations, actor: Actor, plugin_id: str) -> None:
    """Raises Conflict `plugin_required` naming those that are switched on and require this one."""
    working = {
        one.plugin_id for one in await installations.all(actor.company) if one.state is not InstallationState.DISABLED
    }
    needing = [info.id for info in plugins.all() if plugin_id in info.requires and info.id in working]
    if needing:
        raise Conflict("plugin_required", f"it is required by {', '.join(needing)}", details={"by": needing})


def _missing(plugins: Plugins, plugin_id: str, at_work: Collection[str], above: Sequence[str]) -> Iterator[str]:
    """What is required and not at work, what it requires itself before it."""
    for required in plugins.info(plugin_id).requires:
        if required in at_work or required in above or plugins.info(required).is_built_in:
            continue
        yield from _missing(plugins, required, at_work, (*above, plugin_id))
        yield required


def _is_told(report: InstallationReport | None) -> bool:
    """Whether it was set up before, so that its settings are there."""
    return report is not None and report.removed_at is None
