"""The sending of an order to its supplier, which is repeated until it ends: what is sent, how often it was tried, what came of it."""

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from core.domain.errors import Conflict
from core.domain.ids import new_id
from core.domain.order_document import OrderDocument


class SendingState(StrEnum):
    WAITING = "waiting"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    """The supplier, or the way to it, said no for good."""
    UNANSWERED = "unanswered"
    """The tries ran out; the order may have arrived."""
    WITHDRAWN = "withdrawn"


class TryOutcome(StrEnum):
    ACCEPTED = "accepted"
    FAILED = "failed"
    REFUSED = "refused"
    AMBIGUOUS = "ambiguous"
    """It may have arrived."""


@dataclass(frozen=True, slots=True)
class OrderSending:
    """`number` counts the sendings of an order from 1. While one is `under_way`, somebody is handing the order over."""

    order: UUID
    number: int
    channel: str
    requester: UUID
    state: SendingState = SendingState.WAITING
    under_way: bool = False
    token: UUID | None = None
    id: UUID = field(default_factory=new_id)

    def is_repeated_by(self, channel: str) -> bool:
        """Whether to send the order that way is to repeat this sending: then it bears the same key, by which a supplier who has it
        already can tell."""
        return self.state is SendingState.UNANSWERED and self.channel == channel


def require_at_rest(sending: OrderSending | None) -> None:
    """Raises Conflict `purchase_order_being_sent` while somebody is handing the order over."""
    if sending and sending.state is SendingState.WAITING and sending.under_way:
        raise Conflict(
            "purchase_order_being_sent", "the order is being handed over at this moment: try again in a minute"
        )


@dataclass(frozen=True, slots=True)
class NewSending:
    """A sending that begins, with what is sent."""

    sending: OrderSending
    document: OrderDocument
