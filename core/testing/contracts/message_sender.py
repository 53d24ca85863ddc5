"""What every `MessageSender` does. A plugin's suite subclasses the contract and gives it the other side to work on."""

from collections.abc import Sequence
from typing import Protocol

import pytest

from core.ports.failures import AuthFailed, PermanentlyRejected, PortFailure, RateLimited, Transient
from core.ports.notification import MessageSender

NUMBER = "+593991234567"
UNKNOWN = "+593990000000"
WORDS = 'Andina: Té de manzanilla "verde" [5] € – ñandú 茶'


class Carrier(Protocol):
    """The carrier that a sender talks to, as far as the contract must arrange it and look at it."""

    @property
    def sender(self) -> MessageSender:
        """The sender under test, connected to this carrier, which knows every number but `UNKNOWN`."""
        ...

    def took(self) -> Sequence[tuple[str, str]]:
        """Number and text of every message that it sends on, in the order in which they came."""
        ...

    def refuse(self, failure: type[PortFailure] | None) -> None:
        """From now on it answers every call in the way that means this failure, or as it should."""
        ...


class MessageSenderContract:
    """Subclass it and override `carrier`. A sender whose carrier knows no keys overrides the test of repetition and says why."""

    pytestmark = pytest.mark.anyio

    @pytest.fixture
    def carrier(self) -> Carrier:
        raise NotImplementedError("a suite gives the carrier that its sender talks to")

    async def test_a_message_arrives_word_for_word(self, carrier: Carrier) -> None:
        assert await carrier.sender.send(NUMBER, WORDS, "one")
        assert list(carrier.took()) == [(NUMBER, WORDS)]

    async def test_the_same_key_again_sends_nothing_anew_and_has_the_same_id(self, carrier: Carrier) -> None:
        first = await carrier.sender.send(NUMBER, WORDS, "one")
        assert await carrier.sender.send(NUMBER, WORDS, "one") == first
        assert await carrier.sender.send(NUMBER, WORDS, "two") != first
        assert len(carrier.took()) == 2

    async def test_a_number_that_nobody_has_is_refused_for_good(self, carrier: Carrier) -> None:
        with pytest.raises(PermanentlyRejected):
            await carrier.sender.send(UNKNOWN, WORDS, "one")
        assert list(carrier.took()) == []

    @pytest.mark.parametrize("failure", [AuthFailed, RateLimited, Transient])
    async def test_a_refusal_is_named_by_its_kind_and_the_message_can_be_sent_later(
        self, carrier: Carrier, failure: type[PortFailure]
    ) -> None:
        carrier.refuse(failure)
        with pytest.raises(failure) as raised:
            await carrier.sender.send(NUMBER, WORDS, "one")
        if isinstance(raised.value, RateLimited):
            assert raised.value.after.total_seconds() > 0
        carrier.refuse(None)
        await carrier.sender.send(NUMBER, WORDS, "one")
        assert list(carrier.took()) == [(NUMBER, WORDS)]

    async def test_a_check_finds_wrong_credentials_and_sends_nothing(self, carrier: Carrier) -> None:
        await carrier.sender.check()
        carrier.refuse(AuthFailed)
        with pytest.raises(AuthFailed):
            await carrier.sender.check()
        assert list(carrier.took()) == []
