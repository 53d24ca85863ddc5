"""The mail about every kind of news, in both languages, as its reader gets it."""

import re
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from core.commands.notification_turn import KINDS_SHOWN, Sending, turn_to
from core.domain.access import Actor
from core.domain.ids import new_id
from core.domain.mail import Mail
from core.domain.notification import AUDIENCES, Channel, Hours, NotificationKind, Timing
from core.domain.notification_news import WORDED
from core.domain.notification_words import WORDS
from core.ports.notifications import Reader, WaitingNews

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 3, 2, 17, tzinfo=UTC)
COMPANY = "Comercial Andina de Tés y Especias S. A."
LONGEST_SUBJECT = 200  # letters, and that with a long company name and every kind at once
LINK = "https://pirwa.example/notifications"
GREETINGS = {"es": "Buen día, Ana Torres:", "en": "Hello"}
EXAMPLES = {
    "sku": "TE-001",
    "name": "Té de manzanilla",
    "site": "UIO",
    "number": 17,
    "on_hand": "4",
    "minimum": "5",
    "supplier_name": "Acme S. A.",
    "due_on": "2026-03-01",
    "problem": "the supplier's server refuses it",
    "person": "Luis Vega",
    "error": "550 no such mailbox",
}
LINES = [
    (language, kind, line)
    for language, words in WORDS.items()
    for kind in NotificationKind
    for line in words.lines[kind]
]


class Turn:
    """`PersonalTurn` of somebody who may know everything. Keeps the mails."""

    def __init__(self, locale: str, news: Sequence[WaitingNews]) -> None:
        permissions = frozenset(audience.permission for audience in AUDIENCES.values())
        actor = Actor(new_id(), new_id(), permissions, None, None)
        self._reader = Reader(
            actor,
            "Ana Torres",
            locale,
            ZoneInfo("UTC"),
            "ana@example.org",
            None,
            False,
            None,
            COMPANY,
            Hours(None, 8, 1),
        )
        self._news = news
        self.mails: list[Mail] = []

    @property
    def reader(self) -> Reader:
        return self._reader

    async def waiting(self) -> Sequence[WaitingNews]:
        return self._news

    async def post(self, mail: Mail, told: Collection[UUID]) -> None:
        assert set(told) == {one.event_id for one in self._news}
        self.mails.append(mail)

    async def send_text(self, text: str, told: Collection[UUID]) -> bool:
        raise AssertionError("these news are for mail")

    async def call_webhook(self, webhook_id: UUID, told: Collection[UUID]) -> None:
        raise AssertionError("these news are for mail")

    async def put_off(self, channel: Channel, events: Collection[UUID], outcome: str) -> None:
        raise AssertionError(outcome)

    async def give_up(self, channel: Channel, events: Collection[UUID], outcome: str) -> None:
        raise AssertionError(outcome)

    async def look_again(self, at: datetime | None) -> None:
        assert at is None


def example(kind: NotificationKind, line: str = "line") -> WaitingNews:
    """News of that kind, told in these words, with a value for every place."""
    places = re.findall("{([a-z_]+)}", WORDS["es"].lines[kind][line])
    facts: dict[str, object] = {place: EXAMPLES.get(place, f"the {place}") for place in places}
    return WaitingNews(
        new_id(), Channel.MAIL, kind, None, {**facts, WORDED: line}, Timing.AT_ONCE, NOW - timedelta(hours=1)
    )


async def written(locale: str, *news: WaitingNews) -> Mail:
    turn = Turn(locale, news)
    await turn_to(turn, NOW, Sending([Channel.MAIL], "https://pirwa.example"))
    [mail] = turn.mails
    return mail


@pytest.mark.parametrize(("language", "kind", "line"), LINES)
async def test_each_kind_has_a_subject_and_a_text_with_all_that_it_tells(
    language: str, kind: NotificationKind, line: str
) -> None:
    """Seen to fail with a place that no fact fills."""
    news = example(kind, line)
    mail = await written(language, news)
    title = WORDS[language].titles[kind]
    assert mail.subject == f"{COMPANY}: {title} (1)"
    assert f"{title} (1)\n- " in mail.text
    assert mail.text.lstrip().startswith(GREETINGS[language])
    assert LINK in mail.text
    for place, value in news.facts.items():
        assert place == WORDED or str(value) in mail.text, place
    for text in (mail.subject, mail.text):
        assert not re.search(r"[{}–]|None", text), text
    assert "\n" not in mail.subject
    assert len(mail.subject) <= LONGEST_SUBJECT


def test_the_languages_say_different_things() -> None:
    """Two languages with the same words are one that was not translated."""
    for kind in NotificationKind:
        assert WORDS["es"].titles[kind] != WORDS["en"].titles[kind], kind


@pytest.mark.parametrize("language", WORDS)
async def test_a_mail_about_everything_names_the_first_kinds_in_its_subject_and_tells_all(language: str) -> None:
    """Seen to fail with all kinds in the subject."""
    mail = await written(language, *(example(kind) for kind in NotificationKind))
    titles = [f"{WORDS[language].titles[kind]} (1)" for kind in NotificationKind]
    more = WORDS[language].more.replace("{count}", str(len(titles) - KINDS_SHOWN))
    assert mail.subject == f"{COMPANY}: {', '.join(titles[:KINDS_SHOWN])} {more}"
    assert len(mail.subject) <= LONGEST_SUBJECT
    assert [title for title in titles if title not in mail.text] == []
