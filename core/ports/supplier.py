"""The port to suppliers: handing an order over to one of them."""

from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from core.domain.order_document import OrderDocument


@dataclass(frozen=True, slots=True)
class OutgoingOrder:
    """One sending of an order. `id` and `key` are the same whenever it is repeated, and so is every byte of the rest but for
    `address`, which is where this supplier wants its orders, in the words of the channel. `body` is the document as JSON, `pdf` as
    it is printed."""

    id: UUID
    key: str
    address: str
    document: OrderDocument = field(repr=False)
    body: bytes = field(repr=False)
    pdf: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Acceptance:
    """The supplier has the order. `reference` is its own number for it, empty where it told none."""

    reference: str = ""


class SupplierOrdering(Protocol):
    """A way to hand orders over."""

    async def deliver(self, order: OutgoingOrder) -> Acceptance:
        """Returns when the supplier, or whoever brings it there for good, has taken the order. What was taken once is not ordered
        again by a repeat with the same `key`, as far as the other side looks at it.

        Raises the failures of `core.ports.failures`, whose words name no address and no secret: `AuthFailed`, `Misconfigured` and
        `PermanentlyRejected` where repeating it is useless, `Ambiguous` where the order may have been taken.
        """
        ...


class DocumentMaker(Protocol):
    def pdf(self, document: OrderDocument) -> bytes:
        """The order as it is printed, the same bytes for the same document. Busies the processor: call it in a thread."""
        ...
