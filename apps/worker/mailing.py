"""Delivering mail: claim, send outside any transaction, forget what was sent.

A process that dies between the sending and the forgetting sends once more; the Message-ID tells that it is the same mail.
"""

import asyncio
import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from apps.worker.retries import MAIL_DELAYS, GiveUp, TryAgain, after_failed_mail
from core.ports.calling import answer_of
from core.ports.failures import Misconfigured, PermanentlyRejected, PortFailure
from core.ports.mail import MailQueue, MailTransport, WaitingMail
from core.ports.sealing import Sealing

BATCH = 10
SEND_SECONDS = 60.0  # in which a mail must have been taken; less than the lease
LEASE = timedelta(minutes=2)

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OutgoingMail:
    """What it takes to deliver mail: the keys that open what waits, and a way to send it."""

    sealing: Sealing
    transport: MailTransport


class Mailing(Protocol):
    """Sees to the mails that wait."""

    async def deliver(self) -> bool:
        """Tries some of those that are due. Returns whether there may be more."""
        ...


@dataclass(frozen=True, slots=True)
class Mailer:
    """Sends a few mails at once."""

    queue: MailQueue
    transport: MailTransport
    lease: timedelta = LEASE

    async def deliver(self) -> bool:
        claimed = await self.queue.claim(BATCH, self.lease)
        work = (self._deliver(claimed.token, one) for one in claimed.mails)
        ends = await asyncio.gather(*work, return_exceptions=True)
        if failures := [end for end in ends if end is not None]:
            raise BaseExceptionGroup("how some mails went could not be recorded", failures)
        return len(claimed.mails) == BATCH

    async def _deliver(self, token: UUID, one: WaitingMail) -> None:
        try:
            await self._send(one)
        except Exception as error:
            await self._failed(token, one, error)
        else:
            await self.queue.sent(one.id)

    async def _send(self, one: WaitingMail) -> None:
        if one.attempts > len(MAIL_DELAYS) + 1:
            raise PermanentlyRejected("the worker ended during every try")
        if one.mail is None:
            raise Misconfigured("the key that sealed it is missing")
        await answer_of(self.transport.send(one.id, one.mail), SEND_SECONDS)

    async def _failed(self, token: UUID, one: WaitingMail, error: Exception) -> None:
        words = str(error) if isinstance(error, PortFailure) else type(error).__name__
        match after_failed_mail(error, one.attempts):
            case TryAgain(after):
                _logger.warning("mail %s was not delivered, try %d: %s", one.id, one.attempts, words)
                await self.queue.failed(token, one.id, words, after)
            case GiveUp():
                _logger.error("mail %s is given up after %d tries: %s", one.id, one.attempts, words)
                await self.queue.give_up(token, one.id, words)


class NoMailing:
    """Where no mail server is set, mails wait. The log says so when the first of them does."""

    def __init__(self) -> None:
        self._said = False

    async def deliver(self) -> bool:
        if not self._said:
            _logger.warning("mails wait: set PIRWA_SMTP_URL and PIRWA_MAIL_FROM to have them delivered")
        self._said = True
        return False
