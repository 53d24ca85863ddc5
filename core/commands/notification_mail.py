"""Writing to one person about all that they are to be told by now."""

from collections.abc import Sequence
from datetime import datetime

from core.domain.letters import Letter, letter
from core.domain.notification import NotificationKind, may_know
from core.domain.notification_timing import plan
from core.domain.notification_words import words_for
from core.ports.notifications import MailTurn, Reader, WaitingNews

PAGE = "/notifications"
NO_LONGER_THEIRS = "no longer theirs to know"
NO_ADDRESS = "no mail address that is proven to be theirs"


async def write_mail(turn: MailTurn, now: datetime, address: str) -> None:
    """One mail about everything that is due, or none in quiet hours. What somebody may not know any more is not told; what
    cannot be sent anywhere has been told in the application only."""
    reader = turn.reader
    planned = plan(await turn.waiting(), reader.hours, reader.zone, now)
    theirs = [one for one in planned.now if may_know(reader.actor, one.kind, one.site)]
    others = [one.event_id for one in planned.now if not may_know(reader.actor, one.kind, one.site)]
    if others:
        await turn.give_up(others, NO_LONGER_THEIRS)
    if theirs:
        await _tell(turn, reader, theirs, address)
    await turn.look_again(planned.next_at)


async def _tell(turn: MailTurn, reader: Reader, news: Sequence[WaitingNews], address: str) -> None:
    events = [one.event_id for one in news]
    if reader.address is None:
        await turn.give_up(events, NO_ADDRESS)
        return
    words = words_for(reader.locale)
    by_kind = {kind: facts for kind in NotificationKind if (facts := [one.facts for one in news if one.kind is kind])}
    mail = letter(
        Letter.NOTIFICATIONS,
        reader.locale,
        reader.address,
        company=reader.company,
        name=reader.name,
        summary=", ".join(words.heading(kind, len(facts)) for kind, facts in by_kind.items()),
        message="\n\n".join(words.paragraph(kind, facts) for kind, facts in by_kind.items()),
        link=f"{address}{PAGE}",
    )
    await turn.post(mail, events)
