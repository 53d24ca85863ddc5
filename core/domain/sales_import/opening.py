"""Opening stock: a sales file shows goods leaving that it never saw arrive, so they must have been there before."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from hashlib import sha256
from itertools import islice
from typing import NamedTuple

from core.domain.errors import refuse_if
from core.domain.sales_import.decisions import stock_change
from core.domain.sales_import.lines import EXACT
from core.domain.sales_import.postings import ImportedPosting, source_of
from core.domain.stock import MAX_LINES, Document, DocumentType, LineDraft, Posting, PostingKind, draft_lines


class Change(NamedTuple):
    """Units of a product that come into the site's stock at an instant (negative: leave it)."""

    at: datetime
    sku: str
    units: Decimal


def posting_changes(imported: ImportedPosting) -> Iterator[Change]:
    """What a posting will change, line by line."""
    for line in imported.lines:
        yield Change(line.moment.utc, line.sku, stock_change(line, imported.kind))


def opening_stock(changes: Iterable[Change], on_hand: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Units missing so that no product is ever below zero: per SKU, what covers its lowest point. None is 0.

    The changes come in posting order. `on_hand` is the stock just before the first of them (a product it lacks has
    none); where the ledger holds later moves of these products, they belong among the changes, else a backdated sale
    would be covered by goods that leave afterwards. Raises ValueError where time runs backwards.
    """
    balance = dict(on_hand)
    lowest: dict[str, Decimal] = {}
    latest: datetime | None = None
    nothing = Decimal(0)
    for at, sku, units in changes:
        if latest is not None and at < latest:
            raise ValueError("the changes are not in posting order")
        latest = at
        left = balance[sku] = EXACT.add(balance.get(sku, nothing), units)
        if left < lowest.get(sku, nothing):
            lowest[sku] = left
    return {sku: -point for sku, point in lowest.items()}


def opening_postings(
    needs: Mapping[str, Decimal], covered: Iterable[ImportedPosting], site_code: str, zone: tzinfo
) -> tuple[Posting, ...]:
    """Postings that bring in what the covered postings need, at the start of the local day of the first of them.

    Their references follow from what they cover, which is new to the ledger only once. Their goods carry no cost,
    since the file knows none.
    """
    refs = sha256()
    first: datetime | None = None
    for imported in covered:
        first = min(first or imported.effective_at, imported.effective_at)
        refs.update(imported.source_ref.encode() + b"\n")
    if first is None or not needs:
        return ()
    day = first.astimezone(zone).replace(hour=0, minute=0, second=0, fold=0)
    remaining = iter(sorted(needs.items()))
    parts = iter(lambda: dict(islice(remaining, MAX_LINES)), {})
    return tuple(
        _opening(
            part, min(day, first).astimezone(UTC), day.date(), site_code, f"opening/{refs.hexdigest()[:32]}/{number}"
        )
        for number, part in enumerate(parts, start=1)
    )


def _opening(units: Mapping[str, Decimal], at: datetime, day: date, site_code: str, source_ref: str) -> Posting:
    drafts = [LineDraft(product=sku, quantity=quantity, site=site_code) for sku, quantity in units.items()]
    lines, faults = draft_lines(PostingKind.OPENING, drafts)
    refuse_if(faults)
    return Posting(
        kind=PostingKind.OPENING,
        lines=tuple(lines),
        document=Document(DocumentType.OTHER, "opening stock", day),
        reason="covers what the sales file shows leaving",
        effective_at=at,
        source=source_of(site_code),
        source_ref=source_ref,
    )
