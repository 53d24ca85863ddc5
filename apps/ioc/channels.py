"""What storefronts are looked at with."""

from dishka import Provider, Scope, provide

from adapters.postgres.queries.channels import PostgresChannelReader
from core.queries.channels import ChannelReader


class ChannelsProvider(Provider):
    """Reading storefronts."""

    scope = Scope.APP

    channels = provide(PostgresChannelReader, provides=ChannelReader)
