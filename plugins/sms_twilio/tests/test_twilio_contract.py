"""Twilio keeps the contracts of a carrier and of a receiver of webhooks."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from core.ports.failures import AuthFailed, PortFailure, RateLimited, Transient
from core.ports.incoming import IncomingWebhook, WebhookReceiver
from core.ports.notification import MessageSender
from core.testing.contracts.message_sender import UNKNOWN, Carrier, MessageSenderContract
from core.testing.contracts.webhook_receiver import Sender, WebhookReceiverContract
from core.testing.plugin_context import HOOK_URL, plugin_context
from plugins.sms_twilio.tests.fake_twilio import ACCOUNT, SENDER, TOKEN, FakeTwilio, bodies, closed, problem
from sms_twilio.carrier import TwilioCarrier
from sms_twilio.settings import TwilioSettings
from sms_twilio.signature import form_of, signature_of
from sms_twilio.webhooks import TwilioWebhooks

SETTINGS = TwilioSettings(account_sid=ACCOUNT, auth_token=TOKEN, previous_auth_token="the one before it", sender=SENDER)


class TwilioSide:
    """`Carrier`."""

    def __init__(self) -> None:
        self._fake = FakeTwilio(unknown={UNKNOWN})
        self._sender = TwilioCarrier(plugin_context(SETTINGS, self._fake))

    @property
    def sender(self) -> MessageSender:
        return self._sender

    def took(self) -> Sequence[tuple[str, str]]:
        return bodies(self._fake.messages)

    def refuse(self, failure: type[PortFailure] | None) -> None:
        answers = {
            AuthFailed: lambda: problem(401, 20003),
            RateLimited: lambda: problem(429, 20429),
            Transient: closed,
        }
        self._fake.before = answers[failure] if failure else None


class TestCarrier(MessageSenderContract):
    @pytest.fixture
    def carrier(self) -> Carrier:
        return TwilioSide()


class TwilioSigns:
    """`Sender`: Twilio tells us how a message fares."""

    longest_age: timedelta | None = None
    secrets: Sequence[str] = SETTINGS.signing_tokens

    @property
    def receiver(self) -> WebhookReceiver:
        return TwilioWebhooks(plugin_context(SETTINGS))

    @property
    def body(self) -> bytes:
        return report("one", "delivered")

    def signed(self, body: bytes, at: datetime, event: str = "one") -> IncomingWebhook:
        return self._signed(body if event == "one" else body.replace(b"SMone", b"SM" + event.encode()), at, TOKEN)

    def forged(self, body: bytes, at: datetime) -> IncomingWebhook:
        return self._signed(body, at, "a guess")

    def signed_before_rotation(self, body: bytes, at: datetime) -> IncomingWebhook:
        return self._signed(body, at, "the one before it")

    def _signed(self, body: bytes, at: datetime, token: str) -> IncomingWebhook:
        url = f"{HOOK_URL}?key=some-key"
        headers = {
            "content-type": "application/x-www-form-urlencoded",
            "x-twilio-signature": signature_of(token, url, form_of(body)),
        }
        return IncomingWebhook(uuid4(), at, url, headers, body)


@pytest.mark.promise("B4")
class TestReceiver(WebhookReceiverContract):
    @pytest.fixture
    def sender(self) -> Sender:
        return TwilioSigns()


def report(sid: str, status: str, **more: str) -> bytes:
    form = {
        "AccountSid": ACCOUNT,
        "MessageSid": f"SM{sid}",
        "MessageStatus": status,
        "From": SENDER,
        "To": UNKNOWN,
        **more,
    }
    return urlencode(form).encode()
