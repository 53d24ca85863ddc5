"""What the web application needs of the way out: the bell, the feed of events."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from dishka import Provider, Scope, decorate, provide

from adapters.broker.doorbell import CollectingDoorbell
from adapters.broker.silent import SilentDoorbell
from adapters.postgres.queries.events import PostgresEventReader
from apps.ringing import RingingLedger, RingingRun
from apps.settings import Settings
from core.ports.doorbell import Doorbell
from core.ports.stock_ledger import StockLedger
from core.ports.storage import Run
from core.queries.events import EventReader


class WayOutProvider(Provider):
    """Beside the provider of the storage, whose ledger and runner ring from now on."""

    scope = Scope.APP

    events = provide(PostgresEventReader, provides=EventReader)

    @provide
    async def doorbell(self, settings: Settings) -> AsyncIterator[Doorbell]:
        if settings.redis_url is None:
            yield SilentDoorbell()
            return
        async with _rung_through(settings.redis_url) as doorbell:
            yield doorbell

    @decorate
    def ledger(self, ledger: StockLedger, doorbell: Doorbell) -> StockLedger:
        return RingingLedger(ledger, doorbell)

    @decorate
    def run(self, run: Run, doorbell: Doorbell) -> Run:
        return RingingRun(run, doorbell)


class WorkerHereProvider(Provider):
    """For a process with a worker of its own, which hears rings also without Redis."""

    @provide(scope=Scope.APP)
    async def doorbell(self, settings: Settings) -> AsyncIterator[Doorbell]:
        async with _rung_through(settings.redis_url) as doorbell:
            yield doorbell


@asynccontextmanager
async def _rung_through(redis_url: str | None) -> AsyncIterator[Doorbell]:
    doorbell = _doorbell(redis_url)
    yield doorbell
    await doorbell.close()


def _doorbell(redis_url: str | None) -> CollectingDoorbell:
    if redis_url:
        from adapters.broker.redis_doorbell import RedisDoorbell

        return RedisDoorbell(redis_url)
    from adapters.broker.brokers import make_broker  # with Taskiq, 10 MB that other processes need not
    from adapters.broker.here import DoorbellHere

    return DoorbellHere(make_broker(None))
