"""The carrier: the port on Twilio's messages."""

import re
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlencode

from core.plugin.context import PluginContext
from core.ports.failures import Ambiguous, PermanentlyRejected, PortFailure

from .client import Message, TwilioClient
from .marks import Mark, Marks
from .settings import TwilioSettings

LONGEST_TEXT = 1600  # characters; Twilio takes no more
CLOCKS_DIFFER = timedelta(minutes=5)

_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")


class TwilioCarrier:
    """`MessageSender`. Before each call we note what we are about to hand over. Where the answer is lost, the note stays, and the next try
    looks in Twilio's list before it sends anything."""

    def __init__(self, context: PluginContext[TwilioSettings]) -> None:
        self._settings, self._clock, self._hook_url = context.settings, context.clock, context.hook_url
        self._client, self._marks = TwilioClient(context.http, context.settings), Marks(context.store)

    async def check(self) -> None:
        await self._client.check()

    async def send(self, to: str, text: str, key: str) -> str:
        _refuse_unfit(to, text)
        marks = await self._marks.of(to)
        mark = next((one for one in marks if one.key == key), None)
        if mark and mark.sid:
            return mark.sid
        if mark:
            others = {one.sid for one in marks if one.sid}
            if taken := await self._taken(to, text, mark, others):
                return await self._note(to, mark, taken)
            if self._settings.when_unsure == "give_up":
                raise PermanentlyRejected("nobody can tell whether Twilio took it, and it is not to come twice")
        mark = mark or Mark(key, self._clock.now())
        await self._marks.put(to, mark)
        return await self._note(to, mark, await self._handed_over(to, text, key))

    async def _handed_over(self, to: str, text: str, key: str) -> Message:
        try:
            return await self._client.create(self._form(to, text, key))
        except Ambiguous:
            raise
        except PortFailure:
            await self._marks.remove(to, key)
            raise

    async def _taken(self, to: str, text: str, mark: Mark, others: set[str]) -> Message | None:
        """The message in Twilio's list that can only be this one: our words to that number since our note, which are not the message of
        another key."""
        earliest = mark.since - CLOCKS_DIFFER
        for message in await self._client.sent_to(to, earliest):
            at = message.created_at
            is_ours = (message.direction or "").startswith("outbound") and message.body == text
            if is_ours and message.sid not in others and (at is None or at >= earliest):
                return message
        return None

    async def _note(self, to: str, mark: Mark, message: Message) -> str:
        await self._marks.put(to, Mark(mark.key, mark.since, message.sid))
        return message.sid

    def _form(self, to: str, text: str, key: str) -> Mapping[str, str]:
        settings, form = self._settings, {"To": to, "Body": text}
        if settings.messaging_service_sid is not None:
            form["MessagingServiceSid"] = settings.messaging_service_sid
        if settings.sender is not None:
            form["From"] = settings.sender
        if settings.validity_seconds is not None:
            form["ValidityPeriod"] = str(settings.validity_seconds)
        if self._hook_url is not None and settings.signing_tokens:
            form["StatusCallback"] = f"{self._hook_url}?{urlencode({'key': key})}"
        return form


def _refuse_unfit(to: str, text: str) -> None:
    if not _NUMBER.fullmatch(to):
        raise PermanentlyRejected("the number is not international (E.164), such as +593991234567")
    if not text.strip():
        raise PermanentlyRejected("the text is empty")
    if len(text) > LONGEST_TEXT:
        raise PermanentlyRejected(f"the text is longer than {LONGEST_TEXT} characters")
