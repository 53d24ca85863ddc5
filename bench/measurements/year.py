"""A simulated year of a shop whose policies order by themselves: how much of what customers want is there, and how much stock it takes."""

import asyncio
import time
from collections.abc import Iterator

from adapters.postgres.engine import Database
from adapters.postgres.migrate import migrate
from apps.http.app import create_app
from apps.settings import Settings
from bench.results import Figure
from bench.stage import Stage
from tests.api import Api, tokens_of
from tests.shop import open_shop
from tests.simulation.demand import DAYS, demand_of
from tests.simulation.opening import SERVICE_LEVEL, opened
from tests.simulation.year import FIXED, SERVED, Outcome

_PRODUCTS = 60
_NAMES = {FIXED: "fixed minimum and target", SERVED: f"service level {SERVICE_LEVEL}"}


def measure(stage: Stage) -> Iterator[Figure]:
    """The share of demand that is met, by both methods for the same demand and the same suppliers."""
    url = stage.new_database("year")
    migrate(url)
    folder = stage.data / "year"
    folder.mkdir()
    began = time.perf_counter()
    outcomes = asyncio.run(_outcomes(Settings(data=folder, database_url=url)))
    seconds = time.perf_counter() - began
    for method, outcome in outcomes.items():
        details = {"ready_rate": round(outcome.ready_rate, 3), "stock": round(outcome.stock), "seconds": round(seconds)}
        yield Figure(
            f"a year by {_NAMES[method]}, demand met", "pirwa", round(100 * outcome.fill_rate, 1), "%", details
        )


async def _outcomes(settings: Settings) -> dict[str, Outcome]:
    app = create_app(settings, write_log=lambda _: None)
    database = Database(settings.database_url or "", size=16)
    await database.open()
    async with app.lifespan():
        api = Api(app, await open_shop(database), tokens_of(database, settings))
        async with opened(api, settings, demand_of(_PRODUCTS)) as year:
            await year.pass_days(DAYS)
            outcomes = {method: year.outcome(method) for method in _NAMES}
    await database.close()
    return outcomes
