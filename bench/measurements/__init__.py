"""The measurements by name. Each is a function that takes the stage and gives figures as it gets them."""

from collections.abc import Callable, Iterable, Mapping

from bench.measurements import (
    authorisation,
    channel,
    counting,
    generator,
    growth,
    importing,
    oversell,
    pages,
    posting,
    reading,
    recommending,
    replenishment,
    restoring,
    year,
)
from bench.results import Figure
from bench.stage import Stage

Measurement = Callable[[Stage], Iterable[Figure]]

MEASUREMENTS: Mapping[str, Measurement] = {
    "generator": generator.measure,
    "posting": posting.measure,
    "authorisation": authorisation.measure,
    "reading": reading.measure,
    "oversell": oversell.measure,
    "pages": pages.measure,
    "importing": importing.measure,
    "counting": counting.measure,
    "replenishment": replenishment.measure,
    "recommending": recommending.measure,
    "channel": channel.measure,
    "year": year.measure,
    "long_history": growth.long_history,
    "large_catalogue": growth.large_catalogue,
    "many_companies": growth.many_companies,
    "restoring": restoring.measure,
}

ONLY_WHEN_NAMED = ("long_history", "large_catalogue", "many_companies", "restoring")
"""They take many minutes and gigabytes."""
