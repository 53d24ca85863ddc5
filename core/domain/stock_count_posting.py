"""What a count that is approved brings into the ledger: the differences, and nothing else."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from core.domain.stock import ADJUSTMENT, MAX_LINES, Document, DocumentType, Line, Posting, PostingKind
from core.domain.stock_count import StockCount

SOURCE = "count"
"""The source of the postings that counts make."""


@dataclass(frozen=True, slots=True)
class Difference:
    """How much more (less: negative) lies in a place than the books said when it was counted. `lot` is empty where the
    product has none."""

    product: UUID
    location: UUID
    lot: str
    quantity: Decimal
    is_large: bool


def adjustments(count: StockCount, differences: Sequence[Difference]) -> Iterator[Posting]:
    """The postings of a count. What is taken out comes first, so that a serial number that lay elsewhere than the books said
    is never in two places."""
    ordered = sorted(differences, key=lambda one: one.quantity > 0)
    for part, start in enumerate(range(0, len(ordered), MAX_LINES), 1):
        yield Posting(
            PostingKind.ADJUSTMENT,
            tuple(_line(one) for one in ordered[start : start + MAX_LINES]),
            Document(DocumentType.COUNT, str(count.number)),
            reason=count.reason,
            source=SOURCE,
            source_ref=f"{count.id}/{part}",
        )


def _line(one: Difference) -> Line:
    source, destination = (ADJUSTMENT, one.location) if one.quantity > 0 else (one.location, ADJUSTMENT)
    return Line(one.product, source, destination, abs(one.quantity), lot=one.lot or None)
