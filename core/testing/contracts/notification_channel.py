"""What every `NotificationChannel` does. A suite subclasses the contract and gives it the other side to work on."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

import pytest

from core.domain.notification import NotificationKind
from core.domain.notification_news import News
from core.ports.failures import AuthFailed, PortFailure, RateLimited, Transient
from core.ports.notices import Notice, NotificationChannel

WORDS = 'Té de manzanilla "verde" <b> [5] € – ñandú 茶'


class Room(Protocol):
    """Where the notices end, as far as the contract must arrange it and look at it."""

    @property
    def channel(self) -> NotificationChannel:
        """The channel under test, connected to this room, to which it tells every kind of news."""
        ...

    def heard(self) -> Sequence[str]:
        """The texts that were told there, in order; what it can tell to be a repetition is none."""
        ...

    def refuse(self, failure: type[PortFailure] | None) -> None:
        """From now on it answers every call in the way that means this failure, or as it should."""
        ...


class NotificationChannelContract:
    """Subclass it and override `room`."""

    pytestmark = pytest.mark.anyio

    @pytest.fixture
    def room(self) -> Room:
        raise NotImplementedError("a suite gives the room that its channel leads to")

    async def test_notices_arrive_in_their_order(self, room: Room) -> None:
        await room.channel.carry([notice(1), notice(2)])
        await room.channel.carry([notice(3)])
        assert _numbers(room) == [1, 2, 3]

    async def test_their_words_arrive_as_they_are(self, room: Room) -> None:
        await room.channel.carry([notice(1)])
        (text,) = room.heard()
        assert WORDS in text

    async def test_a_notice_that_comes_again_is_told_once(self, room: Room) -> None:
        await room.channel.carry([notice(1), notice(2)])
        await room.channel.carry([notice(2), notice(3), notice(1)])
        assert _numbers(room) == [1, 2, 3]

    @pytest.mark.parametrize("failure", [AuthFailed, RateLimited, Transient])
    async def test_a_refusal_is_named_by_its_kind_and_the_notices_can_be_told_later(
        self, room: Room, failure: type[PortFailure]
    ) -> None:
        room.refuse(failure)
        with pytest.raises(failure) as raised:
            await room.channel.carry([notice(1), notice(2)])
        if isinstance(raised.value, RateLimited):
            assert raised.value.after.total_seconds() > 0
        assert list(room.heard()) == []
        room.refuse(None)
        await room.channel.carry([notice(1), notice(2)])
        assert _numbers(room) == [1, 2]


def notice(number: int) -> Notice:
    """News of low stock; those of one number are the same."""
    product = UUID(int=1000 + number)
    news = News(
        UUID(int=number), NotificationKind.LOW_STOCK, "product", product, None, product, None, None, {"sku": "TEA"}
    )
    return Notice(news, f"{WORDS} ({number})", "https://stock.example.org/notifications")


def _numbers(room: Room) -> list[int]:
    """Which of the notices were heard."""
    return [next(number for number in (1, 2, 3) if f"({number})" in text) for text in room.heard()]
