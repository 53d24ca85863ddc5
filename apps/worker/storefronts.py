"""Putting together who works at storefronts."""

from datetime import timedelta

from adapters.postgres.channel_levels import PostgresChannelLevels
from adapters.postgres.channel_set_up import PostgresChannelSetUp
from adapters.postgres.channels import PostgresChannels
from adapters.postgres.engine import Database
from adapters.postgres.uow import PostgresRun
from apps.worker.channel_levels import LevelKeeper, OrderPuller
from apps.worker.channel_prices import PriceKeeper
from apps.worker.channel_set_up import Farewell, SetUp
from apps.worker.pushing import Pusher
from core.commands.plugin_work import PluginWork
from core.ports.clock import Clock


def make_pusher(
    database: Database, work: PluginWork, clock: Clock, lease: timedelta, orders: OrderPuller | None = None
) -> Pusher:
    """Who works at the storefronts of all companies. Without `orders`, none are asked for when a level has changed there."""
    steps = PostgresChannelSetUp(database)
    return Pusher(
        channels=PostgresChannels(database),
        work=work,
        installations=work.installations,
        levels=LevelKeeper(PostgresChannelLevels(database), orders),
        set_up=SetUp(steps, PostgresRun(database, clock=clock)),
        prices=PriceKeeper(steps),
        farewell=Farewell(steps, work.plugins, work.installations, lease),
        lease=lease,
    )
