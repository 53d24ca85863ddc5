"""What buying is made of."""

from collections.abc import Callable

from dishka import Provider, Scope, provide

from adapters.postgres.queries.order_sendings import PostgresOrderSendingReader
from adapters.postgres.queries.purchase_orders import PostgresPurchaseOrderReader
from adapters.postgres.queries.suppliers import PostgresSupplierReader
from apps.ioc.supplier_orders import document_maker
from apps.settings import Settings
from core.commands.order_documents import OrderDocuments
from core.commands.supplier_ordering import OrderingDesk
from core.ports.order_sendings import OrderSendingReader
from core.ports.plugins import Installations, Plugins
from core.ports.sealing import Sealing
from core.ports.storage import Run
from core.ports.supplier import DocumentMaker
from core.queries.purchase_orders import PurchaseOrderReader
from core.queries.suppliers import SupplierReader


class OrderingProvider(Provider):
    """Saying how suppliers want their orders, for the web application, which knows of plugins."""

    @provide(scope=Scope.APP)
    def desk(
        self, run: Run, plugins: Plugins, installations: Installations, sealing: Sealing, settings: Settings
    ) -> OrderingDesk:
        return OrderingDesk(run, plugins, installations, sealing, on_loopback=settings.on_loopback)


class PurchasingProvider(Provider):
    """Reading suppliers and purchase orders, also on paper."""

    scope = Scope.APP

    suppliers = provide(PostgresSupplierReader, provides=SupplierReader)
    purchase_orders = provide(PostgresPurchaseOrderReader, provides=PurchaseOrderReader)
    sendings = provide(PostgresOrderSendingReader, provides=OrderSendingReader)
    documents = provide(OrderDocuments)

    @provide
    def maker(self) -> Callable[[], DocumentMaker]:
        return document_maker
