"""What stock counts are made of."""

from dishka import Provider, Scope, provide

from adapters.postgres.queries.stock_counts import PostgresStockCountReader
from core.queries.stock_counts import StockCountReader


class CountingProvider(Provider):
    """Reading stock counts."""

    scope = Scope.APP

    counts = provide(PostgresStockCountReader, provides=StockCountReader)
