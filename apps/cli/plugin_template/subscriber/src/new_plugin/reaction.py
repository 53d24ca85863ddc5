"""The reaction: a line in a chat for each event. The chat knows a line by the id of its event, so one that comes again is no other."""

from datetime import timedelta

import msgspec

from core.domain.events import Event
from core.plugin.context import PluginContext
from core.ports.failures import AuthFailed, PermanentlyRejected, RateLimited, Transient
from core.ports.http import HttpAnswer, HttpRequest

from .settings import ChatSettings

BASE = "https://api.chat.example/v1"
BUSY_SECONDS = 5


class TellTheChat:
    """`Reaction`."""

    def __init__(self, context: PluginContext[ChatSettings]) -> None:
        self._http, self._room = context.http, context.settings.room
        self._authorization = f"Bearer {context.settings.token}"

    def __repr__(self) -> str:
        return f"TellTheChat({self._room!r})"

    async def __call__(self, event: Event) -> None:
        line = {"id": str(event.id), "room": self._room, "text": line_of(event)}
        headers = {"authorization": self._authorization, "content-type": "application/json"}
        answer = await self._http.send(HttpRequest("POST", f"{BASE}/lines", headers, msgspec.json.encode(line)))
        if answer.status >= 300:
            _refuse(answer)


def line_of(event: Event) -> str:
    """What readers of the chat see."""
    return f"{event.type.replace('_', ' ').capitalize()} ({event.subject_type} {event.subject_id})"


def _refuse(answer: HttpAnswer) -> None:
    if answer.status in (401, 403):
        raise AuthFailed("the chat does not accept the access token")
    if answer.status == 429:
        after = answer.headers.get("retry-after", "")
        raise RateLimited(timedelta(seconds=max(1, int(after)) if after.isdecimal() else BUSY_SECONDS))
    if answer.status >= 500:
        raise Transient(f"the chat failed ({answer.status})")
    raise PermanentlyRejected(f"the chat refused the line ({answer.status})")
