"""Settings of a plugin as somebody gives them, beside those that are kept: secrets apart, and never shown again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from core.domain.errors import Conflict, Fault, refuse_if
from core.ports.failures import Transient
from core.ports.plugins import Installations, InstallationState, NewSettings, SettingsForm

LONGEST_SECRET = 4096


@dataclass(frozen=True, slots=True)
class Kept:
    """What a company's plugin knows now. Of secrets that cannot be opened nothing is known."""

    settings: Mapping[str, object] = field(default_factory=dict)
    secrets: Mapping[str, object] = field(default_factory=dict, repr=False)
    hook_token: str | None = field(default=None, repr=False)
    state: InstallationState = InstallationState.DISABLED
    version: int = 0


@dataclass(frozen=True, slots=True)
class Wish:
    """The settings as they will be: in parts, as they are stored, and whole, as the plugin gets them."""

    new: NewSettings
    whole: Mapping[str, object] = field(repr=False)


async def kept_settings(installations: Installations, company_id: UUID, plugin_id: str) -> Kept:
    """What is there, also where the key of the secrets is missing: then they have to be given anew."""
    report = await installations.report(company_id, plugin_id)
    if report is None:
        return Kept()
    try:
        found = await installations.find(company_id, plugin_id)
    except Transient:
        found = None
    names = {secret.field for secret in report.secrets}
    secrets = {name: found.settings[name] for name in names} if found else {}
    token = found.hook_token if found else None
    return Kept(report.settings, secrets, token, report.state, report.version)


def wish_of(
    form: SettingsForm, kept: Kept, given: Mapping[str, Any], *, changes: bool, version: int | None = None
) -> Wish:
    """The settings after these were given, whole or as `changes` of the kept ones, where null stands for what is to be forgotten. In either
    case a secret that is not named stays. Raises Invalid where a secret is no text."""
    secrets = {name: given[name] for name in form.secrets if name in given}
    refuse_if([fault for name, value in secrets.items() for fault in _secret_faults(name, value)], "invalid_settings")
    named = {name: value for name, value in given.items() if name not in form.secrets}
    settings = {**kept.settings, **named} if changes else named
    if changes:
        settings = {name: value for name, value in settings.items() if name not in named or value is not None}
    still = {name: value for name, value in kept.secrets.items() if name in form.secrets and name not in secrets}
    whole = {**settings, **still, **{name: value for name, value in secrets.items() if value is not None}}
    return Wish(NewSettings(settings, secrets, version), whole)


def _secret_faults(name: str, value: object) -> list[Fault]:
    if value is None or (isinstance(value, str) and 0 < len(value) <= LONGEST_SECRET):
        return []
    return [Fault(f"/settings/{name}", "invalid", f"must be a text of up to {LONGEST_SECRET} characters")]


def require_foreign(plugin_id: str, *, is_built_in: bool) -> None:
    """Raises Conflict `plugin_built_in` for what no company switches on or off."""
    if is_built_in:
        raise Conflict("plugin_built_in", f"{plugin_id} is built in and always at work")
