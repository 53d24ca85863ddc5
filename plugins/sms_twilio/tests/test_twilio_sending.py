"""Text messages go to Twilio as its documents say, its refusals are told apart, and what may have been taken is not sent blindly again."""

from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest

from core.domain.errors import Invalid
from core.plugin.context import PluginContext
from core.plugin.settings import read_struct
from core.ports.failures import (
    Ambiguous,
    AuthFailed,
    Misconfigured,
    OptedOut,
    PermanentlyRejected,
    PortFailure,
    RateLimited,
    Transient,
)
from core.ports.http import HttpAnswer, HttpRequest
from core.testing.plugin_context import HOOK_URL, InMemoryPluginStore, plugin_context
from plugins.sms_twilio.tests.fake_twilio import (
    ACCOUNT,
    KEY,
    KEY_SECRET,
    SENDER,
    SERVICE,
    TOKEN,
    FakeTwilio,
    broken,
    closed,
    lost,
    problem,
)
from plugins.sms_twilio.tests.openapi import OffSpec, operation_of
from sms_twilio.carrier import LONGEST_TEXT, TwilioCarrier
from sms_twilio.errors import LONGEST_WAIT, REJECTED, SETTINGS
from sms_twilio.marks import MOST_IN_A_DRAWER, Mark, Marks
from sms_twilio.settings import TwilioSettings

pytestmark = pytest.mark.anyio

ANA, EVA = "+593991111111", "+593992222222"
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
GIVEN: dict[str, Any] = {"account_sid": ACCOUNT, "auth_token": TOKEN, "sender": SENDER}


@dataclass
class SetClock:
    at: datetime = NOON

    def now(self) -> datetime:
        return self.at


@dataclass
class Office:
    """Our side and Twilio's. Each `carrier` is a new process on the same store."""

    twilio: FakeTwilio
    context: PluginContext[TwilioSettings]
    clock: SetClock

    @property
    def carrier(self) -> TwilioCarrier:
        return TwilioCarrier(self.context)

    def form(self) -> dict[str, str]:
        """What the latest message was asked for with."""
        return {name: values[0] for name, values in parse_qs(self.twilio.requests[-1].body.decode()).items()}


def office(**settings: Any) -> Office:
    clock = SetClock()
    twilio = FakeTwilio(clock)
    context = plugin_context(TwilioSettings(**{**GIVEN, **settings}), twilio, clock)
    return Office(twilio, context, clock)


