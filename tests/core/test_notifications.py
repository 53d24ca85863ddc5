"""The rules of news: what is told to whom, when mail is due, and in which words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.access import PRESET_ROLES, PRESETS, Actor
from core.domain.events import Event
from core.domain.ids import new_id
from core.domain.notification import (
    AUDIENCES,
    DEFAULTS,
    Channel,
    Hours,
    NotificationKind,
    QuietHours,
    Timing,
    Wish,
    default_role,
    kinds_for,
    may_know,
)
from core.domain.notification_news import NEWS_EVENT_TYPES, news_among
from core.domain.notification_timing import GATHERING, due_at, plan
from core.domain.notification_words import SHOWN, WORDS, words_for

GUAYAQUIL = ZoneInfo("America/Guayaquil")
MADRID = ZoneInfo("Europe/Madrid")
NIGHT = QuietHours(time(22), time(7))
ALWAYS = Hours(None, 8, 1)
AT_NIGHT = Hours(NIGHT, 8, 1)


@dataclass(frozen=True)
class Waiting:
    since: datetime
    timing: Timing = Timing.AT_ONCE


def at(text: str, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def event(kind: str, **data: Any) -> Event:
    return Event(new_id(), 1, kind, "product", new_id(), datetime.now(UTC), data)


class TestTiming:
    def test_the_first_waits_a_minute_for_others_and_they_go_with_it(self) -> None:
        now = at("2026-03-02 10:00", GUAYAQUIL)
        first, last = Waiting(now - GATHERING), Waiting(now - timedelta(seconds=1))
        assert plan([first, last], ALWAYS, GUAYAQUIL, now).now == [first, last]
        early = plan([first, last], ALWAYS, GUAYAQUIL, now - timedelta(seconds=1))
        assert (early.now, early.next_at) == ((), now)

    def test_nothing_waits_for_nothing(self) -> None:
        empty = plan(list[Waiting](), AT_NIGHT, MADRID, at("2026-03-02 23:00", MADRID))
        assert (list(empty.now), empty.next_at) == ([], None)

    def test_a_digest_waits_while_the_urgent_goes(self) -> None:
        now = at("2026-03-02 10:00", GUAYAQUIL)
        urgent, daily = Waiting(now - GATHERING), Waiting(now - GATHERING, Timing.DAILY)
        planned = plan([urgent, daily], ALWAYS, GUAYAQUIL, now)
        assert (planned.now, planned.next_at) == ([urgent], at("2026-03-03 08:00", GUAYAQUIL))

    @pytest.mark.parametrize(
        ("timing", "since", "due"),
        [
            (Timing.DAILY, "2026-03-02 07:59", "2026-03-02 08:00"),
            (Timing.DAILY, "2026-03-02 08:00", "2026-03-03 08:00"),
            (Timing.WEEKLY, "2026-03-02 07:59", "2026-03-02 08:00"),  # a Monday
            (Timing.WEEKLY, "2026-03-02 08:00", "2026-03-09 08:00"),
            (Timing.WEEKLY, "2026-03-08 23:59", "2026-03-09 08:00"),
            (Timing.DAILY, "2026-03-28 09:00", "2026-03-29 08:00"),  # 23 hours: the clock goes on in Madrid
            (Timing.DAILY, "2026-10-24 09:00", "2026-10-25 08:00"),  # 25 hours: it goes back
        ],
    )
    @pytest.mark.parametrize("zone", [GUAYAQUIL, MADRID], ids=str)
    def test_a_digest_comes_at_its_hour_of_the_clock_on_the_wall(
        self, timing: Timing, since: str, due: str, zone: ZoneInfo
    ) -> None:
        """Seen to fail with days counted as 24 hours: on both days on which Madrid changes its clocks."""
        assert due_at(at(since, zone), timing, ALWAYS, zone) == at(due, zone)

    @pytest.mark.promise("B15")
    def test_a_digest_at_an_hour_that_does_not_exist_comes_that_day_all_the_same(self) -> None:
        hours = Hours(None, 2, 1)
        due = due_at(at("2026-03-28 12:00", MADRID), Timing.DAILY, hours, MADRID)
        assert due == at("2026-03-29 03:00", MADRID)

    @pytest.mark.parametrize("zone", [GUAYAQUIL, MADRID], ids=str)
    @pytest.mark.parametrize(
        ("now", "until"),
        [
            ("2026-03-02 21:59:59", None),
            ("2026-03-02 22:00", "2026-03-03 07:00"),
            ("2026-03-03 00:00", "2026-03-03 07:00"),
            ("2026-03-03 06:59", "2026-03-03 07:00"),
            ("2026-03-03 07:00", None),
            ("2026-03-28 23:00", "2026-03-29 07:00"),
            ("2026-10-24 23:00", "2026-10-25 07:00"),
        ],
    )
    def test_quiet_hours_over_midnight_put_mail_off_to_their_end(
        self, now: str, until: str | None, zone: ZoneInfo
    ) -> None:
        moment = at(now, zone)
        waiting = Waiting(moment - timedelta(hours=1))
        planned = plan([waiting], AT_NIGHT, zone, moment)
        assert (list(planned.now), planned.next_at) == (([], at(until, zone)) if until else ([waiting], None))

    def test_quiet_hours_within_a_day(self) -> None:
        hours = Hours(QuietHours(time(12), time(14)), 8, 1)
        planned = plan([Waiting(at("2026-03-02 11:00", MADRID))], hours, MADRID, at("2026-03-02 13:00", MADRID))
        assert planned.next_at == at("2026-03-02 14:00", MADRID)

    def test_quiet_hours_hold_back_a_digest_too(self) -> None:
        hours = Hours(QuietHours(time(20), time(9)), 8, 1)
        waiting = Waiting(at("2026-03-02 12:00", MADRID), Timing.DAILY)
        assert plan([waiting], hours, MADRID, at("2026-03-03 08:00", MADRID)).next_at == at("2026-03-03 09:00", MADRID)
        assert plan([waiting], hours, MADRID, at("2026-03-03 09:00", MADRID)).now == [waiting]

    @pytest.mark.promise("B15")
    def test_quiet_hours_that_end_in_the_hour_that_comes_twice_end_once_more(self) -> None:
        """Seen to fail with the first of both times alone: mail waited a day longer."""
        hours = Hours(QuietHours(time(22), time(2, 30)), 8, 1)
        again = datetime(2026, 10, 25, 1, 15, tzinfo=UTC)  # 02:15 for the second time
        waiting = Waiting(again - timedelta(minutes=1))
        assert plan([waiting], hours, MADRID, again).next_at == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)

    @pytest.mark.promise("B15")
    def test_quiet_hours_that_end_in_the_hour_that_is_left_out_end_that_night(self) -> None:
        hours = Hours(QuietHours(time(22), time(2, 30)), 8, 1)
        now = at("2026-03-29 01:45", MADRID)
        waiting = Waiting(now - timedelta(hours=1))
        assert plan([waiting], hours, MADRID, now).next_at == at("2026-03-29 03:30", MADRID)

    @given(
        start=st.times(),
        end=st.times(),
        hour=st.integers(0, 23),
        timing=st.sampled_from(Timing),
        since=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)),  # noqa: DTZ001
        zone=st.sampled_from([GUAYAQUIL, MADRID]),
    )
    def test_whatever_the_hours_it_is_told_in_the_end_and_never_in_quiet_ones(
        self, start: time, end: time, hour: int, timing: Timing, since: datetime, zone: ZoneInfo
    ) -> None:
        """Following `next_at` from look to look comes to the telling, within nine days, and each look is later than the one before."""
        if start == end:
            return
        hours, now = Hours(QuietHours(start, end), hour, 3), since.replace(tzinfo=UTC)
        waiting, looks = Waiting(now, timing), [now]
        while not (planned := plan([waiting], hours, zone, looks[-1])).now:
            assert planned.next_at is not None
            looks.append(planned.next_at)
        assert all(earlier < later for earlier, later in pairwise(looks))
        assert len(looks) <= 4
        assert looks[-1] - now <= timedelta(days=9)
        assert not QuietHours(start, end).hold(looks[-1].astimezone(zone).time())


class TestAudience:
    def test_everything_told_by_default_can_be_told_and_delivered(self) -> None:
        assert DEFAULTS.wishes.keys() <= PRESET_ROLES.keys()
        for role, wishes in DEFAULTS.wishes.items():
            assert wishes.keys() <= set(kinds_for(PRESETS[role])), role
            assert {channel for wish in wishes.values() for channel in wish.channels} <= {Channel.IN_APP, Channel.MAIL}

    def test_operators_hear_of_low_stock_at_once_and_managers_get_it_as_a_list(self) -> None:
        both = (Channel.IN_APP, Channel.MAIL)
        assert DEFAULTS.wish("operator", NotificationKind.LOW_STOCK) == Wish(both, Timing.AT_ONCE)
        assert DEFAULTS.wish("manager", NotificationKind.LOW_STOCK) == Wish(both, Timing.DAILY)
        assert DEFAULTS.wish("viewer", NotificationKind.LOW_STOCK) == Wish(())
        assert DEFAULTS.wish(None, NotificationKind.LOW_STOCK) == Wish(())

    def test_a_role_of_the_company_has_the_defaults_of_the_highest_preset_within_it(self) -> None:
        own = PRESETS["operator"] | {"report:read"}
        assert default_role("shift_lead", own) == "operator"
        assert default_role("manager", PRESETS["manager"]) == "manager"
        assert default_role("nothing", frozenset()) is None

    def test_every_kind_has_an_audience_and_words(self) -> None:
        for kind in NotificationKind:
            assert kind in AUDIENCES
            for words in WORDS.values():
                assert words.titles[kind]

    def test_who_is_to_act_must_be_able_to_at_that_site(self) -> None:
        here, there = new_id(), new_id()
        actor = Actor(new_id(), new_id(), PRESETS["operator"], frozenset({here}), frozenset({here, there}))
        assert may_know(actor, NotificationKind.LOW_STOCK, there)
        assert may_know(actor, NotificationKind.TRANSFER_WAITING, here)
        assert not may_know(actor, NotificationKind.TRANSFER_WAITING, there)
        assert not may_know(actor, NotificationKind.PLUGIN_TROUBLE, None)


class TestNews:
    def test_only_the_facts_that_are_named_come_along(self) -> None:
        """Seen to fail with the data of the event taken as they are."""
        site = str(new_id())
        low = event("low_stock", site=site, on_hand="1", minimum="2", target=None, unit_cost="7.77", secret="canary")
        [news] = news_among([low])
        assert news.facts == {"on_hand": "1", "minimum": "2"}
        assert (news.kind, news.site, news.product) == (NotificationKind.LOW_STOCK, UUID(site), low.subject_id)

    def test_a_transfer_waits_where_the_next_step_is(self) -> None:
        ends = {"source": str(new_id()), "destination": str(new_id()), "number": 7}
        told = news_among(
            [
                event("transfer_created", state="draft", **ends),
                event("transfer_submitted", state="pending", **ends),
                event("transfer_dispatched", state="in_transit", **ends),
                event("transfer_received", state="confirmed", **ends),
            ]
        )
        assert [str(news.site) for news in told] == [ends["source"], ends["destination"]]

    def test_what_is_no_news_is_left_out(self) -> None:
        assert news_among([event("sale_recorded"), event("low_stock_ended", site=str(new_id()))]) == []
        assert "sale_recorded" not in NEWS_EVENT_TYPES

    def test_who_asked_is_not_told_of_their_own_request(self) -> None:
        who = new_id()
        [news] = news_among(
            [event("request_created", state="pending", site=str(new_id()), requested_by=str(who), number=1)]
        )
        assert news.not_to == who

    def test_a_report_that_was_not_sent_is_told_to_whoever_has_it_sent(self) -> None:
        who = new_id()
        [news] = news_among([event("report_schedule_not_sent", name="Inventario", owner=str(who), problem="internal")])
        assert (news.only_to, news.facts) == (who, {"name": "Inventario"})


class TestWords:
    def test_both_languages_have_the_same_lines_with_the_same_places(self) -> None:
        """Seen to fail with {minimum} left out of the English low stock."""
        assert WORDS.keys() == {"es", "en"}
        one, other = ({kind: _places(words.lines[kind]) for kind in NotificationKind} for words in WORDS.values())
        assert one == other

    @pytest.mark.parametrize("event_type", sorted(NEWS_EVENT_TYPES))
    def test_whatever_a_line_has_a_place_for_comes_with_the_event(self, event_type: str) -> None:
        """Seen to fail with the name of the supplier left out of the facts of a late order."""
        names = set().union(
            *(places for kind in NotificationKind for places in _places(WORDS["en"].lines[kind]).values())
        )
        site = dict.fromkeys(("site", "source", "destination"), str(new_id()))
        told = [
            news
            for state in ("pending", "to_approve")
            for news in news_among(
                [event(event_type, **{**dict.fromkeys(names, "?"), **site, "state": state, "reason": "gone"})]
            )
        ]
        assert told
        for news in told:
            line = WORDS["es"].line(news.kind, {"sku": "A", "name": "B", "site": "C", **news.facts})
            assert "–" not in line, line

    def test_a_fact_brings_neither_lines_nor_places_of_its_own(self) -> None:
        facts = {"sku": "{name}", "name": "A\n\nPay here", "site": "UIO", "on_hand": "1"}
        assert words_for("en").line(NotificationKind.LOW_STOCK, facts) == "{name} A Pay here at UIO: 1 left, minimum –"

    def test_many_are_the_first_of_them_and_a_number(self) -> None:
        facts = [{"sku": f"P{number}", "name": "Tea"} for number in range(200)]
        lines = words_for("es-EC").paragraph(NotificationKind.NEW_PRODUCT, facts).splitlines()
        assert lines[0] == "Productos nuevos (200)"
        assert lines[1:-1] == [f"- P{number} Tea" for number in range(SHOWN)]
        assert lines[-1] == "… y 180 más"
        few = words_for("en").paragraph(NotificationKind.NEW_PRODUCT, facts[:SHOWN])
        assert "more" not in few


def _places(lines: Mapping[str, str]) -> dict[str, set[str]]:
    return {name: set(re.findall("{([a-z_]+)}", line)) for name, line in lines.items()}
