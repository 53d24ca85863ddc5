"""Twilio's API, as far as text messages need it."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar
from urllib.parse import quote, urlencode

import msgspec

from core.ports.failures import Ambiguous, Misconfigured, Transient
from core.ports.http import HttpAnswer, HttpClient, HttpRequest

from .errors import failure_of
from .settings import TwilioSettings

API = "https://api.twilio.com/2010-04-01"
MESSAGING = "https://messaging.twilio.com/v1"
PAGE = 100  # messages that are looked at for one that may have been taken
ACTIVE = "active"

Read = TypeVar("Read")


class Account(msgspec.Struct, frozen=True):
    """Ours. One that is suspended or closed sends nothing."""

    status: str = ""


class Message(msgspec.Struct, frozen=True):
    """A message as Twilio knows it."""

    sid: str
    body: str | None = None
    direction: str | None = None
    date_created: str | None = None

    @property
    def created_at(self) -> datetime | None:
        try:
            at = parsedate_to_datetime(self.date_created or "")
        except ValueError:
            return None
        return at if at.tzinfo else at.replace(tzinfo=UTC)


class _Messages(msgspec.Struct, frozen=True):
    messages: list[Message]


class TwilioClient:
    """One account. Raises the failures of `core.ports.failures`."""

    def __init__(self, http: HttpClient, settings: TwilioSettings) -> None:
        self._http, self._settings = http, settings
        name, password = settings.login
        self._headers = {
            "authorization": "Basic " + b64encode(f"{name}:{password}".encode()).decode(),
            "accept": "application/json",
        }
        self._account = f"{API}/Accounts/{quote(settings.account_sid)}"

    async def check(self) -> None:
        """Looks at the account, or, with an API key, which may not see it, at its messages; and at the messaging service."""
        settings = self._settings
        if settings.key_sid is None:
            account = await self._read(f"{self._account}.json", Account)
            if account.status != ACTIVE:
                raise Misconfigured(f"the account is {account.status or 'not active'}")
        else:
            await self._read(f"{self._account}/Messages.json?PageSize=1", _Messages)
        if settings.messaging_service_sid is not None:
            await self._read(f"{MESSAGING}/Services/{quote(settings.messaging_service_sid)}", msgspec.Raw)

    async def create(self, form: Mapping[str, str]) -> Message:
        """Hands a message over. `Ambiguous` where it may have been taken."""
        headers = {**self._headers, "content-type": "application/x-www-form-urlencoded"}
        body = urlencode(form).encode()
        answer = await self._http.send(HttpRequest("POST", f"{self._account}/Messages.json", headers, body))
        if not 200 <= answer.status < 300:
            raise failure_of(answer, may_have_acted=True)
        try:
            return msgspec.json.decode(answer.body, type=Message)
        except msgspec.MsgspecError as error:
            raise Ambiguous(f"Twilio answered {answer.status} with something that is no message") from error

    async def sent_to(self, number: str, since: datetime) -> Sequence[Message]:
        """Messages to a number of that day (UTC) and later."""
        query = urlencode({"To": number, "DateSent>": f"{since.astimezone(UTC):%Y-%m-%d}", "PageSize": str(PAGE)})
        return (await self._read(f"{self._account}/Messages.json?{query}", _Messages)).messages

    async def _read(self, url: str, kind: type[Read]) -> Read:
        answer = await self._answer(url)
        if not 200 <= answer.status < 300:
            raise failure_of(answer, may_have_acted=False)
        try:
            return msgspec.json.decode(answer.body, type=kind)
        except msgspec.MsgspecError as error:
            raise Transient(f"Twilio answered {answer.status} with something else than was asked for") from error

    async def _answer(self, url: str) -> HttpAnswer:
        try:
            return await self._http.send(HttpRequest("GET", url, self._headers))
        except Ambiguous as error:
            raise Transient(f"Twilio did not answer: {error}") from error
