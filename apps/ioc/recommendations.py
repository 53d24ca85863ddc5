"""What reads recommendations. They are found by the worker."""

from dishka import Provider, Scope, provide

from adapters.postgres.queries.recommendations import PostgresRecommendationReader
from core.queries.recommendations import RecommendationReader


class RecommendationsProvider(Provider):
    """Recommendations as they stand."""

    scope = Scope.APP

    reader = provide(PostgresRecommendationReader, provides=RecommendationReader)
