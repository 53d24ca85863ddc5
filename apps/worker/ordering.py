"""Handing orders over to suppliers: claim one sending, make its document, hand it over outside any transaction, record how it went.

A process that dies between the handing over and the recording hands over once more, under the same key and in the same bytes.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import msgspec

from apps.worker.retries import DELAYS, MAIL_DELAYS, GiveUp, TryAgain, after_failed_order, is_refusal
from apps.worker.supplier_channels import SupplierChannels
from core.commands.order_documents import OrderDocuments
from core.commands.purchase_order_delivery import record_try
from core.domain.access import Actor
from core.domain.order_document import OrderDocument
from core.domain.order_sending import SendingState, TryOutcome
from core.domain.supplier_ordering import MAIL
from core.ports.calling import answer_of
from core.ports.failures import Ambiguous, PortFailure
from core.ports.files import FileStore
from core.ports.order_sendings import DueSending, SendingQueue, Tried
from core.ports.sealing import Sealing
from core.ports.storage import Run
from core.ports.supplier import Acceptance, DocumentMaker, OutgoingOrder

LEASE = timedelta(minutes=3)
SECONDS = 60.0  # in which an order must have been taken; with the making of its document less than the lease
NOBODY = UUID(int=0)

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OutgoingOrders:
    """What it takes to hand orders over: the keys that open suppliers' secrets, where documents are kept, and what makes them."""

    sealing: Sealing
    store: FileStore
    maker: Callable[[], DocumentMaker]


@dataclass(frozen=True, slots=True)
class OrderSender:
    """Sees to one sending after the other."""

    queue: SendingQueue
    run: Run
    documents: OrderDocuments
    channels: SupplierChannels
    lease: timedelta = LEASE

    async def send(self, company_id: UUID) -> bool:
        """Tries one that is due. Returns whether there may be more."""
        due = await self.queue.claim(company_id, self.lease)
        if due is None:
            return False
        actor = Actor(NOBODY, company_id, frozenset())
        tried = await self._tried(actor, due)
        state = (await self.run(record_try, actor, tried)).result
        _log(company_id, tried, state)
        return True

    async def _tried(self, actor: Actor, due: DueSending) -> Tried:
        try:
            acceptance = await self._handed_over(actor, due)
        except Exception as error:
            return _failed(due, error)
        return Tried(due, TryOutcome.ACCEPTED, acceptance.reference)

    async def _handed_over(self, actor: Actor, due: DueSending) -> Acceptance:
        if due.counted > len(MAIL_DELAYS if due.channel == MAIL else DELAYS) + 1:
            raise Ambiguous("the worker ended during every try")
        ordering = await self.channels.open(actor.company, due)
        document = msgspec.json.decode(due.body, type=OrderDocument)
        pdf = await self.documents.to_send(actor, due, document)
        order = OutgoingOrder(due.id, document.key, due.ordering.address, document, due.body, pdf)
        return await answer_of(ordering.deliver(order), SECONDS)


def _failed(due: DueSending, error: Exception) -> Tried:
    words = str(error) if isinstance(error, PortFailure) else type(error).__name__
    match after_failed_order(error, by_mail=due.channel == MAIL, attempts=due.counted):
        case TryAgain(after):
            return Tried(due, _outcome(error), problem=words, again_after=after)
        case GiveUp():
            return Tried(due, _outcome(error), problem=words)


def _outcome(error: Exception) -> TryOutcome:
    if isinstance(error, Ambiguous):
        return TryOutcome.AMBIGUOUS
    return TryOutcome.REFUSED if is_refusal(error) else TryOutcome.FAILED


def _log(company_id: UUID, tried: Tried, state: SendingState) -> None:
    order, number, problem = tried.sending.order, tried.sending.attempts, tried.problem
    if state is SendingState.WAITING:
        _logger.warning("company %s: order %s was not handed over, try %d: %s", company_id, order, number, problem)
    elif tried.outcome is TryOutcome.ACCEPTED and state is not SendingState.ACCEPTED:
        _logger.error("company %s: order %s was handed over although it was withdrawn", company_id, order)
    elif state in (SendingState.REFUSED, SendingState.UNANSWERED):
        _logger.error("company %s: order %s is not sent after %d tries: %s", company_id, order, number, problem)
