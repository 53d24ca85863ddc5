"""Orders as rows, and rows as orders."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

import msgspec

from adapters.postgres.engine import Row
from core.domain.channel_order import ChannelOrder, Fact, FactKind, FactLine, OrderLine, OrderState, Problem
from core.domain.values import normal


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the statements that load an order found."""

    id: UUID
    head: Row
    lines: Sequence[Row]
    facts: Sequence[Row]


def order_of(loaded: Loaded) -> ChannelOrder:
    """The order that was loaded."""
    head = loaded.head
    return ChannelOrder(
        channel=head[0],
        external_id=head[1],
        number=head[2],
        placed_at=head[3],
        changed_at=head[4],
        currency=head[5],
        by_location=head[6],
        location=head[7],
        site=head[8],
        cancelled_at=head[9],
        buyer=head[10],
        state=OrderState(head[11]),
        problem=head[12],
        problem_code=head[13],
        lacks=normal(head[14]),
        version=head[15],
        lines=tuple(_line(row) for row in loaded.lines),
        facts=tuple(_fact(list(rows)) for _, rows in groupby(loaded.facts, lambda row: row[:2])),
        id=loaded.id,
    )


def _line(row: Row) -> OrderLine:
    return OrderLine(
        id=row[0],
        number=row[1],
        item=row[2],
        sku=row[3],
        barcode=row[4],
        title=row[5],
        quantity=normal(row[6]),
        unit_price=normal(row[7]),
        seen_at=row[8],
        product=row[9],
        site=row[10],
        problem=Problem(row[11]) if row[11] else None,
    )


def _fact(rows: Sequence[Row]) -> Fact:
    kind, fact_id, at, location, site, problem = rows[0][:6]
    lines = tuple(FactLine(row[6], *(normal(each) for each in row[7:10])) for row in rows if row[6] is not None)
    return Fact(FactKind(kind), fact_id, at, lines, location, site, Problem(problem) if problem else None)


def rows_of(order: ChannelOrder) -> dict[str, object]:
    """The order as the parameters of the statements that save it."""
    facts = [(fact, part) for fact in order.facts for part in fact.lines]
    return {
        "id": order.id,
        "channel": order.channel,
        "external_id": order.external_id,
        "number": order.number,
        "placed_at": order.placed_at,
        "changed_at": order.changed_at,
        "currency": order.currency,
        "by_location": order.by_location,
        "location": order.location,
        "site": order.site,
        "cancelled_at": order.cancelled_at,
        "buyer": order.buyer,
        "state": order.state.value,
        "problem": order.problem,
        "problem_code": order.problem_code,
        "lacks": order.lacks,
        "lines": _json(order.lines),
        "facts": _json([{**_whole(fact), "lines": None} for fact in order.facts]),
        "fact_lines": _json([{**_whole(part), "kind": fact.kind, "fact": fact.id} for fact, part in facts]),
    }


def _whole(value: Fact | FactLine) -> dict[str, object]:
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
