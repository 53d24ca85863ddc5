"""What people's notifications are made of."""

from dishka import AnyOf, Provider, Scope, provide

from adapters.postgres.interests import PostgresInterests
from adapters.postgres.phones import PostgresPhones
from adapters.postgres.queries.notification_deliveries import PostgresDeliveryReader
from adapters.postgres.queries.notification_preferences import PostgresPreferenceReader
from adapters.postgres.queries.notifications import PostgresNotificationReader
from adapters.postgres.repositories.notifications import PostgresNotificationPreferences, PostgresOwnNotifications
from adapters.postgres.text_budget import PostgresTextBudget
from adapters.postgres.text_consents import PostgresTextConsents
from core.commands.carriers import Carriers
from core.commands.notifications import PreferenceDesk
from core.commands.phone import OwnPhone
from core.ports.consents import TextConsents
from core.ports.interests import Interests
from core.ports.notifications import NotificationPreferences, OwnNotifications
from core.ports.phones import Phones
from core.ports.text_messages import TextBudget
from core.queries.interests import InterestReader
from core.queries.notification_deliveries import DeliveryReader
from core.queries.notification_preferences import PreferenceReader
from core.queries.notifications import NotificationReader


class NotificationsProvider(Provider):
    """The notification centre and the wishes of its readers."""

    scope = Scope.APP

    reader = provide(PostgresNotificationReader, provides=NotificationReader)
    own = provide(PostgresOwnNotifications, provides=OwnNotifications)
    preferences = provide(PostgresNotificationPreferences, provides=NotificationPreferences)
    preference_reader = provide(PostgresPreferenceReader, provides=PreferenceReader)
    deliveries = provide(PostgresDeliveryReader, provides=DeliveryReader)
    interests = provide(PostgresInterests, provides=AnyOf[Interests, InterestReader])
    phones = provide(PostgresPhones, provides=Phones)
    budget = provide(PostgresTextBudget, provides=TextBudget)
    consents = provide(PostgresTextConsents, provides=TextConsents)
    carriers = provide(Carriers)
    own_phone = provide(OwnPhone)
    desk = provide(PreferenceDesk)
