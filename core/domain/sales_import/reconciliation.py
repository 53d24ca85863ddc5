"""Proof that an import accounted for its file: every line in one bucket, and the buckets sum to what was read."""

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from core.domain.sales_import.decisions import Decision, Skip, stock_change
from core.domain.sales_import.lines import EXACT, SalesLine
from core.domain.stock import PostingKind

COLUMNS = ("bucket", "lines", "quantity", "value", "units_in", "units_out", "value_in", "value_out")


@dataclass(slots=True)
class Tally:
    """Lines, and sums over them. `quantity` and `value` have the file's signs and count what was read; the others
    say what came into the stock and what left it, and stay 0 for lines that moved nothing."""

    lines: int = 0
    quantity: Decimal = Decimal(0)
    value: Decimal = Decimal(0)
    units_in: Decimal = Decimal(0)
    units_out: Decimal = Decimal(0)
    value_in: Decimal = Decimal(0)
    value_out: Decimal = Decimal(0)

    def count(self, line: SalesLine) -> None:
        """One line more."""
        self.lines += 1
        self.quantity = EXACT.add(self.quantity, line.quantity)
        self.value = EXACT.add(self.value, line.value)

    def move(self, line: SalesLine, kind: PostingKind) -> None:
        """What the line's posting brings in or takes out, and what it was worth at the line's price."""
        units = stock_change(line, kind)
        if units > 0:
            self.units_in = EXACT.add(self.units_in, units)
            self.value_in = EXACT.add(self.value_in, abs(line.value))
        else:
            self.units_out = EXACT.subtract(self.units_out, units)
            self.value_out = EXACT.add(self.value_out, abs(line.value))

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.lines + other.lines,
            EXACT.add(self.quantity, other.quantity),
            EXACT.add(self.value, other.value),
            EXACT.add(self.units_in, other.units_in),
            EXACT.add(self.units_out, other.units_out),
            EXACT.add(self.value_in, other.value_in),
            EXACT.add(self.value_out, other.value_out),
        )

    def as_texts(self) -> tuple[str, ...]:
        """The numbers in the order of COLUMNS."""
        sums = (self.quantity, self.value, self.units_in, self.units_out, self.value_in, self.value_out)
        return (str(self.lines), *(f"{number:f}" for number in sums))


class Reconciliation:
    """Counts each line twice over: when it is read, and when its fate is settled."""

    def __init__(self) -> None:
        self.file = Tally()
        self.buckets: dict[Decision, Tally] = {}
        self.unknown_codes: Counter[str] = Counter()
        self.differing_invoices: Counter[str] = Counter()

    def read(self, line: SalesLine) -> None:
        """A line of the file was understood."""
        self.file.count(line)

    def settled(self, line: SalesLine, fate: Decision) -> None:
        """The line was posted as the given kind, or left out for the given reason."""
        bucket = self.buckets.setdefault(fate, Tally())
        bucket.count(line)
        if isinstance(fate, PostingKind):
            bucket.move(line, fate)
        elif fate is Skip.UNKNOWN_CODE:
            self.unknown_codes[line.sku] += 1
        elif fate is Skip.DIFFERS_FROM_IMPORTED:
            self.differing_invoices[line.invoice] += 1

    @property
    def total(self) -> Tally:
        """The sum of the buckets."""
        return sum(self.buckets.values(), Tally())

    @property
    def complete(self) -> bool:
        """Whether the buckets sum to the file: lines, quantity and value, all exact."""
        total = self.total
        return (total.lines, total.quantity, total.value) == (self.file.lines, self.file.quantity, self.file.value)

    def rows(self) -> list[tuple[str, ...]]:
        """COLUMNS as texts: postings first, then reasons, then the sum and what was read."""
        named = [(f"posted: {kind}", tally) for kind, tally in self._of(PostingKind)]
        named += [(f"skipped: {reason}", tally) for reason, tally in self._of(Skip)]
        named += [("sum", self.total), ("file", self.file)]
        return [(name, *tally.as_texts()) for name, tally in named]

    def as_dict(self) -> dict[str, object]:
        """Ready for JSON: line counts are numbers, everything else exact decimals as texts."""
        return {
            "file": _as_dict(self.file),
            "posted": {str(kind): _as_dict(tally) for kind, tally in self._of(PostingKind)},
            "skipped": {str(reason): _as_dict(tally) for reason, tally in self._of(Skip)},
            "sum": _as_dict(self.total),
            "complete": self.complete,
            "unknown_codes": dict(sorted(self.unknown_codes.items())),
            "differing_invoices": dict(sorted(self.differing_invoices.items())),
        }

    def _of(self, fates: type[PostingKind] | type[Skip]) -> list[tuple[Decision, Tally]]:
        return [(fate, self.buckets[fate]) for fate in fates if fate in self.buckets]


def _as_dict(tally: Tally) -> dict[str, object]:
    texts: dict[str, object] = dict(zip(COLUMNS[1:], tally.as_texts(), strict=True))
    return texts | {"lines": tally.lines}
