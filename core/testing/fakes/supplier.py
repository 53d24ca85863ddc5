"""A supplier in memory."""

from core.ports.failures import PortFailure
from core.ports.supplier import Acceptance, OutgoingOrder


class InMemorySupplier:
    """`SupplierOrdering` of a supplier who looks at keys. `trouble` is raised by every call while it is set."""

    def __init__(self) -> None:
        self.orders: dict[str, OutgoingOrder] = {}
        self.trouble: PortFailure | None = None

    async def deliver(self, order: OutgoingOrder) -> Acceptance:
        if self.trouble is not None:
            raise self.trouble
        self.orders.setdefault(order.key, order)
        return Acceptance(f"S-{list(self.orders).index(order.key) + 1}")
