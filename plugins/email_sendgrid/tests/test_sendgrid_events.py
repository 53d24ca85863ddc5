"""The signed event webhook: the vectors of SendGrid's own library, what must not pass, and what events mean."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.domain.ids import new_id
from core.ports.failures import PermanentlyRejected
from core.ports.incoming import IncomingWebhook, MailReport, MessageState, NotAuthentic
from core.testing.contracts.mail_sender import MAIL
from email_sendgrid.carrier import SendGridSender
from email_sendgrid.mapping import MAIL_ID
from email_sendgrid.signature import is_signed, public_key
from email_sendgrid.webhooks import MOST_AHEAD, OLDEST, SIGNATURE, TIMESTAMP, SendGridEvents

from .connected import connected
from .fake_sendgrid import DATA, FakeSendGrid, batch, signed

VECTORS = json.loads((DATA / "sendgrid_eventwebhook_vectors.json").read_text("utf-8"))
BODY = VECTORS["payload"].encode()
SIGNED_AT = datetime.fromtimestamp(int(VECTORS["timestamp"]), UTC)


def vector(**changed: Any) -> IncomingWebhook:
    headers = {SIGNATURE: VECTORS["signature"], TIMESTAMP: VECTORS["timestamp"]}
    return IncomingWebhook(
        new_id(), SIGNED_AT, "https://x", {**headers, **changed.pop("headers", {})}, changed.pop("body", BODY)
    )


def receiver(key: str = VECTORS["public_key_b64_der"], **more: Any) -> SendGridEvents:
    return SendGridEvents(connected(FakeSendGrid(), webhook_key=key, **more))


class TestOfficialVectors:
    def test_the_good_one_passes(self) -> None:
        """Seen to fail with the body stripped before it was verified."""
        assert receiver().verify(vector(), SIGNED_AT) == ""
        assert list(receiver().read(vector())) == []  # it is not about a mail of ours

    def test_with_another_key_or_signature_it_does_not(self) -> None:
        with pytest.raises(NotAuthentic):
            receiver(VECTORS["bad"]["public_key"]).verify(vector(), SIGNED_AT)
        with pytest.raises(NotAuthentic):
            receiver().verify(vector(headers={SIGNATURE: VECTORS["bad"]["signature"]}), SIGNED_AT)

    def test_every_byte_of_the_body_counts(self) -> None:
        key = public_key(VECTORS["public_key_b64_der"])
        assert is_signed(BODY, VECTORS["timestamp"], VECTORS["signature"], key)
        for place in range(len(BODY)):
            changed = BODY[:place] + bytes([BODY[place] ^ 1]) + BODY[place + 1 :]
            assert not is_signed(changed, VECTORS["timestamp"], VECTORS["signature"], key), place

    @pytest.mark.parametrize(
        "body", [BODY.strip(), BODY.rstrip(b"\n"), BODY.replace(b"\r\n", b"\n"), BODY + b"\r\n", b""]
    )
    def test_the_end_of_the_line_is_part_of_it(self, body: bytes) -> None:
        with pytest.raises(NotAuthentic):
            receiver().verify(vector(body=body), SIGNED_AT)

    @pytest.mark.parametrize(
        "headers",
        [
            {TIMESTAMP: "1600112503"},
            {TIMESTAMP: ""},
            {TIMESTAMP: " 1600112502"},
            {TIMESTAMP: "1600112502.0"},
            {SIGNATURE: ""},
            {SIGNATURE: VECTORS["signature"][:-8]},
            {SIGNATURE: VECTORS["signature"].lower()},
            {SIGNATURE: "!" + VECTORS["signature"]},
        ],
    )
    def test_nor_do_the_headers_bear_a_change(self, headers: dict[str, str]) -> None:
        with pytest.raises(NotAuthentic):
            receiver().verify(vector(headers=headers), SIGNED_AT)

    def test_the_previous_key_is_good_too_and_no_key_is_none(self) -> None:
        bad = VECTORS["bad"]["public_key"]
        receiver(bad, previous_webhook_key=VECTORS["public_key_b64_der"]).verify(vector(), SIGNED_AT)
        with pytest.raises(NotAuthentic):
            SendGridEvents(connected(FakeSendGrid())).verify(vector(), SIGNED_AT)

    @pytest.mark.parametrize("late", [OLDEST + timedelta(seconds=1), -MOST_AHEAD - timedelta(seconds=1)])
    def test_an_old_one_and_one_to_come_are_refused(self, late: timedelta) -> None:
        """Seen to fail with the age not looked at."""
        receiver().verify(vector(), SIGNED_AT + (OLDEST if late > timedelta(0) else -MOST_AHEAD))
        with pytest.raises(NotAuthentic):
            receiver().verify(vector(), SIGNED_AT + late)


@pytest.mark.anyio
class TestMeaning:
    async def events(self, *kinds: tuple[str, dict[str, object]]) -> tuple[Any, list[MailReport]]:
        """What events of a mail that was sent come to, as they arrive together."""
        fake, mail_id = FakeSendGrid(), new_id()
        await SendGridSender(connected(fake)).send(mail_id, MAIL)
        body = batch([fake.event(0, kind, **more) for kind, more in kinds])
        return mail_id, [
            one for one in receiver().read(signed(body, SIGNED_AT, fake.signing)) if isinstance(one, MailReport)
        ]

    @pytest.mark.parametrize(
        ("kind", "more", "state", "unwanted"),
        [
            ("processed", {}, MessageState.SENT, False),
            ("deferred", {"response": "452 4.2.2 full", "attempt": "3"}, MessageState.SENT, False),
            ("delivered", {"response": "250 OK"}, MessageState.DELIVERED, False),
            ("bounce", {"type": "bounce", "reason": "550 5.1.1 unknown"}, MessageState.FAILED, True),
            ("bounce", {"type": "blocked", "reason": "554 5.7.1 listed"}, MessageState.FAILED, False),
            ("dropped", {"reason": "Bounced Address"}, MessageState.FAILED, True),
            ("dropped", {"reason": "Unsubscribed Address"}, MessageState.FAILED, True),
            ("dropped", {"reason": "Spam Reporting Address"}, MessageState.FAILED, True),
            ("dropped", {"reason": "Recipient List over Package Quota"}, MessageState.FAILED, False),
            ("spamreport", {}, MessageState.DELIVERED, True),
            ("unsubscribe", {}, MessageState.DELIVERED, True),
            ("group_unsubscribe", {"asm_group_id": 10}, MessageState.DELIVERED, True),
        ],
    )
    async def test_each_kind(self, kind: str, more: dict[str, object], state: MessageState, unwanted: bool) -> None:
        mail_id, [report] = await self.events((kind, more))
        assert (report.mail, report.state, report.unwanted) == (mail_id, state, unwanted)
        assert str(more.get("reason", "")) in report.detail

    @pytest.mark.parametrize("kind", ["open", "click", "group_resubscribe", "account_status_change", "", "new one"])
    async def test_what_people_do_with_a_mail_is_none_of_our_business(self, kind: str) -> None:
        assert (await self.events((kind, {})))[1] == []

    async def test_reasons_name_no_address(self) -> None:
        reason = f"550 5.1.1 <{MAIL.to}>: no such user {MAIL.to}"
        _, [report] = await self.events(("bounce", {"reason": reason}))
        assert report.detail == "bounced: 550 5.1.1 … no such user …"

    async def test_a_batch_brings_them_all_and_none_twice(self) -> None:
        """Seen to fail with the ids of events not looked at."""
        mail_id, reports = await self.events(
            ("processed", {"sg_event_id": "a"}),
            ("delivered", {"sg_event_id": "b"}),
            ("processed", {"sg_event_id": "a"}),
        )
        assert [one.state for one in reports] == [MessageState.SENT, MessageState.DELIVERED]
        assert {one.mail for one in reports} == {mail_id}

    async def test_of_what_is_not_ours_nothing_is_said(self) -> None:
        strangers: list[dict[str, object]] = [
            {"event": "delivered", "sg_event_id": "a"},
            {"event": "delivered", "sg_event_id": "b", MAIL_ID: "7"},
            {"event": "delivered", "sg_event_id": "c", MAIL_ID: ["x"]},
            {"event": "delivered", "sg_event_id": ["d"], MAIL_ID: None},
            {"event": ["delivered"], MAIL_ID: str(new_id())},
        ]
        fake = FakeSendGrid()
        assert list(receiver().read(signed(batch(strangers), SIGNED_AT, fake.signing))) == []

    @pytest.mark.parametrize("body", [b"", b"{}", b"[1]", b"[[]]", b"\xff", b"[" * 100_000, b"null"])
    async def test_what_is_no_list_of_events_is_refused_for_good(self, body: bytes) -> None:
        with pytest.raises(PermanentlyRejected):
            receiver().read(replace(vector(), body=body))
