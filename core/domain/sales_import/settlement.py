"""What of a slip is new to the ledger: nothing is imported twice, and nothing that differs is overwritten."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from core.domain.sales_import.decisions import stock_change
from core.domain.sales_import.lines import SalesLine
from core.domain.sales_import.postings import DecidedLine, ImportedPosting, Slip, postings_of
from core.domain.stock import PostingKind


class MoveKey(NamedTuple):
    """A line as the ledger remembers it; equal lines of a slip have equal keys and are counted."""

    sku: str
    stock_change: Decimal
    unit_price: Decimal | None

    @classmethod
    def of(cls, line: SalesLine, kind: PostingKind) -> "MoveKey":
        """The key of a line; adjustments carry no price."""
        price = None if kind is PostingKind.ADJUSTMENT else line.unit_price
        return cls(line.sku, stock_change(line, kind), price)


@dataclass(frozen=True, slots=True)
class Settlement:
    """Every line of a slip is in one of the three."""

    fresh: tuple[ImportedPosting, ...] = ()
    known: tuple[SalesLine, ...] = ()
    differing: tuple[SalesLine, ...] = ()


def settle(slip: Slip, imported: Mapping[MoveKey, int]) -> Settlement:
    """What to do with a slip of which `imported` counts the moves that the ledger holds already.

    Lines that are there are known. Further ones are fresh (an earlier export had been cut off). But when the ledger
    holds moves that the slip no longer says, the invoice was changed afterwards: nothing of it is posted.
    """
    unmatched = Counter(imported)
    known: list[SalesLine] = []
    fresh: list[DecidedLine] = []
    for line, kind in slip.lines:
        key = MoveKey.of(line, kind)
        if unmatched[key] > 0:
            unmatched[key] -= 1
            known.append(line)
        else:
            fresh.append((line, kind))
    if fresh and +unmatched:
        return Settlement(differing=tuple(line for line, _ in slip.lines))
    return Settlement(fresh=postings_of(fresh, sum(imported.values())), known=tuple(known))
