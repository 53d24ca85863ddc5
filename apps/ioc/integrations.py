"""What letting programs in is made of."""

from dishka import Provider, Scope, alias, provide

from adapters.postgres.engine import Database
from adapters.postgres.integrations import PostgresIntegrations
from adapters.postgres.queries.integrations import PostgresIntegrationReader
from apps.settings import Settings
from core.commands.oauth_tokens import TokenDesk
from core.ports.clock import Clock
from core.ports.integrations import Integrations, OAuthClients
from core.queries.integrations import IntegrationReader


class IntegrationsProvider(Provider):
    """API keys and OAuth 2 clients."""

    scope = Scope.APP

    reader = provide(PostgresIntegrationReader, provides=IntegrationReader)
    by_credential = alias(source=PostgresIntegrations, provides=Integrations)
    accounts = alias(source=PostgresIntegrations, provides=OAuthClients)
    tokens = provide(TokenDesk)

    @provide
    def integrations(self, database: Database, clock: Clock, settings: Settings) -> PostgresIntegrations:
        return PostgresIntegrations(database, clock, accepts_test_keys=settings.on_loopback)
