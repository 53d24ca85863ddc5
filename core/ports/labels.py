"""The ports to labels: what is known of the goods, and the sheets that come out of the printer."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol
from uuid import UUID

import msgspec

from core.domain.access import Actor
from core.domain.barcode import BarcodeKind
from core.domain.label import LabelRun


class LabelCode(msgspec.Struct, frozen=True):
    code: str
    kind: BarcodeKind
    pack_quantity: Decimal


class LabelGood(msgspec.Struct, frozen=True):
    """A product as its label shows it, with its codes in the order in which it got them. `on_hand` is at the site of the labels."""

    reference: str
    id: UUID
    sku: str
    name: str
    price: Decimal
    unit: str
    codes: list[LabelCode]
    on_hand: Decimal


class LabelPlace(msgspec.Struct, frozen=True):
    """The company's money and way of writing, and the site that was asked for, if there is one that the caller sees."""

    currency: str
    locale: str
    site: str | None


class LabelGoods(Protocol):
    async def goods(
        self, actor: Actor, references: Sequence[str], site: str | None
    ) -> tuple[LabelPlace, list[LabelGood]]:
        """The products that ids or SKUs name, in one statement; those that name nothing are absent. Without a site their stock is that of
        all sites that the caller sees."""
        ...


class LabelSheets(Protocol):
    def pdf(self, run: LabelRun) -> bytes:
        """The same bytes for the same labels. Busies the processor: call it in a thread."""
        ...

    def price(self, amount: Decimal, currency: str, locale: str) -> str:
        """An amount with its currency, as people of this locale write it."""
        ...
