"""Uniting what is known of an order with one more picture of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from uuid import UUID

from core.domain.channel_order import ZERO, ChannelOrder, Fact, FactKind, FactLine, OrderLine
from core.domain.remote_order import RemoteFulfilment, RemoteOrder, RemoteReturn


@dataclass(frozen=True, slots=True)
class GivenPlaces:
    """Where a shop that knows our sites wants things done, by the ids of lines, fulfilments and returns; and the barcodes of lines. A shop
    that does not, speaks of its own locations."""

    order: UUID | None = None
    lines: Mapping[str, UUID] = field(default_factory=dict)
    fulfilments: Mapping[str, UUID] = field(default_factory=dict)
    returns: Mapping[str, UUID] = field(default_factory=dict)
    barcodes: Mapping[str, str] = field(default_factory=dict)


NO_PLACES = GivenPlaces()


def united(
    known: ChannelOrder | None, channel: str, picture: RemoteOrder, places: GivenPlaces = NO_PLACES
) -> ChannelOrder:
    """What is known after one more picture. Of two of the same moment the one that came last counts."""
    is_newest = known is None or picture.updated_at >= known.changed_at
    lines = _lines(known.lines if known else (), picture, places, is_newest=is_newest)
    facts = _facts(known.facts if known else (), picture, places)
    if known and not is_newest:
        return replace(known, lines=lines, facts=facts)
    base = known or ChannelOrder(channel, picture.id, "", picture.placed_at, picture.updated_at, "", ())
    return replace(
        base,
        number=picture.number,
        placed_at=picture.placed_at,
        changed_at=picture.updated_at,
        currency=picture.currency,
        lines=lines,
        facts=facts,
        by_location=places is NO_PLACES,
        location=picture.location,
        site=places.order or base.site,
        cancelled_at=picture.cancelled_at,
        buyer=picture.buyer,
    )


def _lines(
    known: Sequence[OrderLine], picture: RemoteOrder, places: GivenPlaces, *, is_newest: bool
) -> tuple[OrderLine, ...]:
    lines = {line.id: replace(line, quantity=ZERO) if is_newest else line for line in known}
    for one in picture.lines:
        before = lines.get(one.id)
        if before and before.seen_at > picture.updated_at:
            continue
        lines[one.id] = OrderLine(
            one.id,
            before.number if before else len(lines) + 1,
            one.item,
            one.sku,
            places.barcodes.get(one.id, ""),
            one.title,
            one.quantity if is_newest else ZERO,
            one.unit_price,
            picture.updated_at,
            before.product if before else None,
            places.lines.get(one.id),
            before.problem if before else None,
        )
    return tuple(sorted(lines.values(), key=lambda line: line.number))


def _facts(known: Sequence[Fact], picture: RemoteOrder, places: GivenPlaces) -> tuple[Fact, ...]:
    facts = {(fact.kind, fact.id): fact for fact in known}
    for kind, remote, sites in (
        (FactKind.FULFILMENT, picture.fulfilments, places.fulfilments),
        (FactKind.RETURN, picture.returns, places.returns),
    ):
        for one in remote:
            facts.setdefault((kind, one.id), _fact(kind, one, sites.get(one.id)))
    return tuple(sorted(facts.values(), key=lambda fact: (fact.kind, fact.at, fact.id)))


def _fact(kind: FactKind, remote: RemoteFulfilment | RemoteReturn, site: UUID | None) -> Fact:
    units: dict[str, Decimal] = {}
    for part in remote.lines:
        units[part.line] = units.get(part.line, ZERO) + part.quantity
    lines = tuple(FactLine(line, quantity) for line, quantity in units.items() if quantity > 0)
    return Fact(kind, remote.id, remote.at, lines, remote.location, site)
