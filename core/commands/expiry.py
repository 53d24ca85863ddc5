"""Lots that have expired go to the quarantine of their site, by postings like any other."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from uuid import UUID

from core.domain.access import Actor
from core.domain.errors import Conflict
from core.domain.stock import MAX_LINES, Document, DocumentType, Line, Posting, PostingKind
from core.ports.expired_lots import ExpiredLot, ExpiredLots
from core.ports.stock_ledger import StockLedger

SOURCE = "expiry"


async def quarantine_expired(ledger: StockLedger, lots: ExpiredLots, actor: Actor, day: date) -> int:
    """Moves what expired before `day`. Returns how many postings that took; a repetition on the same day takes none.

    Expiry is a fact: what was promised of those lots is shortened.
    """
    found = sorted(await lots.expired(actor.company, day), key=lambda lot: lot.site_id)
    postings = [
        posting
        for site_id, of_site in groupby(found, key=lambda lot: lot.site_id)
        for posting in _postings(site_id, list(of_site), day)
    ]
    return sum([await _record(ledger, actor, posting) for posting in postings])


async def _record(ledger: StockLedger, actor: Actor, posting: Posting) -> bool:
    """Each site by itself, so that one that cannot be posted to does not hold up the others."""
    try:
        await ledger.post(actor, [posting])
    except Conflict as conflict:
        if conflict.code != "already_recorded":
            raise
        return False
    return True


def _postings(site_id: UUID, lots: Sequence[ExpiredLot], day: date) -> list[Posting]:
    parts = [lots[start : start + MAX_LINES] for start in range(0, len(lots), MAX_LINES)]
    return [
        Posting(
            kind=PostingKind.ADJUSTMENT,
            lines=tuple(
                Line(lot.product_id, lot.location_id, lot.quarantine_id, lot.quantity, lot_id=lot.lot_id)
                for lot in part
            ),
            document=Document(DocumentType.ADJUSTMENT),
            reason="expired",
            source=SOURCE,
            source_ref=f"{site_id}:{day}:{number}",
        )
        for number, part in enumerate(parts)
    ]
