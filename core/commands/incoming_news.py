"""What a webhook says takes effect, in one transaction with the end of its row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.commands.channel_news import channel_news
from core.commands.mail_reports import mail_reports
from core.domain.access import Actor
from core.domain.text_message import phone_fault
from core.ports.failures import Transient
from core.ports.incoming import (
    AccessEnded,
    Fact,
    ItemsChanged,
    LevelChanged,
    MailReport,
    OrderChanged,
    TextConsent,
    TextReport,
)
from core.ports.storage import UnitOfWork

LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class ReadWebhook:
    """A webhook that was verified and read, held by a lease. `is_first_try`: nobody has tried to give it effect before."""

    plugin_id: str
    id: UUID
    token: UUID
    event_id: str
    received_at: datetime
    facts: Sequence[Fact]
    is_first_try: bool


async def take_in(uow: UnitOfWork, actor: Actor, webhook: ReadWebhook) -> bool:
    """Returns whether it took effect: not what was received before, nor what somebody else reads by now. Raises `Transient` where it
    speaks of something that is not known yet."""
    if not await uow.inbox.settle(webhook.id, webhook.token, webhook.event_id):
        return False
    facts = webhook.facts
    if news := [fact for fact in facts if isinstance(fact, OrderChanged | LevelChanged | ItemsChanged)]:
        await channel_news(uow, webhook.plugin_id, news)
    if reports := [fact for fact in facts if isinstance(fact, MailReport)]:
        await mail_reports(uow, reports)
    for fact in facts:
        match fact:
            case TextReport():
                await _text_report(uow, fact, may_be_early=webhook.is_first_try)
            case TextConsent():
                await _consent(uow, fact, webhook.received_at)
            case AccessEnded():
                await _end_access(uow, actor, webhook.plugin_id, fact.reason[:LONGEST_REASON])
    return True


async def _text_report(uow: UnitOfWork, report: TextReport, *, may_be_early: bool) -> None:
    """A carrier may report of a message before its answer to the sending has been noted. One that is nobody's in the end was a code."""
    if not await uow.text_reports.record(report) and may_be_early and not report.key:
        raise Transient("no text message has this id yet")


async def _consent(uow: UnitOfWork, consent: TextConsent, at: datetime) -> None:
    if phone_fault("", consent.number) is None:
        await uow.text_reports.consent(consent, at)


async def _end_access(uow: UnitOfWork, actor: Actor, plugin_id: str, reason: str) -> None:
    problem = f"the other side has ended our access: {reason}"
    if await uow.inbox.pause_plugin(plugin_id, problem):
        data = {"plugin": plugin_id, "problem": problem}
        await uow.events.append("plugin_paused", "company", actor.company, data)
