"""How much to order: what is needed, in the quantities that can be had."""

from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal

from core.domain.values import normal

_EXACT = Context(prec=60)
ONE = Decimal(1)


def order_quantity(needed: Decimal, least: Decimal | None, pack: Decimal | None, *, whole: bool = False) -> Decimal:
    """At least what is needed and at least the minimum order quantity, rounded up to whole packs: q = ⌈max(q₀, MOQ) / pack⌉ · pack, the
    practice that Silver, Pyke and Thomas describe for (R, s, S) policies. It exceeds the larger of both by less than a pack. `whole`:
    there are whole units only."""
    wanted = max(needed, least or needed)
    step = _step(pack, whole=whole)
    return wanted if step is None else _multiples(wanted, step, ROUND_CEILING)


def most_within(room: Decimal, least: Decimal | None, pack: Decimal | None, *, whole: bool = False) -> Decimal:
    """The most that can be ordered without exceeding the room, in whole packs; 0 where the minimum order quantity does not fit."""
    step = _step(pack, whole=whole)
    most = room if step is None else _multiples(room, step, ROUND_FLOOR)
    return most if most > 0 and most >= (least or most) else Decimal(0)


def _step(pack: Decimal | None, *, whole: bool) -> Decimal | None:
    """What quantities must be multiples of; of whole units in packs of a fraction, the least number of packs that is whole."""
    if not whole or pack is None:
        return pack or (ONE if whole else None)
    numerator, denominator = pack.as_integer_ratio()
    return pack * denominator if numerator % denominator else pack


def _multiples(quantity: Decimal, step: Decimal, rounding: str) -> Decimal:
    return normal(_EXACT.multiply(_EXACT.divide(quantity, step).to_integral_value(rounding), step))
