"""What plugins are made of, and what they find around them."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from importlib.metadata import version

from dishka import Provider, Scope, provide

from adapters.plugin_loader.registry import load_plugins
from adapters.plugin_loader.surroundings import MakeHttpClient, Surroundings
from adapters.postgres.engine import Database
from adapters.postgres.installations import PostgresInstallations
from adapters.postgres.plugin_health import PostgresPluginHealth
from adapters.postgres.plugin_store import PostgresPluginStore
from adapters.postgres.queries.plugin_log import PostgresPluginLog
from apps.ioc.built_in import built_in
from apps.ioc.outgoing import transports
from apps.settings import Settings
from core.commands.plugin_work import PluginWork
from core.ports.clock import Clock, SystemClock
from core.ports.http import SECONDS, HttpAnswer, HttpClient, HttpRequest
from core.ports.plugins import Installations, PluginHealth, Plugins
from core.ports.sealing import Sealing
from core.queries.plugins import PluginLog

STORE_CONNECTIONS = 4  # of a worker, for what plugins remember


@contextmanager
def plugin_http(settings: Settings) -> Iterator[MakeHttpClient]:
    """Clients for plugins, over one guarded way out."""
    with transports(settings, seconds=SECONDS, reads_bodies=True) as transport:

        def client(plugin_id: str, hosts: Sequence[str]) -> HttpClient:
            from adapters.outgoing.plugin_http import PluginHttp

            return PluginHttp(transport, hosts, f"Pirwa/{version('pirwa')}")

        yield lambda plugin_id, hosts: _Late(partial(client, plugin_id, hosts))


class _Late:
    """A client that is made when the first request is sent: what it stands on is 20 MB."""

    def __init__(self, make: partial[HttpClient]) -> None:
        self._make = make
        self._made: HttpClient | None = None

    async def send(self, request: HttpRequest) -> HttpAnswer:
        self._made = self._made or self._make()
        return await self._made.send(request)


def surroundings_in(settings: Settings, database: Database, http: MakeHttpClient, clock: Clock) -> Surroundings:
    """What plugins of a process find around them."""
    return Surroundings(http, partial(PostgresPluginStore, database, clock), clock, settings.public_url)


@asynccontextmanager
async def plugins_of_worker(settings: Settings, database_url: str) -> AsyncIterator[Plugins]:
    """The plugins of a process that works, on connections of their own."""
    database = Database(database_url, size=STORE_CONNECTIONS)
    await database.open()
    with plugin_http(settings) as http:
        clock = SystemClock()
        surroundings = surroundings_in(settings, database, http, clock)
        yield load_plugins(settings.plugins, version("pirwa"), surroundings, built_in(database, clock))
    await database.close()


class PluginsProvider(Provider):
    """The plugins, and the switches of each company."""

    scope = Scope.APP

    health = provide(PostgresPluginHealth, provides=PluginHealth)
    log = provide(PostgresPluginLog, provides=PluginLog)

    @provide
    def installations(self, database: Database, sealing: Sealing, clock: Clock) -> Installations:
        return PostgresInstallations(database, sealing, clock)

    @provide
    def work(self, plugins: Plugins, installations: Installations, health: PluginHealth, clock: Clock) -> PluginWork:
        return PluginWork(plugins, installations, health, clock)

    @provide
    def http(self, settings: Settings) -> Iterator[MakeHttpClient]:
        with plugin_http(settings) as make:
            yield make

    @provide
    def surroundings(self, settings: Settings, database: Database, http: MakeHttpClient, clock: Clock) -> Surroundings:
        return surroundings_in(settings, database, http, clock)

    @provide
    def plugins(self, settings: Settings, surroundings: Surroundings, database: Database, clock: Clock) -> Plugins:
        return load_plugins(settings.plugins, version("pirwa"), surroundings, built_in(database, clock))
