"""What a level that was read says, by what is known of it."""

from decimal import Decimal

import pytest

from core.domain.channel_level import Finding, KnownLevel, finding

TEN, EIGHT, SEVEN, SIX = (Decimal(number) for number in (10, 8, 7, 6))
SHOWN_TEN = KnownLevel(target=SEVEN, last_seen=TEN, last_sent=TEN)


@pytest.mark.parametrize(
    ("known", "shown", "expected"),
    [
        (KnownLevel(target=SEVEN), "3", Finding.FIRST),
        (KnownLevel(target=SEVEN), None, Finding.FIRST),
        (SHOWN_TEN, "10", Finding.SAME),
        (SHOWN_TEN, "7", Finding.EXPECTED),
        (SHOWN_TEN, "8", Finding.DRIFT),
        (SHOWN_TEN, "11", Finding.DRIFT),
        (SHOWN_TEN, None, Finding.DRIFT),
        (KnownLevel(SEVEN, TEN, expected=Decimal(-2), last_sent=TEN), "8", Finding.EXPECTED),
        (KnownLevel(SEVEN, TEN, expected=Decimal(-2), last_sent=TEN), "9", Finding.EXPECTED),
        (KnownLevel(Decimal(5), TEN, expected=Decimal(-2), last_sent=TEN), "7", Finding.DRIFT),
        (KnownLevel(Decimal(5), TEN, expected=Decimal(2), last_sent=TEN), "12", Finding.EXPECTED),
        (KnownLevel(Decimal(5), TEN, expected=Decimal(2), last_sent=TEN), "8", Finding.DRIFT),
        (KnownLevel(SIX, TEN, under_way=EIGHT, last_sent=TEN), "8", Finding.ARRIVED),
        (KnownLevel(SIX, TEN, under_way=EIGHT, last_sent=TEN), "10", Finding.SAME),
        (KnownLevel(SIX, TEN, last_sent=EIGHT), "8", Finding.ARRIVED),
        (KnownLevel(SIX, under_way=EIGHT), "8", Finding.ARRIVED),
        (KnownLevel(SEVEN, Decimal("2.75"), last_sent=Decimal("2.75")), "2", Finding.SAME),
        (KnownLevel(SEVEN, Decimal("2.75"), last_sent=Decimal("2.75")), "3", Finding.DRIFT),
    ],
)
def test_a_finding_follows_from_what_is_known(known: KnownLevel, shown: str | None, expected: Finding) -> None:
    assert finding(known, None if shown is None else Decimal(shown)) is expected
