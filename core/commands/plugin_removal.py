"""Taking a plugin away from a company, with what it knows or without."""

import logging
from typing import Literal
from uuid import UUID

from core.commands.plugin_requirements import require_nobody_needs
from core.commands.plugin_settings import require_foreign
from core.domain.access import Actor
from core.domain.errors import DomainError
from core.ports.calling import answer_of, begun
from core.ports.doorbell import Doorbell
from core.ports.failures import PortFailure
from core.ports.plugins import Installations, Plugins

Data = Literal["keep", "export", "drop"]
"""What becomes of what a plugin knows: it stays for the next time, or is forgotten, told once more or not."""

FAREWELL_SECONDS = 10.0

_logger = logging.getLogger(__name__)


async def remove_plugin(
    plugins: Plugins,
    installations: Installations,
    doorbell: Doorbell,
    actor: Actor,
    plugin_id: str,
    *,
    drop: bool,
) -> None:
    """Switches the plugin off and forgets its settings, secrets and address; with `drop` also what it knows. Raises NotFound, and Conflict
    `plugin_required`."""
    actor.require("plugin:write")
    built_in = {info.id for info in plugins.all() if info.is_built_in}
    require_foreign(plugin_id, is_built_in=plugin_id in built_in)
    await require_nobody_needs(plugins, installations, actor, plugin_id)
    await _say_farewell(plugins, installations, actor.company, plugin_id)
    await installations.remove(actor.company, plugin_id, drop=drop, by=actor)
    doorbell.ring(actor.company)


async def _say_farewell(plugins: Plugins, installations: Installations, company_id: UUID, plugin_id: str) -> None:
    """Has a storefront tell us nothing any more while the secrets are still there that it takes. One that cannot be reached keeps talking
    to an address that is gone."""
    try:
        found = await installations.find(company_id, plugin_id)
        if found is None:
            return
        storefront = plugins.open(plugin_id, company_id, found.settings, found.hook_token).storefront
        if storefront is not None:
            await answer_of(begun(storefront.stop_listening), FAREWELL_SECONDS)
    except (DomainError, PortFailure) as error:
        _logger.info("company %s: %s was removed without farewell: %s", company_id, plugin_id, error)
    except Exception:
        _logger.warning("company %s: %s failed at its farewell", company_id, plugin_id, exc_info=True)