class TestForm:
    async def test_a_message_from_a_number_asks_to_be_reported_under_its_key(self) -> None:
        one = office()
        sid = await one.carrier.send(ANA, "Té listo", "key one&two")
        assert sid == one.twilio.messages[0].sid
        callback = f"{HOOK_URL}?key=key+one%26two"
        assert one.form() == {"To": ANA, "From": SENDER, "Body": "Té listo", "StatusCallback": callback}

    async def test_one_from_a_messaging_service_names_no_sender(self) -> None:
        one = office(sender=None, messaging_service_sid=SERVICE, validity_seconds=600)
        await one.carrier.send(ANA, "hello", "key")
        form = one.form()
        assert (form["MessagingServiceSid"], form["ValidityPeriod"]) == (SERVICE, "600")
        assert "From" not in form

    async def test_an_api_key_sends_too_but_nothing_is_reported_that_nobody_could_verify(self) -> None:
        """Twilio signs with the auth token of the account alone."""
        one = office(auth_token=None, key_sid=KEY, key_secret=KEY_SECRET)
        await one.carrier.send(ANA, "hello", "key")
        expected = b64encode(f"{KEY}:{KEY_SECRET}".encode()).decode()
        assert one.twilio.requests[-1].headers["authorization"] == f"Basic {expected}"
        assert "StatusCallback" not in one.form()

    @pytest.mark.parametrize("number", ["0991111111", "+0991111111", "whatsapp:+593991111111", "+593 99 111", "", "+1"])
    async def test_what_is_no_international_number_never_leaves(self, number: str) -> None:
        one = office()
        with pytest.raises(PermanentlyRejected):
            await one.carrier.send(number, "hello", "key")
        assert one.twilio.requests == []

    @pytest.mark.parametrize("text", ["", "  \n", "x" * (LONGEST_TEXT + 1)])
    async def test_a_text_that_twilio_never_takes_never_leaves(self, text: str) -> None:
        one = office()
        with pytest.raises(PermanentlyRejected):
            await one.carrier.send(ANA, text, "key")
        assert one.twilio.requests == []

    @pytest.mark.parametrize(
        ("method", "url", "body"),
        [
            ("POST", f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Messages.json", b"Body=x"),
            ("POST", f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Messages.json", b"To=%2B1&Text=x"),
            (
                "POST",
                f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Messages.json",
                b"To=%2B1&ValidityPeriod=soon",
            ),
            (
                "POST",
                f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Messages.json",
                b"To=%2B1&MessagingServiceSid=MG1",
            ),
            ("POST", "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages.json", b"To=%2B1"),
            ("GET", f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Messages.json?Number=1", b""),
            ("GET", f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Messages.json?PageSize=5000", b""),
            ("GET", f"https://api.twilio.com/v1/Services/{SERVICE}", b""),
        ],
    )
    def test_the_fake_refuses_what_the_documents_of_twilio_do_not_know(
        self, method: str, url: str, body: bytes
    ) -> None:
        headers = {"content-type": "application/x-www-form-urlencoded"} if body else {}
        with pytest.raises(OffSpec):
            operation_of(HttpRequest(method, url, headers, body))


class TestCheck:
    async def test_the_account_and_the_service_are_looked_at_and_nothing_is_sent(self) -> None:
        one = office(sender=None, messaging_service_sid=SERVICE)
        await one.carrier.check()
        assert one.twilio.operations == ["FetchAccount", "FetchService"]

    async def test_an_api_key_which_may_not_see_the_account_lists_messages(self) -> None:
        one = office(key_sid=KEY, key_secret=KEY_SECRET)
        await one.carrier.check()
        assert one.twilio.operations == ["ListMessage"]

    async def test_wrong_credentials_a_closed_account_and_an_unknown_service_are_found(self) -> None:
        with pytest.raises(AuthFailed):
            await office(auth_token="another").carrier.check()
        closed_account = office()
        closed_account.twilio.account_status = "suspended"
        with pytest.raises(Misconfigured, match="suspended"):
            await closed_account.carrier.check()
        with pytest.raises(Misconfigured):
            await office(sender=None, messaging_service_sid="MG" + "0" * 32).carrier.check()


class TestRefusals:
    @pytest.mark.parametrize(
        ("code", "failure"),
        [
            *((code, Misconfigured) for code in (21212, 21606, 21408, 21603, 21703, 21704, 21608, 21609)),
            *((code, PermanentlyRejected) for code in (21211, 21614, 21602, 21604, 21612, 21617)),
            (21610, OptedOut),
            (21611, RateLimited),
            (20429, RateLimited),
            (20003, AuthFailed),
            (99999, PermanentlyRejected),
        ],
    )
    async def test_each_code_is_the_failure_that_it_means_and_the_message_can_be_sent_later(
        self, code: int, failure: type[PortFailure]
    ) -> None:
        one = office()
        one.twilio.codes[ANA] = code
        with pytest.raises(failure) as raised:
            await one.carrier.send(ANA, "hello", "key")
        assert type(raised.value) is failure
        assert str(code) in str(raised.value)
        assert "+5939" not in str(raised.value)
        one.twilio.codes.clear()
        await one.carrier.send(ANA, "hello", "key")
        assert (len(one.twilio.messages), "ListMessage" in one.twilio.operations) == (1, False)

    def test_the_lists_of_codes_do_not_overlap(self) -> None:
        assert not SETTINGS.keys() & REJECTED.keys()

    @pytest.mark.parametrize(
        ("status", "failure"),
        [(400, PermanentlyRejected), (401, AuthFailed), (403, Misconfigured), (404, Misconfigured), (429, RateLimited)],
    )
    async def test_a_status_without_a_code_that_we_know_decides_by_itself(
        self, status: int, failure: type[PortFailure]
    ) -> None:
        one = office()
        one.twilio.before = lambda: HttpAnswer(status, {}, b"<html>")
        with pytest.raises(failure):
            await one.carrier.send(ANA, "hello", "key")

    @pytest.mark.parametrize(
        ("headers", "seconds"),
        [
            ({}, 2),
            ({"retry_after": "7"}, 7),
            ({"twilio_concurrent_requests": "80"}, 10),
            ({"retry_after": "7", "twilio_concurrent_requests": "80"}, 7),
            ({"retry_after": "0"}, 2),
            ({"retry_after": "99999999"}, LONGEST_WAIT.total_seconds()),
            ({"retry_after": "soon", "twilio_concurrent_requests": "many"}, 2),
        ],
    )
    async def test_who_is_too_busy_is_left_alone_for_as_long_as_they_ask_or_are_busy(
        self, headers: dict[str, str], seconds: float
    ) -> None:
        one = office()
        one.twilio.before = lambda: problem(429, 20429, **headers)
        with pytest.raises(RateLimited) as raised:
            await one.carrier.send(ANA, "hello", "key")
        assert raised.value.after.total_seconds() == seconds


class TestLostAnswer:
    """Seen to fail without the note before the call, with the list not looked at, and with messages of other keys taken for ours."""

    @pytest.mark.parametrize("after", [lost, broken])
    async def test_what_twilio_took_without_saying_so_is_found_there_and_not_sent_again(self, after: Any) -> None:
        one = office()
        one.twilio.after = after
        with pytest.raises(Ambiguous):
            await one.carrier.send(ANA, "hello", "key")
        one.twilio.after = None
        one.clock.at += timedelta(minutes=1)
        sid = await one.carrier.send(ANA, "hello", "key")
        assert [kept.sid for kept in one.twilio.messages] == [sid]
        assert await one.carrier.send(ANA, "hello", "key") == sid
        assert one.twilio.operations == ["CreateMessage", "ListMessage"]

    async def test_what_it_did_not_take_goes_once_more(self) -> None:
        one = office()
        one.twilio.before = lambda: HttpAnswer(500, {}, b"")
        with pytest.raises(Ambiguous):
            await one.carrier.send(ANA, "hello", "key")
        one.twilio.before = None
        await one.carrier.send(ANA, "hello", "key")
        assert len(one.twilio.messages) == 1

    async def test_or_never_where_it_must_not_come_twice(self) -> None:
        one = office(when_unsure="give_up")
        one.twilio.before = lambda: HttpAnswer(500, {}, b"")
        with pytest.raises(Ambiguous):
            await one.carrier.send(ANA, "hello", "key")
        one.twilio.before = None
        with pytest.raises(PermanentlyRejected):
            await one.carrier.send(ANA, "hello", "key")
        assert one.twilio.messages == []

    async def test_the_same_words_under_another_key_are_another_message(self) -> None:
        one = office()
        first = await one.carrier.send(ANA, "hello", "first")
        one.twilio.before = lambda: HttpAnswer(502, {}, b"")
        with pytest.raises(Ambiguous):
            await one.carrier.send(ANA, "hello", "second")
        one.twilio.before = None
        second = await one.carrier.send(ANA, "hello", "second")
        assert [kept.sid for kept in one.twilio.messages] == [first, second]

    async def test_older_messages_and_those_of_others_are_not_ours(self) -> None:
        one = office()
        one.twilio.messages.clear()
        other_process = plugin_context(one.context.settings, one.twilio, one.clock)
        await TwilioCarrier(other_process).send(ANA, "hello", "of another store, long before")
        one.clock.at += timedelta(minutes=10)
        one.twilio.before = lambda: HttpAnswer(502, {}, b"")
        with pytest.raises(Ambiguous):
            await one.carrier.send(ANA, "hello", "key")
        one.twilio.before = None
        await one.carrier.send(ANA, "hello", "key")
        assert len(one.twilio.messages) == 2

    async def test_while_the_list_cannot_be_had_nothing_is_sent(self) -> None:
        one = office()
        one.twilio.after = lost
        with pytest.raises(Ambiguous):
            await one.carrier.send(ANA, "hello", "key")
        for answer in (closed, lambda: HttpAnswer(503, {}, b""), lambda: HttpAnswer(200, {}, b"[]")):
            one.twilio.before = answer
            with pytest.raises(Transient):
                await one.carrier.send(ANA, "hello", "key")
        assert one.twilio.creations() == 1

    async def test_an_answer_that_is_no_message_may_be_one(self) -> None:
        one = office()
        one.twilio.before = lambda: HttpAnswer(201, {}, b"{}")
        with pytest.raises(Ambiguous):
            await one.carrier.send(ANA, "hello", "key")

    async def test_drawers_keep_the_latest_marks_and_stay_small(self) -> None:
        marks = Marks(InMemoryPluginStore())
        for number in range(MOST_IN_A_DRAWER + 5):
            await marks.put(ANA, Mark(f"key {number}", NOON, f"SM{number}"))
        kept = await marks.of(ANA)
        assert [mark.key for mark in kept] == [f"key {number}" for number in range(5, MOST_IN_A_DRAWER + 5)]
        await marks.remove(ANA, "key 7")
        assert len(await marks.of(ANA)) == MOST_IN_A_DRAWER - 1


@pytest.mark.parametrize(
    "given",
    [
        {"sender": None},
        {"messaging_service_sid": SERVICE},
        {"auth_token": None},
        {"key_sid": KEY},
        {"key_secret": KEY_SECRET},
        {"auth_token": None, "key_sid": KEY, "key_secret": KEY_SECRET, "previous_auth_token": "x"},
        {"account_sid": "SM" + "0" * 32},
        {"sender": "0991111111234"},
        {"sender": "A name that is too long"},
        {"validity_seconds": 0},
    ],
)
def test_settings_that_cannot_work_are_refused(given: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        read_struct(
            {key: value for key, value in {**GIVEN, **given}.items() if value is not None}, TwilioSettings, "bad"
        )
