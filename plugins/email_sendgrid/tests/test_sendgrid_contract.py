"""The plugin keeps the contracts of its kind."""

import base64
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from core.domain.ids import new_id
from core.domain.mail import Mail, MailFile
from core.ports.failures import (
    Ambiguous,
    AuthFailed,
    Misconfigured,
    PermanentlyRejected,
    PortFailure,
    RateLimited,
    Transient,
)
from core.ports.incoming import IncomingWebhook, WebhookReceiver
from core.ports.mail import MailSender
from core.testing.contracts.mail_sender import MAIL, MailSenderContract, PostOffice
from core.testing.contracts.plugin import PluginContract
from core.testing.contracts.webhook_receiver import Sender, WebhookReceiverContract
from email_sendgrid.carrier import SendGridSender
from email_sendgrid.mapping import MAIL_ID
from email_sendgrid.webhooks import OLDEST, SendGridEvents

from .connected import connected, settings_of
from .fake_sendgrid import KEY, SENDER, FakeSendGrid, Fault, batch, mail_ids, shown, signed


class Office:
    """The fake as the contract sees it."""

    refusals = (AuthFailed, Misconfigured, PermanentlyRejected, RateLimited, Transient)
    secrets = (KEY,)
    _FAULTS: Mapping[type[PortFailure] | None, Fault | None] = {
        None: None,
        AuthFailed: Fault.KEY,
        Misconfigured: Fault.SENDER,
        PermanentlyRejected: Fault.ADDRESS,
        RateLimited: Fault.BUSY,
        Transient: Fault.AWAY,
        Ambiguous: Fault.FAILS_AFTER,
    }

    def __init__(self) -> None:
        self._fake = FakeSendGrid()
        self._sender = SendGridSender(connected(self._fake))

    @property
    def sender(self) -> MailSender:
        return self._sender

    def took(self) -> Sequence[tuple[str, Mail]]:
        return list(zip(mail_ids(self._fake), map(_read, self._fake.mails), strict=True))

    def refuse(self, failure: type[PortFailure] | None) -> None:
        self._fake.fault = self._FAULTS[failure]


def _read(body: dict[str, Any]) -> Mail:
    [person] = body["personalizations"]
    [to] = person["to"]
    [content] = body["content"]
    files = [
        MailFile(one["filename"], one["type"], base64.b64decode(one["content"])) for one in body.get("attachments", [])
    ]
    return Mail(to["email"], body["subject"], content["value"], body.get("reply_to", {}).get("email"), tuple(files))


class TestSending(MailSenderContract):
    """Seen to fail with every 5xx taken for a passing refusal, and with the field `from` of a refusal not looked at."""

    @pytest.fixture
    def office(self) -> PostOffice:
        return Office()


class EventSource:
    """The other side of the event webhook, with the key that is good and the one before."""

    secrets = (KEY,)
    longest_age = OLDEST

    def __init__(self) -> None:
        self._fake, self._previous = FakeSendGrid(), generate_private_key(SECP256R1())
        keys = {"webhook_key": shown(self._fake.signing), "previous_webhook_key": shown(self._previous)}
        self._receiver = SendGridEvents(connected(self._fake, **keys))

    @property
    def receiver(self) -> WebhookReceiver:
        return self._receiver

    @property
    def body(self) -> bytes:
        return batch([{"event": "delivered", "sg_event_id": "a", MAIL_ID: str(new_id())}])

    def signed(self, body: bytes, at: datetime, event: str = "one") -> IncomingWebhook:
        return signed(body, at, self._fake.signing)

    def forged(self, body: bytes, at: datetime) -> IncomingWebhook:
        return signed(body, at, generate_private_key(SECP256R1()))

    def signed_before_rotation(self, body: bytes, at: datetime) -> IncomingWebhook:
        return signed(body, at, self._previous)


@pytest.mark.promise("B4")
class TestEvents(WebhookReceiverContract):
    """Seen to fail with the age not looked at, with the body stripped before it is verified, and with the previous key left out."""

    @pytest.fixture
    def sender(self) -> Sender:
        return EventSource()


class TestPlugin(PluginContract):
    settings: ClassVar[Mapping[str, object]] = {
        "api_key": KEY,
        "sender": SENDER,
        "sender_name": "Andina",
        "webhook_key": shown(generate_private_key(SECP256R1())),
    }


def test_the_longest_age_lets_a_day_of_repeats_through() -> None:
    assert timedelta(days=1) < OLDEST < timedelta(days=2)


def test_no_secret_is_shown() -> None:
    assert KEY not in repr(SendGridSender(connected(FakeSendGrid())))
    assert MAIL.to not in repr(MAIL)
    assert settings_of().sandbox is False
