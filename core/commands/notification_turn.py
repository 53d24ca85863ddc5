"""Turning to one person with all that they are to be told by now, outside of the application."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.domain.letters import Letter, letter
from core.domain.mail import Mail
from core.domain.notification import PAGE, Channel, NotificationKind, may_know
from core.domain.notification_timing import plan
from core.domain.notification_words import Words, words_for
from core.domain.text_message import one_message
from core.ports.notifications import PersonalTurn, Reader, WaitingNews

HELD = timedelta(hours=1)
"""How long what cannot be sent at present is left alone."""
KINDS_SHOWN = 4
"""How many kinds a subject names."""
NO_LONGER_THEIRS = "no longer theirs to know"
NO_NUMBER = "no number that is proven to be theirs"
UNWANTED = "whoever has the number wants no more text messages"
_LACKING = {
    Channel.MAIL: "no mail address that is proven to be theirs",
    Channel.SMS: NO_NUMBER,
    Channel.WEBHOOK: "no webhook of theirs",
}
DAY_IS_FULL = "the company's text messages of the day were sent"


@dataclass(frozen=True, slots=True)
class Sending:
    """What this server sends by itself, and the address that its links begin with. A channel that is missing holds what waits for it,
    unless the company has a plugin for it."""

    channels: Collection[Channel]
    address: str


async def turn_to(turn: PersonalTurn, now: datetime, sending: Sending) -> None:
    """One mail, and one text message, about everything that is due, or none in quiet hours; to a webhook each by itself. What
    somebody may not know any more is not told; what cannot be sent anywhere has been told in the application only."""
    reader, waiting = turn.reader, await turn.waiting()
    open_to_all = [one for one in waiting if _is_open(reader, one.channel, sending)]
    planned = plan(open_to_all, reader.hours, reader.zone, now)
    for channel in (Channel.MAIL, Channel.SMS, Channel.WEBHOOK):
        due = [one for one in planned.now if one.channel is channel]
        if lost := [one.event_id for one in due if not may_know(reader.actor, one.kind, one.site)]:
            await turn.give_up(channel, lost, NO_LONGER_THEIRS)
        if theirs := [one for one in due if one.event_id not in lost]:
            await _tell(turn, channel, theirs, sending.address)
    held = [now + HELD] if len(open_to_all) < len(waiting) else []
    await turn.look_again(min([*held, *([planned.next_at] if planned.next_at else [])], default=None))


def _is_open(reader: Reader, channel: Channel, sending: Sending) -> bool:
    if channel is Channel.MAIL and reader.has_mail_sender:
        return True
    return channel in sending.channels and (channel is not Channel.SMS or reader.has_carrier)


async def _tell(turn: PersonalTurn, channel: Channel, news: Sequence[WaitingNews], address: str) -> None:
    reader, events = turn.reader, [one.event_id for one in news]
    match channel:
        case Channel.MAIL if reader.address and reader.mail_block:
            await turn.give_up(channel, events, f"mail to this address is blocked: {reader.mail_block}")
        case Channel.MAIL if reader.address:
            await turn.post(_mail(reader, reader.address, news, address), events)
        case Channel.SMS if reader.unwanted:
            await turn.give_up(channel, events, UNWANTED)
        case Channel.SMS if reader.phone:
            if not await turn.send_text(_text(reader, news, address), events):
                await turn.put_off(channel, events, DAY_IS_FULL)
        case Channel.WEBHOOK if reader.webhook:
            await turn.call_webhook(reader.webhook, events)
        case _:
            await turn.give_up(channel, events, _LACKING[channel])


def _mail(reader: Reader, to: str, news: Sequence[WaitingNews], address: str) -> Mail:
    words = words_for(reader.locale)
    by_kind = {kind: facts for kind in NotificationKind if (facts := [one.facts for one in news if one.kind is kind])}
    return letter(
        Letter.NOTIFICATIONS,
        reader.locale,
        to,
        company=reader.company,
        name=reader.name,
        summary=_summary(words, news),
        message="\n\n".join(words.paragraph(kind, facts) for kind, facts in by_kind.items()),
        link=f"{address}{PAGE}",
    )


def _text(reader: Reader, news: Sequence[WaitingNews], address: str) -> str:
    """Of a single item, all; of several, how many of each kind there are, and the first as far as it fits."""
    words, first = words_for(reader.locale), news[0]
    line = words.line(first.kind, first.facts)
    text = line if len(news) == 1 else f"{_summary(words, news)}. {line}"
    return one_message(f"{reader.company}: {text}", f"{address}{PAGE}")


def _summary(words: Words, news: Sequence[WaitingNews]) -> str:
    """How many of each kind there are; of many kinds the first, and how many more."""
    counts = {kind: count for kind in NotificationKind if (count := sum(one.kind is kind for one in news))}
    headings = [words.heading(kind, count) for kind, count in counts.items()]
    shown = ", ".join(headings[:KINDS_SHOWN])
    more = len(headings) - KINDS_SHOWN
    return f"{shown} {words.more.replace('{count}', str(more))}" if more > 0 else shown
