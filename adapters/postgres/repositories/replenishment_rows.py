"""Rows of replenishment as objects of the domain, and back."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from adapters.postgres.engine import Row
from core.domain.forecast import Forecast
from core.domain.ids import new_id
from core.domain.policy import LevelBasis, LevelSource, Mode, Sources
from core.domain.product import ProductKind, Tracking
from core.domain.replenishment import Current, Proposal, ProposalState, Standing
from core.domain.sourcing import Offer
from core.domain.supplier import PriceBreak
from core.ports.replenishment import OpenProposal

_RECEIPTS = msgspec.json.Decoder(list[tuple[date | None, Decimal]])
_BREAKS = msgspec.json.Decoder(tuple[PriceBreak, ...])
_BASIS = msgspec.json.Decoder(LevelBasis)


def standing_of(row: Row) -> Standing:
    """A row of the function `replenishment_standing`, which finds the position that the standing computes anew."""
    product, site, code, minimum, target, source, basis, mode, sources, is_active, kind, tracking, *rest = row
    on_hand, available, owed, ordered, drafted, arriving, _, receipts, as_of, mean, *proposal = rest
    return Standing(
        product,
        site,
        code,
        minimum,
        target,
        LevelSource(source),
        _BASIS.decode(basis) if basis else None,
        Mode(mode),
        Sources(sources),
        is_active,
        ProductKind(kind),
        Tracking(tracking),
        on_hand,
        available,
        owed,
        ordered,
        drafted,
        arriving,
        _RECEIPTS.decode(receipts) if receipts else (),
        Forecast(as_of, tuple(mean), ()) if mean else None,
        _current(proposal),
    )


def _current(row: Sequence[Any]) -> Current | None:
    proposal_id, state, is_filler, position, until, change, supplier = row
    if proposal_id is None:
        return None
    return Current(proposal_id, ProposalState(state), is_filler, position, supplier, until, change)


def offer_of(row: Row) -> Offer:
    """A row of the function `replenishment_offers`."""
    product, supplier, code, is_active, is_valid, currency, rate, minimum, least, pack, _, breaks, *lead = row
    return Offer(
        product,
        supplier,
        code,
        is_active,
        is_valid,
        currency,
        rate,
        minimum,
        least,
        pack,
        _BREAKS.decode(breaks),
        *lead,
    )


def open_proposal_of(row: Row) -> OpenProposal:
    """A row of a proposal that somebody decides about."""
    return OpenProposal(row[0], row[1], ProposalState(row[2]), *row[3:])


def stored(proposal: Proposal) -> dict[str, object]:
    """What is kept of a proposal."""
    standing, chosen = proposal.standing, proposal.why.chosen
    return {
        "id": standing.current.id if standing.current else new_id(),
        "product": standing.product,
        "site": standing.site,
        "state": proposal.state,
        "reason": proposal.reason,
        "supplier": proposal.supplier,
        "source": proposal.source,
        "quantity": chosen.quantity if chosen else None,
        "unit_price": chosen.unit_price if chosen else None,
        "exchange_rate": chosen.exchange_rate if chosen else None,
        "expected_on": chosen.arrives_on if chosen else None,
        "is_filler": proposal.is_filler,
        "position": standing.position,
        "why": proposal.why,
    }
