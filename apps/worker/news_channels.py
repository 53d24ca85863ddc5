"""The channels of news that are built in: at work in all companies, many events at once."""

from collections.abc import Mapping
from functools import partial
from uuid import UUID

from apps.worker.delivering import CoreReaction
from core.ports.failures import Misconfigured
from core.ports.notices import NotificationChannel
from core.ports.plugins import Plugins
from core.reactions.notifications import Notices, notify


def built_in_channels(plugins: Plugins, notices: Notices) -> Mapping[str, CoreReaction]:
    """By subscriber, what is done with events."""
    ids = {info.id for info in plugins.all() if info.is_built_in}
    return {
        subscriber: partial(notify, notices, partial(_channel_of, plugins, plugin_id))
        for subscriber, plugin_id in plugins.notification_channels().items()
        if plugin_id in ids
    }


def _channel_of(plugins: Plugins, plugin_id: str, company_id: UUID) -> NotificationChannel:
    channel = plugins.open(plugin_id, company_id, {}).notification_channel
    if channel is None:
        raise Misconfigured(f"{plugin_id} brings no channel")
    return channel
