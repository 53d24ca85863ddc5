"""What Pirwa brings itself and registers like any plugin."""

from collections.abc import Sequence

from adapters.plugin_loader.loading import BuiltIn
from adapters.postgres import in_app
from adapters.postgres.engine import Database
from adapters.postgres.notifications import PostgresNewsDesk
from adapters.smtp import plugin as smtp
from adapters.supplier_orders import http
from core.ports.clock import Clock

BUILT_IN: tuple[BuiltIn, ...] = (BuiltIn(http.MANIFEST, http), BuiltIn(smtp.MANIFEST, smtp))
"""What stands on nothing else."""


def in_app_notes(database: Database, clock: Clock) -> BuiltIn:
    """The channel of news that ends in the application."""
    return BuiltIn(in_app.MANIFEST, in_app.InAppPlugin(PostgresNewsDesk(database), clock))


def built_in(database: Database, clock: Clock) -> Sequence[BuiltIn]:
    """All of it."""
    return (*BUILT_IN, in_app_notes(database, clock))
