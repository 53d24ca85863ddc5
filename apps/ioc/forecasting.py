"""What reads forecasts. They are made by the worker."""

from dishka import Provider, Scope, provide

from adapters.postgres.queries.forecast_series import PostgresForecastSeriesReader
from adapters.postgres.queries.forecasts import PostgresForecastReader
from core.queries.forecast_series import ForecastSeriesReader
from core.queries.forecasts import ForecastReader


class ForecastingProvider(Provider):
    """Forecasts as they stand."""

    scope = Scope.APP

    reader = provide(PostgresForecastReader, provides=ForecastReader)
    series = provide(PostgresForecastSeriesReader, provides=ForecastSeriesReader)
