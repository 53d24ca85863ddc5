"""The application with a shop that has stock to sell."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from adapters.postgres.engine import Database
from apps.http.app import create_app
from apps.settings import Settings
from tests.api import Api, tokens_of
from tests.proof.shoppers import PRODUCTS, STOCK
from tests.shop import open_shop


@asynccontextmanager
async def stocked(settings: Settings) -> AsyncIterator[Api]:
    """On the migrated database of the settings, as long as the block."""
    assert settings.database_url
    database = Database(settings.database_url)
    await database.open()
    app = create_app(settings, write_log=lambda _: None)
    async with app.lifespan():
        api = Api(app, await open_shop(database), tokens_of(database, settings))
        for product in PRODUCTS:
            await api.shop.product(product)
            await api.shop.post("receipt", product, STOCK)
        yield api
    await database.close()
