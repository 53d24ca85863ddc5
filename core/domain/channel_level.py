"""What a storefront shows, compared with what is known of it."""

from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from enum import StrEnum

MOST_TRIES = 8
"""So often in a row may a level be contested before somebody has to see to it."""


class Finding(StrEnum):
    """What a level that was read says."""

    FIRST = "first"
    """Nothing was known of it before."""

    SAME = "same"
    """What was last seen."""

    ARRIVED = "arrived"
    """What we have pushed, though its answer was lost."""

    EXPECTED = "expected"
    """What orders known here have made of it, or just what it is to be."""

    ABSENT = "absent"
    """The storefront does not know the item any more."""

    DRIFT = "drift"
    """Somebody has changed it behind our back."""


@dataclass(frozen=True, slots=True)
class KnownLevel:
    """What is known of a level: what was last seen (None: nothing), by how much known orders must have changed that since, what is under
    way to it, what was last sent, and what it is to be."""

    target: Decimal
    last_seen: Decimal | None = None
    expected: Decimal = Decimal(0)
    under_way: Decimal | None = None
    last_sent: Decimal | None = None


def finding(level: KnownLevel, shown: Decimal | None) -> Finding:
    """What it says that the storefront shows this, or stocks none of it (None)."""
    if shows(shown, level.under_way):
        return Finding.ARRIVED
    if level.last_seen is None:
        return Finding.FIRST
    if shows(shown, level.last_seen):
        return Finding.SAME
    if shows(shown, level.last_sent):
        return Finding.ARRIVED
    if shows(shown, level.target) or _explained(level.last_seen, level.expected, shown):
        return Finding.EXPECTED
    return Finding.DRIFT


def shows(shown: Decimal | None, figure: Decimal | None) -> bool:
    """Whether a storefront that was told this figure would show that: one that counts in whole units has rounded it down."""
    if shown is None or figure is None:
        return False
    return shown == figure or shown == figure.to_integral_value(ROUND_FLOOR)


def _explained(last_seen: Decimal, expected: Decimal, shown: Decimal | None) -> bool:
    """Whether known orders, all or some of them, make this difference."""
    if shown is None or not expected:
        return False
    ends = sorted((last_seen, last_seen + expected))
    return ends[0] <= shown <= ends[1]
