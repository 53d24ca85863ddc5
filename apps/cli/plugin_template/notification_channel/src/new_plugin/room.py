"""The channel: a line in a room of the chat for each notice, all of a call in one request. The chat knows a line by its id, so one that
comes again is no other."""

from collections.abc import Sequence
from datetime import timedelta

import msgspec

from core.plugin.context import PluginContext
from core.ports.failures import AuthFailed, PermanentlyRejected, RateLimited, Transient
from core.ports.http import HttpAnswer, HttpRequest
from core.ports.notices import Notice

from .settings import ChatSettings

BASE = "https://api.chat.example/v1"
BUSY_SECONDS = 5


class ChatRoom:
    """`NotificationChannel`."""

    def __init__(self, context: PluginContext[ChatSettings]) -> None:
        settings = context.settings
        self._http, self._room, self._kinds = context.http, settings.room, frozenset(settings.kinds)
        self._authorization = f"Bearer {settings.token}"

    def __repr__(self) -> str:
        return f"ChatRoom({self._room!r})"

    async def carry(self, notices: Sequence[Notice]) -> None:
        wanted = [one for one in notices if not self._kinds or one.news.kind in self._kinds]
        if not wanted:
            return
        lines = [{"id": str(one.news.event_id), "text": one.text, "link": one.link} for one in wanted]
        body = msgspec.json.encode({"room": self._room, "lines": lines})
        headers = {"authorization": self._authorization, "content-type": "application/json"}
        answer = await self._http.send(HttpRequest("POST", f"{BASE}/lines", headers, body))
        if answer.status >= 300:
            _refuse(answer)


def _refuse(answer: HttpAnswer) -> None:
    if answer.status in (401, 403):
        raise AuthFailed("the chat does not accept the access token")
    if answer.status == 429:
        after = answer.headers.get("retry-after", "")
        raise RateLimited(timedelta(seconds=max(1, int(after)) if after.isdecimal() else BUSY_SECONDS))
    if answer.status >= 500:
        raise Transient(f"the chat failed ({answer.status})")
    raise PermanentlyRejected(f"the chat refused the lines ({answer.status})")
