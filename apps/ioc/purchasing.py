"""What buying is made of."""

from dishka import Provider, Scope, provide

from adapters.postgres.queries.purchase_orders import PostgresPurchaseOrderReader
from adapters.postgres.queries.suppliers import PostgresSupplierReader
from core.queries.purchase_orders import PurchaseOrderReader
from core.queries.suppliers import SupplierReader


class PurchasingProvider(Provider):
    """Reading suppliers and purchase orders."""

    scope = Scope.APP

    suppliers = provide(PostgresSupplierReader, provides=SupplierReader)
    purchase_orders = provide(PostgresPurchaseOrderReader, provides=PurchaseOrderReader)
