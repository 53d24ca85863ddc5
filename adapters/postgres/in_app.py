"""Notes in the application, and what each person wants of them by other ways. They are built in and registered like any channel of news;
no company switches them on."""

from collections.abc import Sequence
from uuid import UUID

from core.plugin.context import PluginContext, RegisterNotificationChannel
from core.plugin.hookspecs import hookimpl
from core.plugin.manifest import Manifest
from core.plugin.settings import PluginSettings
from core.ports.clock import Clock
from core.ports.notices import Notice
from core.ports.notifications import NewsDesk

IN_APP = "in_app"
NOTIFICATIONS = "notifications"
MANIFEST = Manifest(id=IN_APP, title="Notes in the application", kind="notification_channel", core=">=0.1")


class InAppNotes:
    """`NotificationChannel`: who is told is decided when the notes are written, in one statement that writes those of an event once."""

    def __init__(self, desk: NewsDesk, company_id: UUID, clock: Clock) -> None:
        self._desk, self._company_id, self._clock = desk, company_id, clock

    async def carry(self, notices: Sequence[Notice]) -> None:
        await self._desk.tell(self._company_id, [one.news for one in notices], self._clock.now())


class InAppPlugin:
    """The hooks. A plugin of others gets no desk: what it brings leaves by its own way."""

    def __init__(self, desk: NewsDesk, clock: Clock) -> None:
        self._desk, self._clock = desk, clock

    @hookimpl
    def register_notification_channels(self, register: RegisterNotificationChannel) -> None:
        register(NOTIFICATIONS, PluginSettings, self._notes)

    def _notes(self, context: PluginContext[PluginSettings]) -> InAppNotes:
        return InAppNotes(self._desk, context.company_id, self._clock)
