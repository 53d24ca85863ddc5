"""What it takes to hand orders over to suppliers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from adapters.local_disk.file_store import LocalDiskStore
from adapters.secrets.key_ring import key_ring
from apps.ioc.outgoing import Transports, transports
from apps.settings import Settings
from apps.worker.ordering import OutgoingOrders
from core.ports.clock import Clock, SystemClock
from core.ports.supplier import DocumentMaker, SupplierOrdering

ORDER_SECONDS = 30.0  # from the name of the host to the last byte of its answer; less than an order may take


def document_maker() -> DocumentMaker:
    """Made when a document is first asked for: with fonts, 40 MB."""
    from adapters.purchase_documents.pdf import FpdfDocuments

    return FpdfDocuments()


@asynccontextmanager
async def outgoing_orders(settings: Settings) -> AsyncIterator[OutgoingOrders]:
    """What a worker hands orders over with."""
    clock = SystemClock()
    with transports(settings, seconds=ORDER_SECONDS, reads_bodies=True) as transport:

        def by_http(key: bytes) -> SupplierOrdering:
            return _http_ordering(key, transport, clock)

        store = LocalDiskStore(settings.data / "files")
        yield OutgoingOrders(key_ring(settings.secret_keys, settings.data), store, document_maker, by_http)


def _http_ordering(key: bytes, transport: Transports, clock: Clock) -> SupplierOrdering:
    from adapters.supplier_orders.http import HttpOrdering  # with an HTTP client, 20 MB

    return HttpOrdering(key, transport, clock, f"Pirwa/{version('pirwa')}")
