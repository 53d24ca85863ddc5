"""The plugins as an administrator sees them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

import msgspec

from core.domain.access import Actor
from core.domain.errors import NotFound
from core.domain.plugin import require_sight
from core.ports.clock import Clock
from core.ports.plugins import InstallationReport, Installations, InstallationState, PluginInfo, Plugins
from core.queries.events import Subject
from core.queries.paging import Page


class PluginState(StrEnum):
    """How a plugin stands in a company."""

    QUARANTINED = "quarantined"
    """It could not be loaded."""
    BUILT_IN = "built_in"
    """It is always at work."""
    INSTALLED = "installed"
    """The operator has installed it, and the company never switched it on."""
    ENABLED = "enabled"
    DEGRADED = "degraded"
    """It is switched on, but rests for a while because too much failed."""
    PAUSED = "paused"
    """It stopped itself; its work waits until somebody has put right what `problem` says and switches it on again."""
    DISABLED = "disabled"
    REMOVED = "removed"
    """It was taken away; what it knew may be there still."""


class PluginView(msgspec.Struct, frozen=True):
    """A plugin in a company. `problem` says why it is quarantined, paused or degraded; a degraded one rests since `resting_since` and is
    tried again at `retry_at`. `trouble` says why the last push to the storefront failed (it is tried again). `dead` counts deliveries that
    were given up, `refused` levels that the storefront will not take. `check_problem` is what the check at `checked_at` said, null where it
    said nothing bad. `requires` are the plugins that have to be switched on before it, `hosts` the places it calls."""

    id: str
    title: str
    kind: str
    version: str
    state: PluginState
    problem: str | None
    trouble: str | None
    dead: int
    refused: int
    requires: list[str]
    hosts: list[str]
    events: list[str]
    resting_since: datetime | None
    retry_at: datetime | None
    checked_at: datetime | None
    check_problem: str | None
    hook_set_at: datetime | None


class SecretView(msgspec.Struct, frozen=True):
    """A secret that is set. `hint` is its last four characters, if it has twelve or more."""

    hint: str | None
    set_at: datetime


class SettingsView(msgspec.Struct, frozen=True):
    """What a plugin can be told (a JSON Schema, whose secrets are `writeOnly`) and what it was told. Of secrets is only shown that they are
    set. `hook_url` is where the other side reaches the plugin, null where it cannot: whoever knows it can write there. `version` is 0
    before anything was told."""

    schema: dict[str, Any]
    values: dict[str, Any]
    secrets: dict[str, SecretView | None]
    hook_url: str | None
    version: int


class DeliveryState(StrEnum):
    """Whether a plugin has dealt with an event. What is `dead` is not tried again by itself."""

    WAITING = "waiting"
    DONE = "done"
    DEAD = "dead"


class PluginDelivery(msgspec.Struct, frozen=True):
    """An event for one of the plugin's reactions. `at` is when the last try ended, or the next is due."""

    id: UUID
    reaction: str
    type: str
    occurred_at: datetime
    subject: Subject
    state: DeliveryState
    attempts: int
    at: datetime
    last_error: str | None


class PluginLog(Protocol):
    """What has become of a plugin's events, and what it knows."""

    async def deliveries(
        self, actor: Actor, plugin_id: str, state: DeliveryState | None, limit: int, cursor: str | None
    ) -> Page[PluginDelivery]:
        """The latest events, the newest first."""
        ...

    async def data(self, company_id: UUID, plugin_id: str) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """All rows that the plugin has in the company, by table, without secrets."""
        ...


class PluginData(msgspec.Struct, frozen=True):
    """All that a company's plugin knows, secrets left out. Bytes are in hexadecimal, behind `\\\\x`."""

    plugin: str
    exported_at: datetime
    settings: dict[str, Any]
    secrets: list[str]
    tables: dict[str, list[dict[str, Any]]]


async def list_plugins(plugins: Plugins, installations: Installations, actor: Actor) -> list[PluginView]:
    """All plugins of this process, by id."""
    actor.require("plugin:read")
    known = {one.plugin_id: one for one in await installations.all(actor.company)}
    return [_view(info, known.get(info.id)) for info in plugins.all()]


async def plugin_view(plugins: Plugins, installations: Installations, actor: Actor, plugin_id: str) -> PluginView:
    """One plugin. Raises NotFound."""
    actor.require("plugin:read")
    return _view(plugins.info(plugin_id), await installations.report(actor.company, plugin_id))


async def settings_view(
    plugins: Plugins, installations: Installations, actor: Actor, plugin_id: str, address: str | None
) -> SettingsView:
    """What it can be told and was told. The address is shown to those who may write. Raises NotFound and Conflict `plugin_quarantined`."""
    actor.require("plugin:read")
    form, report = plugins.form(plugin_id), await installations.report(actor.company, plugin_id)
    known = {one.field: SecretView(one.hint, one.set_at) for one in report.secrets} if report else {}
    return SettingsView(
        schema=dict(form.schema),
        values=dict(report.settings) if report else {},
        secrets={name: known.get(name) for name in sorted(form.secrets)},
        hook_url=address,
        version=report.version if report else 0,
    )


async def plugin_deliveries(
    plugins: Plugins,
    log: PluginLog,
    actor: Actor,
    plugin_id: str,
    state: DeliveryState | None,
    limit: int,
    cursor: str | None,
) -> Page[PluginDelivery]:
    """What became of its events. Raises NotFound, and Forbidden for those who do not see all sites."""
    actor.require("plugin:read")
    require_sight(actor)
    plugins.info(plugin_id)
    return await log.deliveries(actor, plugin_id, state, limit, cursor)


async def export_plugin(
    installations: Installations, log: PluginLog, clock: Clock, actor: Actor, plugin_id: str
) -> PluginData:
    """All that the plugin knows, without secrets. Raises NotFound where it was never set up."""
    actor.require("plugin:write")
    report = await installations.report(actor.company, plugin_id)
    if report is None:
        raise NotFound("plugin_not_found", "this plugin was never switched on here")
    tables = await log.data(actor.company, plugin_id)
    return PluginData(
        plugin_id,
        clock.now(),
        dict(report.settings),
        [secret.field for secret in report.secrets],
        {name: [dict(row) for row in rows] for name, rows in tables.items()},
    )


def _view(info: PluginInfo, report: InstallationReport | None) -> PluginView:
    rest = report.rest if report else None
    return PluginView(
        id=info.id,
        title=info.title,
        kind=info.kind,
        version=info.version,
        state=_state(info, report),
        problem=info.fault or (report.problem if report else None) or (rest.reason if rest else None),
        trouble=report.trouble if report else None,
        dead=report.dead if report else 0,
        refused=report.refused if report else 0,
        requires=list(info.requires),
        hosts=list(info.hosts),
        events=list(info.events),
        resting_since=rest.since if rest else None,
        retry_at=rest.retry_at if rest else None,
        checked_at=report.checked_at if report else None,
        check_problem=report.check_problem if report else None,
        hook_set_at=report.hook_set_at if report else None,
    )


def _state(info: PluginInfo, report: InstallationReport | None) -> PluginState:
    if info.fault:
        return PluginState.QUARANTINED
    if info.is_built_in:
        return PluginState.BUILT_IN
    if report is None:
        return PluginState.INSTALLED
    if report.removed_at is not None:
        return PluginState.REMOVED
    if report.state is InstallationState.ENABLED and report.rest is not None:
        return PluginState.DEGRADED
    return PluginState(report.state.value)
