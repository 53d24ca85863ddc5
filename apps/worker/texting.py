"""Text messages: claim, hand over outside any transaction, record how it went.

A process that dies between the handing over and the recording hands over once more, under the same key.
"""

import asyncio
import logging
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from apps.worker.retries import TEXT_DELAYS, GiveUp, Pause, TryAgain, after_failed_text, described
from core.commands.carriers import Carriers, WatchedSender
from core.commands.notification_turn import NO_NUMBER, UNWANTED
from core.ports.clock import Clock
from core.ports.consents import TextConsents
from core.ports.failures import OptedOut, PermanentlyRejected, PortFailure, RateLimited
from core.ports.plugins import Installations
from core.ports.text_messages import TextOutcome, TextQueue, TextState, WaitingText

BATCH = 10
LEASE = timedelta(minutes=2)  # more than a carrier may take
REST = timedelta(minutes=5)
"""How long messages are left alone that nothing can send at present."""

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Texter:
    """Sends a company's text messages by the plugin that it has switched on for them."""

    queue: TextQueue
    carriers: Carriers
    installations: Installations
    consents: TextConsents
    clock: Clock
    lease: timedelta = LEASE

    async def send(self, company_id: UUID) -> bool:
        """Tries some of those that are due. Returns whether there may be more."""
        claimed = await self.queue.claim(company_id, BATCH, self.lease)
        if not claimed.texts:
            return False
        try:
            sender = await self.carriers.of(company_id)
        except PortFailure as error:
            rest = error.after if isinstance(error, RateLimited) else REST
            held = [_held(one, described(error), rest) for one in claimed.texts]
            await self.queue.end(company_id, claimed.token, held)
            return False
        tried = claimed.texts[:1] if sender.is_trial else claimed.texts
        outcomes = await asyncio.gather(*(self._send(company_id, sender, one) for one in tried))
        waiting = [_held(one, "its turn has not come yet", timedelta(0)) for one in claimed.texts[len(tried) :]]
        await self.queue.end(company_id, claimed.token, [*outcomes, *waiting])
        return bool(waiting) or len(claimed.texts) == BATCH

    async def _send(self, company_id: UUID, sender: WatchedSender, one: WaitingText) -> TextOutcome:
        try:
            carrier_id = await _handed_over(sender, one)
        except Exception as error:  # foreign code may raise anything
            return await self._failed(company_id, sender.plugin_id, one, error)
        return TextOutcome(one.id, TextState.SENT, carrier_id=carrier_id)

    async def _failed(self, company_id: UUID, plugin_id: str, one: WaitingText, error: Exception) -> TextOutcome:
        words = described(error)
        if isinstance(error, OptedOut) and one.to is not None and not one.unwanted:
            await self.consents.note(company_id, one.to, wanted=False, at=self.clock.now())
        match after_failed_text(error, one.attempts):
            case TryAgain(after, counted):
                _logger.warning("text message %s was not sent, try %d: %s", one.id, one.attempts, words)
                return TextOutcome(one.id, TextState.WAITING, words, after, counted=counted)
            case Pause():
                await self.installations.pause(company_id, plugin_id, words)
                return _held(one, words)
            case GiveUp():
                _logger.error("text message %s is given up after %d tries: %s", one.id, one.attempts, words)
                return TextOutcome(one.id, TextState.FAILED, words)


async def _handed_over(sender: WatchedSender, one: WaitingText) -> str:
    if one.to is None:
        raise PermanentlyRejected(NO_NUMBER)
    if one.unwanted:
        raise PermanentlyRejected(UNWANTED)
    if one.attempts > len(TEXT_DELAYS) + 1:
        raise PermanentlyRejected("the worker ended during every try")
    return await sender.send(one.to, one.text, str(one.id))


def _held(one: WaitingText, words: str, rest: timedelta = REST) -> TextOutcome:
    return TextOutcome(one.id, TextState.WAITING, words, rest, counted=False)
