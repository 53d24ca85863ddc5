"""When a report is due: at the hour on the wall of the company, once a day whatever the clock does, and of which days it speaks."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.report_schedule import (
    Every,
    RelativePeriod,
    Rhythm,
    days_of,
    done_at_first,
    due_turn,
    next_turn,
)

QUITO, MADRID, SANTIAGO = ZoneInfo("America/Guayaquil"), ZoneInfo("Europe/Madrid"), ZoneInfo("America/Santiago")
ZONES = [QUITO, MADRID, SANTIAGO, ZoneInfo("America/Havana"), ZoneInfo("Pacific/Apia"), ZoneInfo("Asia/Kathmandu")]
DAY = timedelta(days=1)

rhythms = st.one_of(
    st.builds(Rhythm, st.sampled_from([Every.DAY, Every.WEEKDAY]), st.integers(0, 23)),
    st.builds(Rhythm, st.just(Every.WEEK), st.integers(0, 23), st.integers(1, 7)),
    st.builds(Rhythm, st.just(Every.MONTH), st.integers(0, 23), st.none(), st.integers(1, 31)),
)

moments = st.integers(0, 30 * 365 * 24).map(
    lambda hours: datetime(2010, 1, 1, 0, 17, tzinfo=UTC) + timedelta(hours=hours)
)


def turns(rhythm: Rhythm, zone: ZoneInfo, begin: date, count: int) -> list[tuple[date, datetime]]:
    """The next so many after a day, the way a worker that is never down comes to them."""
    found, done = [], begin
    for _ in range(count):
        turn = next_turn(rhythm, zone, done)
        found.append((turn.day, turn.at))
        done = turn.day
    return found


@pytest.mark.promise("B15")
@pytest.mark.parametrize(
    ("rhythm", "days"),
    [
        (Rhythm(Every.DAY, 7), ["2031-01-30", "2031-01-31", "2031-02-01"]),
        (Rhythm(Every.WEEKDAY, 7), ["2031-01-30", "2031-01-31", "2031-02-03"]),
        (Rhythm(Every.WEEK, 7, weekday=1), ["2031-02-03", "2031-02-10", "2031-02-17"]),
        (Rhythm(Every.MONTH, 7, month_day=1), ["2031-02-01", "2031-03-01", "2031-04-01"]),
        (Rhythm(Every.MONTH, 7, month_day=30), ["2031-01-30", "2031-02-28", "2031-03-30"]),
        (Rhythm(Every.MONTH, 7, month_day=31), ["2031-01-31", "2031-02-28", "2031-03-31"]),
    ],
)
def test_a_rhythm_falls_on_its_days_and_the_last_of_a_month_is_that_of_every_month(
    rhythm: Rhythm, days: list[str]
) -> None:
    found = turns(rhythm, QUITO, date(2031, 1, 29), 3)
    assert [str(day) for day, _ in found] == days
    assert all(at == datetime(day.year, day.month, day.day, 12, tzinfo=UTC) for day, at in found)


@pytest.mark.promise("B15")
def test_an_hour_that_the_clock_leaves_out_comes_and_one_that_it_shows_twice_comes_once() -> None:
    """Seen to fail with moments that were a day of 24 hours after the one before."""
    spring = turns(Rhythm(Every.DAY, 2), MADRID, date(2031, 3, 28), 3)  # on the 30th, 2 o'clock is 3 o'clock
    assert [f"{at:%d %H:%M}" for _, at in spring] == ["29 01:00", "30 01:00", "31 00:00"]
    autumn = turns(Rhythm(Every.DAY, 2), MADRID, date(2031, 10, 24), 3)  # on the 26th, there are two of them
    assert [f"{at:%d %H:%M}" for _, at in autumn] == ["25 00:00", "26 00:00", "27 01:00"]
    midnight = turns(Rhythm(Every.DAY, 0), SANTIAGO, date(2031, 9, 6), 2)  # on the 7th, the day begins at one
    assert [f"{at.astimezone(SANTIAGO):%d %H:%M}" for _, at in midnight] == ["07 01:00", "08 00:00"]


@pytest.mark.promise("B15")
@settings(deadline=None, max_examples=60)
@given(rhythms, st.sampled_from(ZONES), moments, st.integers(1, 2_000))
def test_whoever_looks_every_so_often_sends_every_turn_once_at_its_hour_or_the_last_that_was_missed(
    rhythm: Rhythm, zone: ZoneInfo, begin: datetime, hours: int
) -> None:
    """Seen to fail when the first that was missed was sent, and when a day that was done could come again."""
    every, now = timedelta(hours=hours), begin
    done = done_at_first(rhythm, zone, now)
    expected = [day for day, _ in turns(rhythm, zone, done, 6)]
    sent: list[date] = []
    for _ in range(6):
        wake = next_turn(rhythm, zone, done).at
        looks = max(-((now - wake) // every), 1)  # until it is time
        assert looks == 1 or due_turn(rhythm, zone, done, now + (looks - 1) * every) is None
        now += looks * every
        turn = due_turn(rhythm, zone, done, now)
        assert turn is not None
        assert turn.at <= now < next_turn(rhythm, zone, turn.day).at  # it has come, and none that is later
        sent.append(turn.day)
        done = turn.day
    assert sent == sorted(set(sent))
    if hours == 1:
        assert sent == expected


def test_nothing_is_due_on_the_day_on_which_it_is_set_up_after_its_hour() -> None:
    at_ten = datetime(2031, 3, 5, 15, tzinfo=UTC)
    assert done_at_first(Rhythm(Every.DAY, 7), QUITO, at_ten) == date(2031, 3, 5)
    assert done_at_first(Rhythm(Every.DAY, 11), QUITO, at_ten) == date(2031, 3, 4)


def test_a_company_that_moves_to_another_zone_is_not_sent_the_same_day_twice() -> None:
    """Seen to fail when a day that was done could come again."""
    rhythm, sent_at = Rhythm(Every.DAY, 7), datetime(2031, 3, 5, 6, tzinfo=UTC)  # seven o'clock in Madrid
    turn = due_turn(rhythm, MADRID, date(2031, 3, 4), sent_at)
    assert turn is not None
    assert due_turn(rhythm, QUITO, turn.day, sent_at + DAY) is None
    again = due_turn(rhythm, QUITO, turn.day, datetime(2031, 3, 6, 12, tzinfo=UTC))
    assert again is not None
    assert again.day == date(2031, 3, 6)


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        (RelativePeriod.TODAY, "2032-03-01", "2032-03-01"),
        (RelativePeriod.YESTERDAY, "2032-02-29", "2032-02-29"),
        (RelativePeriod.LAST_7_DAYS, "2032-02-23", "2032-02-29"),
        (RelativePeriod.LAST_30_DAYS, "2032-01-31", "2032-02-29"),
        (RelativePeriod.LAST_WEEK, "2032-02-23", "2032-02-29"),
        (RelativePeriod.LAST_MONTH, "2032-02-01", "2032-02-29"),
        (RelativePeriod.LAST_YEAR, "2031-01-01", "2031-12-31"),
        (RelativePeriod.WEEK_TO_DATE, "2032-03-01", "2032-03-01"),
        (RelativePeriod.MONTH_TO_DATE, "2032-03-01", "2032-03-01"),
        (RelativePeriod.YEAR_TO_DATE, "2032-01-01", "2032-03-01"),
    ],
)
def test_a_period_is_seen_from_the_day_on_which_it_is_sent(period: RelativePeriod, first: str, last: str) -> None:
    assert tuple(map(str, days_of(period, date(2032, 3, 1)))) == (first, last)  # a Monday


@given(st.sampled_from(RelativePeriod), st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_no_period_ends_before_it_begins_or_after_the_day_itself(period: RelativePeriod, today: date) -> None:
    first, last = days_of(period, today)
    assert first <= last <= today
    assert (last == today) == (period is RelativePeriod.TODAY or period.value.endswith("to_date"))
