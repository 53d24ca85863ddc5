"""What it takes to hand orders over to suppliers."""

from adapters.secrets.key_ring import key_ring
from apps.files import file_store
from apps.settings import Settings
from apps.worker.ordering import OutgoingOrders
from core.ports.supplier import DocumentMaker


def document_maker() -> DocumentMaker:
    """Made when a document is first asked for: with fonts, 40 MB."""
    from adapters.pdf.purchase_order import FpdfDocuments

    return FpdfDocuments()


def outgoing_orders(settings: Settings) -> OutgoingOrders:
    """What a worker hands orders over with."""
    return OutgoingOrders(key_ring(settings.secret_keys, settings.data), file_store(settings), document_maker)
