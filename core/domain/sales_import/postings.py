"""Lines become postings: those of one invoice, time and kind make one, under a reference that never changes.

A *slip* is what one invoice says at one time. Two exports that both hold the time hold the same slip.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from core.domain.errors import refuse_if
from core.domain.sales_import.lines import SalesLine
from core.domain.stock import MAX_LINES, Document, DocumentType, LineDraft, Posting, PostingKind, draft_lines

REASON_LIMIT = 200
NO_REMARK = "no remark in the sales file"

DecidedLine = tuple[SalesLine, PostingKind]


@dataclass(frozen=True, slots=True)
class ImportedPosting:
    """Lines of one slip that are of one kind. Within its source, `source_ref` names them for ever."""

    kind: PostingKind
    source_ref: str
    lines: tuple[SalesLine, ...]

    @property
    def effective_at(self) -> datetime:
        """When it happened, in UTC."""
        return self.lines[0].moment.utc

    @property
    def reason(self) -> str:
        """What staff remarked on an adjustment, each remark once; sales and returns need no reason."""
        if self.kind is not PostingKind.ADJUSTMENT:
            return ""
        remarks = dict.fromkeys(line.description for line in self.lines if line.description)
        return "; ".join(remarks)[:REASON_LIMIT] or NO_REMARK

    @property
    def document(self) -> Document:
        """The invoice as written (an adjustment's paper is an adjustment), its local date and the customer."""
        first = self.lines[0]
        of_adjustment = self.kind is PostingKind.ADJUSTMENT
        document_type = DocumentType.ADJUSTMENT if of_adjustment else DocumentType.INVOICE
        return Document(document_type, first.invoice, first.moment.local.date(), first.customer)


@dataclass(frozen=True, slots=True)
class Slip:
    """The lines that move stock of one invoice at one time, in the file's order."""

    invoice: str
    lines: tuple[DecidedLine, ...]

    @property
    def reference(self) -> str:
        """What the references of all its postings begin with."""
        return _slip_reference(self.lines[0][0])


def source_of(site_code: str) -> str:
    """The source of every posting that is imported for a site: shops may number their invoices alike."""
    return f"sales_file:{site_code.lower()}"


def in_posting_order(lines: Iterable[DecidedLine]) -> list[DecidedLine]:
    """By time, then in the file's order."""
    return sorted(lines, key=lambda decided: decided[0].moment.utc)


def slips(lines: Iterable[DecidedLine]) -> Iterator[Slip]:
    """The slips of lines that come in posting order, while holding one moment's lines at most.

    Raises ValueError where time runs backwards.
    """
    latest: datetime | None = None
    for instant, together in groupby(lines, key=lambda decided: decided[0].moment.utc):
        if latest is not None and instant < latest:
            raise ValueError("the lines are not in posting order")
        latest = instant
        invoices: dict[str, list[DecidedLine]] = {}
        for decided in together:
            invoices.setdefault(decided[0].invoice, []).append(decided)
        for invoice, lines_of_invoice in invoices.items():
            yield Slip(invoice, tuple(lines_of_invoice))


def postings_of(lines: Sequence[DecidedLine], already: int = 0) -> tuple[ImportedPosting, ...]:
    """The postings that lines of one slip become when `already` lines of it are in the ledger."""
    kinds: dict[PostingKind, list[SalesLine]] = {}
    for line, kind in lines:
        kinds.setdefault(kind, []).append(line)
    return tuple(
        ImportedPosting(kind, _source_ref(of_kind[0], kind, already + start), tuple(of_kind[start : start + MAX_LINES]))
        for kind, of_kind in kinds.items()
        for start in range(0, len(of_kind), MAX_LINES)
    )


def to_posting(imported: ImportedPosting, site_code: str, currency: str) -> Posting:
    """The posting to record at the site; `currency` is that of the file's prices. Raises Invalid."""
    priced = imported.kind is not PostingKind.ADJUSTMENT
    drafts = [
        LineDraft(
            product=line.sku,
            site=site_code,
            quantity=abs(line.quantity) if priced else line.quantity,
            unit_price=line.unit_price if priced else None,
        )
        for line in imported.lines
    ]
    lines, faults = draft_lines(imported.kind, drafts)
    refuse_if(faults)
    return Posting(
        kind=imported.kind,
        lines=tuple(lines),
        document=imported.document,
        reason=imported.reason,
        currency=currency,
        effective_at=imported.effective_at,
        source=source_of(site_code),
        source_ref=imported.source_ref,
    )


def slip_reference(source_ref: str) -> str:
    """The reference of the slip that an imported posting belongs to."""
    return source_ref.rpartition("/")[0]


def _slip_reference(line: SalesLine) -> str:
    """Local time, so that the zone with which a file is read makes no difference to what was imported before."""
    return f"{line.invoice}@{line.moment.local.isoformat()}"


def _source_ref(line: SalesLine, kind: PostingKind, lines_before: int) -> str:
    return f"{_slip_reference(line)}/{kind}" + (f"+{lines_before}" if lines_before else "")
