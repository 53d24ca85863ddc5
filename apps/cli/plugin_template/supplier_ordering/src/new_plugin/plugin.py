"""What the plugin brings."""

from core.plugin.context import RegisterSupplierOrdering
from core.plugin.hookspecs import hookimpl

from .ordering import ExchangeOrdering
from .settings import ExchangeSettings


@hookimpl
def register_supplier_orderings(register: RegisterSupplierOrdering) -> None:
    register("exchange", ExchangeSettings, ExchangeOrdering)
