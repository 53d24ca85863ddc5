"""What every reaction of a plugin does. A suite subclasses the contract and gives it the other side to work on."""

from collections.abc import Sequence
from typing import Protocol

import pytest

from core.domain.events import Event
from core.ports.failures import AuthFailed, PortFailure, RateLimited, Transient
from core.ports.plugins import Reaction


class Audience(Protocol):
    """Whoever hears of events by the reaction, as far as the contract must arrange it and look at it."""

    @property
    def reaction(self) -> Reaction:
        """The reaction under test, connected to this side."""
        ...

    def event(self, number: int) -> Event:
        """An event that it is to hear of; those of one number are the same event."""
        ...

    def heard(self) -> Sequence[str]:
        """What it has heard, in order, a line for each event; what it can tell to be a repetition is none."""
        ...

    def refuse(self, failure: type[PortFailure] | None) -> None:
        """From now on it answers every call in the way that means this failure, or as it should."""
        ...


class ReactionContract:
    """Subclass it and override `audience`."""

    pytestmark = pytest.mark.anyio

    @pytest.fixture
    def audience(self) -> Audience:
        raise NotImplementedError("a suite gives the side that its reaction tells")

    async def test_events_are_told_in_their_order(self, audience: Audience) -> None:
        for number in (1, 2):
            await audience.reaction(audience.event(number))
        assert len(audience.heard()) == 2
        assert audience.heard()[0] != audience.heard()[1]

    async def test_an_event_that_comes_again_is_told_once(self, audience: Audience) -> None:
        for number in (1, 2, 1):
            await audience.reaction(audience.event(number))
        assert len(audience.heard()) == 2

    @pytest.mark.parametrize("failure", [AuthFailed, RateLimited, Transient])
    async def test_a_refusal_is_named_by_its_kind_and_the_event_can_be_told_later(
        self, audience: Audience, failure: type[PortFailure]
    ) -> None:
        audience.refuse(failure)
        with pytest.raises(failure) as raised:
            await audience.reaction(audience.event(1))
        if isinstance(raised.value, RateLimited):
            assert raised.value.after.total_seconds() > 0
        assert list(audience.heard()) == []
        audience.refuse(None)
        await audience.reaction(audience.event(1))
        assert len(audience.heard()) == 1
