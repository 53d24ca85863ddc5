"""What every `WebhookReceiver` does. A plugin's suite subclasses the contract and gives it somebody who signs as the other side does."""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Protocol

import pytest

from core.ports.failures import PermanentlyRejected
from core.ports.incoming import Fact, IncomingWebhook, NotAuthentic, WebhookReceiver

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
RUBBISH = (b"", b"\xff\xfe\x00", b"{", b"[" * 50_000, b"null", b'"text"', b"<xml/>", b'{"id": {"id": []}}')
_LONG = re.compile(r"[A-Za-z0-9+/_-]{20,}")  # the shortest of signatures


class Sender(Protocol):
    """The other side, as far as it tells us something."""

    @property
    def receiver(self) -> WebhookReceiver:
        """The receiver under test, whose settings hold the present secret of this side."""
        ...

    @property
    def secrets(self) -> Sequence[str]:
        """All that is secret in the settings, as it stands there."""
        ...

    @property
    def body(self) -> bytes:
        """What it sends when something has happened that is of interest."""
        ...

    @property
    def longest_age(self) -> timedelta | None:
        """How old a webhook may be; None where the scheme signs no time."""
        ...

    def signed(self, body: bytes, at: datetime, event: str = "one") -> IncomingWebhook:
        """A webhook as it sends it at that time, in its present secret's name. Two of the same event are repetitions."""
        ...

    def forged(self, body: bytes, at: datetime) -> IncomingWebhook:
        """The same by somebody who knows the scheme and not the secret."""
        ...

    def signed_before_rotation(self, body: bytes, at: datetime) -> IncomingWebhook | None:
        """The same with the secret that was good until a moment ago, and that the settings name too; None where there is never one."""
        ...


class WebhookReceiverContract:
    """Subclass it and override `sender`."""

    @pytest.fixture
    def sender(self) -> Sender:
        raise NotImplementedError("a suite gives the side that its receiver listens to")

    def test_what_the_other_side_has_signed_is_taken_and_says_something(self, sender: Sender) -> None:
        webhook = sender.signed(sender.body, NOW)
        sender.receiver.verify(webhook, NOW)
        assert list(sender.receiver.read(webhook))

    def test_a_repetition_has_the_name_of_the_first_and_another_event_another(self, sender: Sender) -> None:
        first, again, other = (sender.signed(sender.body, NOW, event) for event in ("one", "one", "two"))
        later = NOW + timedelta(seconds=30)
        name = sender.receiver.verify(first, NOW)
        assert sender.receiver.verify(again, NOW) == name
        assert sender.receiver.verify(sender.signed(sender.body, later), later) == name
        if name:
            assert sender.receiver.verify(other, NOW) != name

    def test_one_changed_byte_and_it_is_refused(self, sender: Sender) -> None:
        webhook = sender.signed(sender.body, NOW)
        for place in (0, len(sender.body) // 2, len(sender.body) - 1):
            changed = bytearray(sender.body)
            changed[place] ^= 1
            refused(sender, replace(webhook, body=bytes(changed)))
        for body in (sender.body[:-1], sender.body + b"\n", b""):
            refused(sender, replace(webhook, body=body))

    def test_without_its_signature_or_with_nonsense_in_its_place_it_is_refused(self, sender: Sender) -> None:
        webhook = sender.signed(sender.body, NOW)
        refused(sender, replace(webhook, headers={}))
        for nonsense in ("", " ", "=", "ñ", "v1,", "v1=,t=", "0" * 64, "-1", "NaN", "\x00"):
            refused(sender, replace(webhook, headers=dict.fromkeys(webhook.headers, nonsense)))

    def test_no_rubbish_in_its_parts_is_an_accident(self, sender: Sender) -> None:
        """Whatever stands in address, headers and body: it is refused, unless nothing that counts was changed."""
        chance = Random(1)  # noqa: S311  rubbish, no secrets
        for _ in range(200):
            body = chance.choice((*RUBBISH, sender.body))
            webhook = sender.signed(chance.choice((body, sender.body)), NOW)
            headers = {name: chance.choice((value, value, rubbish(chance))) for name, value in webhook.headers.items()}
            address = chance.choice((webhook.url, f"{webhook.url}?{rubbish(chance)}"))
            with suppress(NotAuthentic):
                sender.receiver.verify(replace(webhook, url=address, headers=headers, body=body), NOW)

    def test_who_does_not_know_the_secret_is_refused(self, sender: Sender) -> None:
        refused(sender, sender.forged(sender.body, NOW))

    def test_the_secret_before_this_one_is_still_good(self, sender: Sender) -> None:
        webhook = sender.signed_before_rotation(sender.body, NOW)
        if webhook is None:
            pytest.skip("this side has never two secrets at a time")
        assert sender.receiver.verify(webhook, NOW) == sender.receiver.verify(sender.signed(sender.body, NOW), NOW)

    def test_what_is_too_old_or_from_the_future_is_refused(self, sender: Sender) -> None:
        age = sender.longest_age
        if age is None:
            pytest.skip("this side signs no time")
        second = timedelta(seconds=1)
        sender.receiver.verify(sender.signed(sender.body, NOW), NOW + age - second)
        refused(sender, sender.signed(sender.body, NOW), NOW + age + second)
        refused(sender, sender.signed(sender.body, NOW), NOW - age - second)

    @pytest.mark.parametrize("body", RUBBISH, ids=range(len(RUBBISH)))
    def test_nothing_is_read_before_it_is_verified(self, sender: Sender, body: bytes) -> None:
        """Whatever the body is, a wrong signature is all that is said of it; rightly signed, it is nothing or refused for good."""
        refused(sender, sender.forged(body, NOW))
        webhook = sender.signed(body, NOW)
        sender.receiver.verify(webhook, NOW)
        facts: Sequence[Fact] = ()
        try:
            facts = sender.receiver.read(webhook)
        except PermanentlyRejected as error:
            clean(sender, webhook, str(error))
        assert list(facts) == []


def rubbish(chance: Random) -> str:
    """Signs that anybody can put into a header or an address, as they are read from there."""
    parts = (
        "=",
        "&",
        ",",
        "v1,",
        "%",
        "%00",
        "%ff",
        "bodySHA256=",
        "9" * 30,
        "-",
        "1e9",
        " ",
        "a" * 300,
        "\xff",
        "\x00",
        "²",
        "t=",
        "AAAA",
    )
    return "".join(chance.choices(parts, k=chance.randint(0, 6)))


def refused(sender: Sender, webhook: IncomingWebhook, now: datetime = NOW) -> None:
    """It is not authentic, and the words for it tell no secret and not what the signature should have been."""
    with pytest.raises(NotAuthentic) as raised:
        sender.receiver.verify(webhook, now)
    clean(sender, webhook, str(raised.value))
    clean(sender, sender.signed(webhook.body, now), str(raised.value))


def clean(sender: Sender, webhook: IncomingWebhook, words: str) -> None:
    """No secret stands in the words, and nothing that could be a signature in a header either."""
    signatures = [part for value in webhook.headers.values() for part in _LONG.findall(value)]
    assert [word for word in (*sender.secrets, *signatures) if word in words] == []
