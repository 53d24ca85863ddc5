"""What people's notifications are made of."""

from dishka import Provider, Scope, provide

from adapters.postgres.queries.notifications import PostgresNotificationReader
from adapters.postgres.repositories.notifications import PostgresNotificationPreferences, PostgresOwnNotifications
from core.commands.notifications import PreferenceDesk
from core.ports.notifications import NotificationPreferences, OwnNotifications
from core.queries.notifications import NotificationReader


class NotificationsProvider(Provider):
    """The notification centre and the wishes of its readers."""

    scope = Scope.APP

    reader = provide(PostgresNotificationReader, provides=NotificationReader)
    own = provide(PostgresOwnNotifications, provides=OwnNotifications)
    preferences = provide(PostgresNotificationPreferences, provides=NotificationPreferences)
    desk = provide(PreferenceDesk)
