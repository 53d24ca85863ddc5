"""The world of the matrix: the twins, and those who call."""

from collections.abc import Iterable
from dataclasses import dataclass

from litestar import Litestar

from adapters.postgres.engine import Database
from apps.http.rules import RouteRule
from apps.settings import Settings
from tests.api import tokens_of
from tests.matrix.builder import Builder, Side
from tests.matrix.buying import build_buying
from tests.matrix.callers import Caller
from tests.matrix.casting import Casting
from tests.matrix.channel_orders import build_channel_orders
from tests.matrix.channels import build_channel
from tests.matrix.counting import build_counting
from tests.matrix.forecasts import build_forecasts
from tests.matrix.goods import build_goods
from tests.matrix.hooks import build_blocked_address, build_received_webhook, build_webhooks, find_deliveries
from tests.matrix.movements import build_movements
from tests.matrix.office import build_office, build_ways_in, find_fresh_names
from tests.matrix.people import Registry
from tests.matrix.recommendations import build_recommendations
from tests.matrix.renewal import Renewal
from tests.matrix.replenishment import build_replenishment


@dataclass(frozen=True)
class World:
    """Two twins, and everybody who calls."""

    here: Side
    there: Side
    callers: tuple[Caller, ...]
    renewal: Renewal


async def build_world(database: Database, settings: Settings, app: Litestar, rules: Iterable[RouteRule]) -> World:
    """Fills an empty database. `rules` are those of the routes, for which there are programs with just the right scope."""
    registry = Registry(database, tokens_of(database, settings), app, str(settings.database_url))
    owner = await registry.person("owner", owner=True)
    here, there = Side("andina", "canary-a", "ORO"), Side("boreal", "canary-b", "CUE")
    for side in (here, there):
        await fill_company(Builder(side, registry, owner))
    for side, other in ((here, there), (there, here)):
        side.named["any_company"] = {"own": str(side.company), "another": str(other.company)}
    casting = Casting(Builder(here, registry, owner), Builder(there, registry, owner), settings)
    people = [*await casting.turned_away(), *await casting.people()]
    callers = (*people, *await casting.programs(list(rules)))
    return World(here, there, callers, Renewal(registry, callers))


async def fill_company(builder: Builder) -> None:
    """Something of everything that a company can have."""
    await build_office(builder)
    await build_goods(builder)
    await build_movements(builder)
    await build_channel_orders(builder)
    await build_channel(builder)
    await build_buying(builder)
    await build_replenishment(builder)
    await build_counting(builder)
    await build_forecasts(builder)
    await build_recommendations(builder)
    await build_ways_in(builder)
    await build_webhooks(builder)
    await build_blocked_address(builder)
    await build_received_webhook(builder)
    await builder.registry.relay(builder.side.company)
    await find_deliveries(builder)
    await find_fresh_names(builder)
