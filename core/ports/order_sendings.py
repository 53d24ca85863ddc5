"""The ports to sendings of orders: what a company keeps of them, and the queue of those that wait."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

import msgspec

from core.domain.access import Actor
from core.domain.order_document import OrderDocument
from core.domain.order_sending import NewSending, OrderSending, SendingState, TryOutcome
from core.domain.supplier_ordering import Ordering
from core.ports.failure_texts import Failure, explained
from core.ports.order_requests import PersonName


class SendingView(msgspec.Struct, frozen=True):
    """A sending. `attempts` counts the tries that were begun; `next_try_at` is None when there is none to come; `problem` and `why`
    say why the latest try failed."""

    number: int
    channel: str
    state: SendingState
    requested_by: PersonName
    requested_at: datetime
    attempts: int
    next_try_at: datetime | None
    problem: str | None
    ended_at: datetime | None
    why: Failure | None = None

    def __post_init__(self) -> None:
        msgspec.structs.force_setattr(self, "why", explained(self.problem))


class TryView(msgspec.Struct, frozen=True):
    """A try that came back."""

    number: int
    at: datetime
    outcome: TryOutcome
    problem: str | None
    why: Failure | None = None

    def __post_init__(self) -> None:
        msgspec.structs.force_setattr(self, "why", explained(self.problem))


class SendingReport(SendingView, frozen=True, kw_only=True):
    """A sending with its tries."""

    tries: list[TryView]


@dataclass(frozen=True, slots=True)
class DueSending:
    """A sending that nobody else tries until our lease ends, on its `attempts`-th try, of which so many count (`counted`). `ordering`
    is how its supplier wants orders now; `body` the document as it is sent, `digest` the file that was made of it, if it was."""

    id: UUID
    order: UUID
    supplier: UUID
    channel: str
    attempts: int
    counted: int
    token: UUID
    ordering: Ordering
    body: bytes = field(repr=False)
    digest: str | None = None


class SendingQueue(Protocol):
    """The sendings that wait, for whoever hands orders over."""

    async def claim(self, company_id: UUID, lease: timedelta) -> DueSending | None:
        """Takes the one that has been due for longest, and counts the try before it is made. None where nothing is due."""
        ...


@dataclass(frozen=True, slots=True)
class Tried:
    """How a try ended. A sending that goes on is tried again after that time; None: there is no further try."""

    sending: DueSending
    outcome: TryOutcome
    reference: str = ""
    problem: str | None = None
    again_after: timedelta | None = None


class OrderSendings(Protocol):
    """The sendings of the company of a unit of work. Whoever asks for one holds its order."""

    async def document(self, order_id: UUID, at: datetime) -> OrderDocument:
        """The order as it stands, dated that moment."""
        ...

    async def latest(self, order_id: UUID) -> OrderSending | None:
        """The latest sending of an order, which nobody else changes until the transaction ends."""
        ...

    async def find(self, sending_id: UUID) -> OrderSending:
        """A sending, which nobody else changes until the transaction ends."""
        ...

    async def add(self, new: NewSending, at: datetime) -> None:
        """Begins a sending, due at once."""
        ...

    async def repeat(self, sending: OrderSending) -> None:
        """Lets one that ended begin anew as it was, with no try counted, due at once."""
        ...

    async def end(self, sending: OrderSending, state: SendingState, at: datetime, problem: str | None = None) -> None:
        """There is no further try."""
        ...

    async def note(self, tried: Tried, at: datetime) -> None:
        """Remembers how a try ended."""
        ...

    async def put_back(self, tried: Tried) -> None:
        """Has it tried again, as the try says."""
        ...

    async def keep_file(self, sending_id: UUID, digest: str) -> None:
        """Remembers the file that was made of its document."""
        ...


@dataclass(frozen=True, slots=True)
class SentFile:
    """What was handed over with a sending, and the number of its order; without a digest nothing was yet."""

    order_number: int
    digest: str | None


class OrderSendingReader(Protocol):
    """Reads what an actor may see: orders of other sites there are none."""

    async def document(self, actor: Actor, order_id: UUID, at: datetime) -> OrderDocument | None:
        """The order as it stands, dated that moment; without prices for those who may not see costs."""
        ...

    async def sendings(self, actor: Actor, order_id: UUID) -> Sequence[SendingReport] | None:
        """The sendings of an order, the latest first; None where there is no order."""
        ...

    async def file(self, actor: Actor, order_id: UUID, number: int) -> SentFile | None: ...
