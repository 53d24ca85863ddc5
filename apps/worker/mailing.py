"""Delivering mail: claim, send outside any transaction, forget what was sent. Mails of companies with a sender of their own are claimed
by themselves, so that it holds up nobody else's.

A process that dies between the sending and the forgetting sends once more; the Message-ID tells that it is the same mail.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from apps.worker.retries import MAIL_DELAYS, GiveUp, TryAgain, after_failed_company_mail, after_failed_mail
from core.commands.mail_senders import CompanyMail, MailSenders
from core.ports.calling import answer_of
from core.ports.failures import PermanentlyRejected, PortFailure, RateLimited, Transient
from core.ports.mail import MailLease, MailQueue, MailTransport, WaitingMail
from core.ports.mail_reports import MailHistories
from core.ports.sealing import Sealing

BATCH = 10
SEND_SECONDS = 60.0  # in which a mail must have been taken; less than the lease
LEASE = timedelta(minutes=2)
REST = timedelta(minutes=5)
"""How long mails are left alone that nothing can send at present."""

AfterFailure = Callable[[BaseException, int], TryAgain | GiveUp]
TransportOf = Callable[[WaitingMail], MailTransport]

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OutgoingMail:
    """What it takes to deliver mail: the keys that open what waits, and the server's own way to send it, where it has one."""

    sealing: Sealing
    transport: MailTransport | None


class Mailing(Protocol):
    """Sees to the mails that wait."""

    async def deliver(self) -> bool:
        """Tries some of those that are due. Returns whether there may be more."""
        ...


@dataclass(frozen=True, slots=True)
class Mailer:
    """Sends a few mails at once by the server's own sender. Without `histories` it knows of none."""

    queue: MailQueue
    transport: MailTransport
    histories: MailHistories | None = None
    lease: timedelta = LEASE

    async def deliver(self) -> bool:
        claimed = await self.queue.claim(BATCH, self.lease)
        return await _deliver(self.queue, claimed, self._transport_of, after_failed_mail)

    def _transport_of(self, one: WaitingMail) -> MailTransport:
        if one.company_id is None or self.histories is None:
            return self.transport
        return CompanyMail(one.company_id, self.histories, self.transport)


@dataclass(frozen=True, slots=True)
class CompanyMailer:
    """Sends a few mails of a company at once by its own sender, or a single one where that must show that it is well again."""

    queue: MailQueue
    senders: MailSenders
    lease: timedelta = LEASE

    async def deliver(self, company_id: UUID) -> bool:
        """Tries some of those that are due. Returns whether there may be more."""
        claimed = await self.queue.claim_of(company_id, BATCH, self.lease)
        if not claimed.mails:
            return False
        try:
            sender = await self.senders.own(company_id)
        except PortFailure as error:
            await self._hold(claimed, str(error), error.after if isinstance(error, RateLimited) else REST)
            return False
        if sender is None:
            await self._hold(claimed, "its sender was paused")
            return False
        tried = MailLease(claimed.token, claimed.mails[:1] if sender.is_trial else claimed.mails)
        await self._hold(MailLease(claimed.token, claimed.mails[len(tried.mails) :]), "its turn has not come yet")
        transport = self.senders.known(company_id, sender)
        await _deliver(self.queue, tried, lambda _: transport, after_failed_company_mail)
        return sender.is_trial or len(claimed.mails) == BATCH

    async def _hold(self, held: MailLease, words: str, rest: timedelta = timedelta(0)) -> None:
        for one in held.mails:
            await self.queue.failed(held.token, one.id, words, rest, counted=False)


async def _deliver(queue: MailQueue, claimed: MailLease, transport_of: TransportOf, after: AfterFailure) -> bool:
    work = (_Try(queue, claimed.token, one, after).through(transport_of(one)) for one in claimed.mails)
    ends = await asyncio.gather(*work, return_exceptions=True)
    if failures := [end for end in ends if end is not None]:
        raise BaseExceptionGroup("how some mails went could not be recorded", failures)
    return len(claimed.mails) == BATCH


@dataclass(frozen=True, slots=True)
class _Try:
    """One try of a mail, and its end in the queue."""

    queue: MailQueue
    token: UUID
    mail: WaitingMail
    after: AfterFailure

    async def through(self, transport: MailTransport) -> None:
        try:
            await self._send(transport)
        except Exception as error:
            await self._failed(error)
        else:
            await self.queue.sent(self.mail.id)

    async def _send(self, transport: MailTransport) -> None:
        if self.mail.attempts > len(MAIL_DELAYS) + 1:
            raise PermanentlyRejected("the worker ended during every try")
        if self.mail.mail is None:
            raise Transient("the key that sealed it is missing")
        await answer_of(transport.send(self.mail.id, self.mail.mail), SEND_SECONDS)

    async def _failed(self, error: Exception) -> None:
        mail_id, attempts = self.mail.id, self.mail.attempts
        words = str(error) if isinstance(error, PortFailure) else type(error).__name__
        match self.after(error, attempts):
            case TryAgain(after, counted):
                _logger.warning("mail %s was not delivered, try %d: %s", mail_id, attempts, words)
                await self.queue.failed(self.token, mail_id, words, after, counted=counted)
            case GiveUp():
                _logger.error("mail %s is given up after %d tries: %s", mail_id, attempts, words)
                await self.queue.give_up(self.token, mail_id, words)


class NoMailing:
    """Where no mail server is set, mails wait. The log says so when the first of them does."""

    def __init__(self) -> None:
        self._said = False

    async def deliver(self) -> bool:
        if not self._said:
            _logger.warning("mails wait: set PIRWA_SMTP_URL and PIRWA_MAIL_FROM to have them delivered")
        self._said = True
        return False
