"""What of a stock sheet is new: decided from its lines and from what the books hold, before anything is written."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from core.domain.errors import Fault
from core.domain.stock_import.goods import LotKey, OpeningKey, OpeningLine
from core.domain.values import AMOUNT_LIMIT, normal


@dataclass(frozen=True, slots=True)
class Opened:
    """The openings of a key in the books: units and value of those that somebody stated, units that imports of sales were
    short of, and how many openings were reversed."""

    quantity: Decimal = Decimal(0)
    cost: Decimal = Decimal(0)
    short_for_sales: Decimal = Decimal(0)
    reversed: int = 0

    @property
    def stated(self) -> bool:
        return self.quantity > 0


@dataclass(frozen=True, slots=True)
class KnownLot:
    """A lot or serial number that the books know; `lies_at` is where a serial number is in stock."""

    expires_on: date | None
    lies_at: str | None = None


@dataclass(slots=True)
class OpeningPlan:
    """What is to be posted, how many lines the books hold already, and every fault; nothing is posted when there is one."""

    fresh: list[OpeningLine] = field(default_factory=list)
    unchanged: int = 0
    faults: list[Fault] = field(default_factory=list)


def plan_opening(
    lines: Sequence[OpeningLine], opened: Mapping[OpeningKey, Opened], lots: Mapping[LotKey, KnownLot]
) -> OpeningPlan:
    """Divides the lines into new ones, known ones and those of which nothing is there."""
    plan = OpeningPlan()
    rows: dict[OpeningKey | LotKey, int] = {}
    expiries = _expiries(lines, plan.faults)
    for line in lines:
        whole = line.lot if line.said.serial else line.key  # a serial number is in one place only
        if (first := rows.setdefault(whole, line.said.row)) != line.said.row:
            plan.faults.append(line.fault("sku", "repeated", f"stands in row {first} already"))
            continue
        held, lot = opened.get(line.key), lots.get(line.lot)
        plan.faults += (*_cost_faults(line), *_expiry_faults(line, lot), *_opening_faults(line, held, lot))
        if held is not None and held.stated:
            plan.unchanged += 1
        elif line.said.quantity:
            plan.fresh.append(replace(line, said=replace(line.said, expires_on=expiries.get(line.lot))))
    return plan


def _expiries(lines: Sequence[OpeningLine], faults: list[Fault]) -> dict[LotKey, date]:
    """The day on which each lot expires as far as a line says it: one for all sites."""
    expiries: dict[LotKey, date] = {}
    for line in lines:
        day = line.said.expires_on
        if day is not None and (first := expiries.setdefault(line.lot, day)) != day:
            faults.append(line.fault("expires_on", "expiry_differs", f"another row says {first.isoformat()}"))
    return expiries


def _cost_faults(line: OpeningLine) -> Iterator[Fault]:
    if line.cost is not None and line.cost >= AMOUNT_LIMIT:
        yield line.fault("unit_cost", "out_of_range", f"all units together must be worth less than {AMOUNT_LIMIT:f}")


def _expiry_faults(line: OpeningLine, lot: KnownLot | None) -> Iterator[Fault]:
    if lot is not None and line.said.expires_on not in (None, lot.expires_on):
        known = f"expires on {lot.expires_on.isoformat()}" if lot.expires_on else "does not expire"
        yield line.fault("expires_on", "expiry_differs", f"{line.key.number} {known} in the books")


def _opening_faults(line: OpeningLine, opened: Opened | None, lot: KnownLot | None) -> Iterator[Fault]:
    """What the books hold against the line."""
    if opened is not None and opened.stated:
        if line.said.quantity not in (None, opened.quantity):
            yield _differs(line, "quantity", f"{normal(opened.quantity):f} units")
        elif line.cost not in (None, opened.cost):
            yield _differs(line, "unit_cost", f"a value of {normal(opened.cost):f}")
    elif opened is not None and opened.short_for_sales and line.said.quantity:
        yield _differs(line, "quantity", f"{normal(opened.short_for_sales):f} units by an import of sales")
    elif lot is not None and lot.lies_at is not None and line.said.quantity:
        yield line.fault("serial", "serial_elsewhere", f"{line.said.serial} is in stock already, at {lot.lies_at}")


def _differs(line: OpeningLine, column: str, opened: str) -> Fault:
    goods = f"{line.said.sku} {line.key.number}".strip()
    detail = f"{goods} was opened at {line.site.code} with {opened}: adjust the stock, or reverse that opening first"
    return line.fault(column, "already_opened", detail)
