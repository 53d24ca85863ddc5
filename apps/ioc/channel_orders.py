"""What orders of shops are made of."""

from dishka import Provider, Scope, provide

from adapters.postgres.queries.channel_orders import PostgresChannelOrderReader
from core.queries.channel_orders import ChannelOrderReader


class ChannelOrdersProvider(Provider):
    """Reading orders of storefronts and of other shops."""

    scope = Scope.APP

    orders = provide(PostgresChannelOrderReader, provides=ChannelOrderReader)
