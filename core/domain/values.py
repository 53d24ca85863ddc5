"""Exact decimals. A quantity has at most 6 decimals and 12 digits before them, an amount of money 4 and 14."""

from decimal import Decimal

from core.domain.errors import Fault

QUANTITY_DECIMALS = 6
AMOUNT_DECIMALS = 4
QUANTITY_LIMIT = Decimal(10) ** 12
AMOUNT_LIMIT = Decimal(10) ** 14
RATE_DECIMALS = 8
RATE_LIMIT = Decimal(10) ** 10


def quantity_fault(pointer: str, value: Decimal, *, signed: bool = False) -> Fault | None:
    """What is wrong with a quantity: more than 0, or other than 0 where it may be signed."""
    if fault := _decimal_fault(pointer, value, QUANTITY_DECIMALS, QUANTITY_LIMIT):
        return fault
    if value == 0 or (value < 0 and not signed):
        return Fault(pointer, "out_of_range", "must not be zero" if signed else "must be more than zero")
    return None


def level_fault(pointer: str, value: Decimal) -> Fault | None:
    """What is wrong with a quantity that may be zero."""
    if value.is_finite() and value < 0:
        return Fault(pointer, "out_of_range", "must not be negative")
    return None if value.is_finite() and value == 0 else quantity_fault(pointer, value)


def amount_fault(pointer: str, value: Decimal | None) -> Fault | None:
    """What is wrong with an amount of money: 0 or more."""
    if value is None:
        return None
    if fault := _decimal_fault(pointer, value, AMOUNT_DECIMALS, AMOUNT_LIMIT):
        return fault
    return Fault(pointer, "out_of_range", "must not be negative") if value < 0 else None


def rate_fault(pointer: str, value: Decimal) -> Fault | None:
    """What is wrong with a rate between two currencies: more than 0, with at most 8 decimals."""
    if fault := _decimal_fault(pointer, value, RATE_DECIMALS, RATE_LIMIT):
        return fault
    return None if value > 0 else Fault(pointer, "out_of_range", "must be more than zero")


def percent_fault(pointer: str, value: Decimal) -> Fault | None:
    """What is wrong with a percentage from 0 to 100 with at most 2 decimals."""
    if fault := _decimal_fault(pointer, value, 2, Decimal(1000)):
        return fault
    return None if 0 <= value <= 100 else Fault(pointer, "out_of_range", "must be from 0 to 100")


def _decimal_fault(pointer: str, value: Decimal, decimals: int, limit: Decimal) -> Fault | None:
    if not value.is_finite():
        return Fault(pointer, "not_a_number", "must be a finite number")
    if value and not -decimals <= value.adjusted() < limit.adjusted():
        too_small = value.adjusted() < 0
        code, detail = (
            ("too_precise", _at_most(decimals)) if too_small else ("out_of_range", f"must be below {limit:f}")
        )
        return Fault(pointer, code, detail)
    if -int(value.as_tuple().exponent) > decimals and _decimals(value) > decimals:
        return Fault(pointer, "too_precise", _at_most(decimals))
    return None


def _at_most(decimals: int) -> str:
    return f"must have at most {decimals} decimals"


def _decimals(value: Decimal) -> int:
    """Decimals that say something: 1.50 has one."""
    return -int(normal(value).as_tuple().exponent)


def normal(value: Decimal) -> Decimal:
    """The same number without trailing zeros and without an exponent: how Pirwa writes every decimal."""
    short = value.normalize()
    return short.quantize(Decimal(1)) if int(short.as_tuple().exponent) > 0 else short
