"""The carrier of mails: the port on its HTTP API."""

import base64
from datetime import timedelta
from uuid import UUID

import msgspec

from core.plugin.context import PluginContext
from core.ports.failures import AuthFailed, PermanentlyRejected, RateLimited, Transient
from core.ports.http import HttpRequest
from core.ports.mail import Mail

from .settings import PostSettings

BASE = "https://api.post.example/v1"
BUSY_SECONDS = 30


class PostCarrier:
    """`MailSender`."""

    def __init__(self, context: PluginContext[PostSettings]) -> None:
        self._http, self._sender = context.http, context.settings.sender
        self._authorization = f"Bearer {context.settings.token}"

    def __repr__(self) -> str:
        return "PostCarrier()"

    async def check(self) -> None:
        await self._call("GET", "/account")

    async def send(self, mail_id: UUID, mail: Mail) -> None:
        await self._call("POST", "/mails", msgspec.json.encode(self._letter(mail_id, mail)))

    def _letter(self, mail_id: UUID, mail: Mail) -> dict[str, object]:
        """A mail in the words of the carrier. Its name is the same in every repetition."""
        files = [
            {"name": file.name, "type": file.media_type, "content": base64.b64encode(file.content).decode()}
            for file in mail.files
        ]
        return {
            "name": f"<{mail_id}@{self._sender.rpartition('@')[2]}>",
            "from": self._sender,
            "to": mail.to,
            "subject": mail.subject,
            "text": mail.text,
            "reply_to": mail.reply_to,
            "files": files,
        }

    async def _call(self, method: str, path: str, body: bytes = b"") -> None:
        headers = {"authorization": self._authorization, "content-type": "application/json"}
        answer = await self._http.send(HttpRequest(method, f"{BASE}{path}", headers, body))
        if answer.status >= 300:
            _refuse(answer.status, answer.headers.get("retry-after", ""))


def _refuse(status: int, after: str) -> None:
    """Raises the failure that the answer means, in words that name nobody."""
    if status in (401, 403):
        raise AuthFailed("the carrier does not accept the access token")
    if status == 429:
        raise RateLimited(timedelta(seconds=max(1, int(after)) if after.isdecimal() else BUSY_SECONDS))
    if status >= 500:
        raise Transient(f"the carrier failed ({status})")
    raise PermanentlyRejected(f"the carrier refused the mail ({status})")
