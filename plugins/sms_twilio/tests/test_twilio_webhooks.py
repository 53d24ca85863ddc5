"""What Twilio tells us is believed only with its signature, and read for what it says of messages and of those who want none."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from core.ports.incoming import Fact, IncomingWebhook, MessageState, NotAuthentic, TextConsent, TextReport
from core.testing.plugin_context import HOOK_URL, plugin_context
from plugins.sms_twilio.tests.fake_twilio import ACCOUNT, KEY, KEY_SECRET, SENDER, TOKEN
from plugins.sms_twilio.tests.openapi import document
from sms_twilio.settings import TwilioSettings
from sms_twilio.signature import form_of, is_signed, signature_of
from sms_twilio.statuses import ON_ITS_WAY, STATES
from sms_twilio.webhooks import TwilioWebhooks

_FILE = json.loads((Path(__file__).parent / "data" / "twilio_signature_vectors.json").read_text("utf-8"))
VECTORS: Sequence[Mapping[str, Any]] = _FILE["vectors"]
SECRET: str = _FILE["auth_token"]
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ANA = "+593991111111"
SID = "SM" + "1" * 32


def body_of(vector: Mapping[str, Any]) -> bytes:
    text: str = vector["body"] if "body" in vector else urlencode(vector["params"], doseq=True)
    return text.encode()


@pytest.mark.parametrize("vector", VECTORS, ids=range(len(VECTORS)))
class TestVectors:
    """Twilio's own. Seen to fail with values of a field not sorted, with repeated ones kept, with blank fields left out, with the body of
    the last not compared, and with the port as it came alone."""

    def test_the_signature_is_good(self, vector: Mapping[str, Any]) -> None:
        assert is_signed([SECRET], vector["url"], body_of(vector), vector["signature"])
        assert is_signed(["another", SECRET], vector["url"], body_of(vector), vector["signature"])

    def test_it_is_good_without_the_port_that_the_scheme_implies(self, vector: Mapping[str, Any]) -> None:
        bare = vector["url"].replace("https://mycompany.com:443", "https://mycompany.com")
        bare = bare.replace("http://mycompany.com:80", "http://mycompany.com")
        assert is_signed([SECRET], bare, body_of(vector), vector["signature"])

    def test_a_byte_of_the_body_the_address_the_signature_or_the_token_spoils_it(
        self, vector: Mapping[str, Any]
    ) -> None:
        url, body, signature = vector["url"], body_of(vector), vector["signature"]
        for place in range(len(body)):
            changed = bytearray(body)
            changed[place] ^= 2
            assert not is_signed([SECRET], url, bytes(changed), signature), place
        for place in range(len("https://"), len(url)):
            changed_url = f"{url[:place]}{'x' if url[place] != 'x' else 'y'}{url[place + 1 :]}"
            try:
                assert not is_signed([SECRET], changed_url, body, signature), changed_url
            except ValueError:
                assert not changed_url.split("/")[2].rpartition(":")[2].isdigit()  # that is no port
        for wrong in (signature[:-2] + "A=", signature.lower(), signature[:-1], "", "ñ", signature + " "):
            assert not is_signed([SECRET], url, body, wrong)
        assert not is_signed(["12346", "1234", ""], url, body, signature)
        assert not is_signed([], url, body, signature)

    def test_another_port_is_another_address(self, vector: Mapping[str, Any]) -> None:
        url = vector["url"].replace("mycompany.com:1234", "mycompany.com").replace(":443", "").replace(":80", "")
        assert not is_signed(
            [SECRET], url.replace("mycompany.com", "mycompany.com:4430"), body_of(vector), vector["signature"]
        )


def test_blank_fields_count() -> None:
    signature = signature_of(TOKEN, HOOK_URL, {"A": ["1"], "Blank": [""]})
    assert is_signed([TOKEN], HOOK_URL, b"A=1&Blank=", signature)
    assert not is_signed([TOKEN], HOOK_URL, b"A=1", signature)


class TestReading:
    @pytest.mark.parametrize(
        ("status", "error", "state", "detail"),
        [
            ("sent", "", MessageState.SENT, ""),
            ("delivered", "", MessageState.DELIVERED, ""),
            ("read", "", MessageState.DELIVERED, ""),
            ("undelivered", "30003", MessageState.FAILED, "the telephone could not be reached (Twilio 30003)"),
            (
                "undelivered",
                "30006",
                MessageState.FAILED,
                "the number is a landline or cannot be reached by this network (Twilio 30006)",
            ),
            ("failed", "30007", MessageState.FAILED, "the network took it for unwanted (Twilio 30007)"),
            ("failed", "31999", MessageState.FAILED, "it was not delivered (Twilio 31999)"),
            ("failed", "", MessageState.FAILED, "it was not delivered"),
            ("canceled", "", MessageState.FAILED, "it was taken back"),
        ],
    )
    def test_a_report_says_what_became_of_the_message_of_a_key(
        self, status: str, error: str, state: MessageState, detail: str
    ) -> None:
        fields = {"MessageSid": SID, "MessageStatus": status, **({"ErrorCode": error} if error else {})}
        assert facts(fields, "?key=our+key") == [TextReport(SID, state, detail, "our key")]

    @pytest.mark.parametrize("status", sorted(ON_ITS_WAY - {"received"}))
    def test_what_is_still_on_its_way_is_no_news(self, status: str) -> None:
        assert facts({"MessageSid": SID, "MessageStatus": status}) == []

    def test_every_status_of_the_documents_has_a_meaning(self) -> None:
        known = document("twilio_api_v2010.json.gz")["components"]["schemas"]["message_enum_status"]["enum"]
        assert set(known) == STATES.keys() | ON_ITS_WAY
        assert not STATES.keys() & ON_ITS_WAY

    @pytest.mark.parametrize(
        "word", ["STOP", " stop ", "Unsubscribe", "END", "QUIT", "STOPALL", "REVOKE", "OPTOUT", "CANCEL"]
    )
    def test_who_answers_stop_wants_no_more(self, word: str) -> None:
        said = {"SmsStatus": "received", "MessageSid": SID, "From": ANA, "To": SENDER, "Body": word}
        assert facts(said) == [TextConsent(ANA, wanted=False)]

    def test_who_answers_start_wants_them_again_and_other_words_say_nothing(self) -> None:
        said = {"SmsStatus": "received", "MessageSid": SID, "From": ANA, "To": SENDER}
        assert facts({**said, "Body": "Start"}) == [TextConsent(ANA, wanted=True)]
        assert facts({**said, "Body": "please stop"}) == []
        assert facts({**said, "Body": "basta", "OptOutType": "STOP"}) == [TextConsent(ANA, wanted=False)]
        assert facts({**said, "Body": "ayuda", "OptOutType": "HELP"}) == []

    def test_a_message_that_failed_for_an_opt_out_tells_both(self) -> None:
        said = {"MessageSid": SID, "MessageStatus": "failed", "ErrorCode": "21610", "To": ANA}
        report, consent = facts(said)
        assert isinstance(report, TextReport)
        assert consent == TextConsent(ANA, wanted=False)

    def test_a_body_of_json_is_of_no_interest(self) -> None:
        vector = VECTORS[-1]
        receiver = receiver_of(auth_token=SECRET)
        webhook = IncomingWebhook(
            uuid4(), NOW, vector["url"], {"x-twilio-signature": vector["signature"]}, vector["body"].encode()
        )
        assert receiver.verify(webhook, NOW) == ""
        assert receiver.read(webhook) == []


class TestNames:
    def test_an_event_is_known_by_message_and_status_in_whatever_order_its_fields_come(self) -> None:
        """The order of fields is not signed, so the bytes do not name an event."""
        receiver, fields = receiver_of(), {"MessageSid": SID, "MessageStatus": "sent", "To": ANA}
        backwards = dict(reversed(fields.items()))
        assert {receiver.verify(signed(one), NOW) for one in (fields, backwards)} == {f"{SID}:sent"}
        assert receiver.verify(signed({**fields, "MessageStatus": "delivered"}), NOW) == f"{SID}:delivered"

    def test_without_the_auth_token_nothing_is_believed(self) -> None:
        receiver = receiver_of(auth_token=None, key_sid=KEY, key_secret=KEY_SECRET)
        with pytest.raises(NotAuthentic):
            receiver.verify(signed({"MessageSid": SID}, token=""), NOW)

    def test_a_form_of_endless_fields_is_not_read(self) -> None:
        body = b"&".join(b"a%d=1" % number for number in range(1001))
        with pytest.raises(NotAuthentic):
            receiver_of().verify(IncomingWebhook(uuid4(), NOW, HOOK_URL, {}, body), NOW)


def receiver_of(**settings: Any) -> TwilioWebhooks:
    given = {"account_sid": ACCOUNT, "auth_token": TOKEN, "sender": SENDER, **settings}
    return TwilioWebhooks(plugin_context(TwilioSettings(**given)))


def signed(fields: Mapping[str, str], query: str = "", token: str = TOKEN) -> IncomingWebhook:
    body, url = urlencode(fields).encode(), f"{HOOK_URL}{query}"
    return IncomingWebhook(uuid4(), NOW, url, {"x-twilio-signature": signature_of(token, url, form_of(body))}, body)


def facts(fields: Mapping[str, str], query: str = "") -> Sequence[Fact]:
    webhook = signed(fields, query)
    receiver = receiver_of()
    receiver.verify(webhook, NOW)
    return receiver.read(webhook)
