"""Lines of opening stock become postings: as few as the length of a posting allows, each of one site."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from itertools import groupby

from core.domain.errors import refuse_if
from core.domain.stock import MAX_LINES, Document, DocumentType, Line, LineDraft, Posting, PostingKind, draft_lines
from core.domain.stock_import.goods import KnownSite, OpeningKey, OpeningLine
from core.domain.stock_import.plan import Opened
from core.domain.values import normal

REASON = "opening stock from a file"


def opening_postings(
    lines: Iterable[OpeningLine],
    opened: Mapping[OpeningKey, Opened],
    *,
    file_name: str,
    day: date | None,
    at: datetime | None,
) -> Iterator[Posting]:
    """The postings of new lines, which took effect `at` a moment (None: when they are recorded).

    Their references follow from what they hold and from how often that was opened and reversed before: what the books hold
    cannot be recorded again, and what was reversed can.
    """
    in_order = sorted(lines, key=lambda line: (line.site.code, line.said.row))
    for site, of_site in groupby(in_order, key=lambda line: line.site):
        for part in _parts(list(of_site)):
            yield Posting(
                kind=PostingKind.OPENING,
                lines=_lines(part),
                document=Document(DocumentType.COUNT, file_name[:200], day),
                reason=REASON,
                effective_at=at,
                source=source_of(site),
                source_ref=_reference(part, opened),
            )


def source_of(site: KnownSite) -> str:
    """The source of every opening that is imported for a site."""
    return f"stock_file:{site.code.lower()}"


def _parts(lines: Sequence[OpeningLine]) -> Iterator[Sequence[OpeningLine]]:
    return (lines[start : start + MAX_LINES] for start in range(0, len(lines), MAX_LINES))


def _reference(lines: Sequence[OpeningLine], opened: Mapping[OpeningKey, Opened]) -> str:
    digest = sha256()
    for line in lines:
        before = opened[line.key].reversed if line.key in opened else 0
        digest.update(f"{line.product.id}\t{line.key.number}\t{before}\n".encode())
    return f"opening/{digest.hexdigest()[:32]}"


def _lines(opening: Sequence[OpeningLine]) -> tuple[Line, ...]:
    drafts = [
        LineDraft(
            product=str(line.product.id),
            site=str(line.site.id),
            quantity=normal(line.said.quantity or Decimal(0)),
            unit_cost=line.said.unit_cost,
            lot=line.key.number or None,
            expires_on=line.said.expires_on,
        )
        for line in opening
    ]
    lines, faults = draft_lines(PostingKind.OPENING, drafts)
    refuse_if(faults)
    return tuple(lines)
