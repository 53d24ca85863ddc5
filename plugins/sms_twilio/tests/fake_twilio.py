"""A Twilio in this process. It refuses by an assertion whatever its documents do not know, keeps messages, and has the faults of the real
one: it is busy, fails, or takes a message and does not say so."""

import json
from base64 import b64decode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import parse_qs, urlsplit

from core.domain.text_message import segments
from core.ports.clock import Clock, SystemClock
from core.ports.failures import Ambiguous, Transient
from core.ports.http import HttpAnswer, HttpRequest
from plugins.sms_twilio.tests.openapi import operation_of

ACCOUNT = "AC" + "0123456789abcdef" * 2
SERVICE = "MG" + "fedcba9876543210" * 2
KEY = "SK" + "00112233445566778899aabbccddeeff"
SENDER = "+15005550006"
TOKEN = "the auth token of the account"
KEY_SECRET = "the secret of the key"

Fault = Callable[[], HttpAnswer]


@dataclass
class Kept:
    """A message as it stands at Twilio."""

    sid: str
    to: str
    body: str
    sender: str | None
    service: str | None
    callback: str | None
    at: datetime
    status: str = "queued"

    def shown(self) -> dict[str, object]:
        return {
            "sid": self.sid,
            "account_sid": ACCOUNT,
            "to": self.to,
            "from": self.sender,
            "messaging_service_sid": self.service,
            "body": self.body,
            "status": self.status,
            "direction": "outbound-api",
            "num_segments": "0" if self.service else str(segments(self.body)),
            "error_code": None,
            "error_message": None,
            "date_created": format_datetime(self.at),
            "date_sent": None,
        }


@dataclass
class FakeTwilio:
    """`HttpClient` at whose other end Twilio is."""

    clock: Clock = field(default_factory=SystemClock)
    messages: list[Kept] = field(default_factory=list)
    requests: list[HttpRequest] = field(default_factory=list)
    operations: list[str] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)
    codes: dict[str, int] = field(default_factory=dict)
    account_status: str = "active"
    passwords: dict[str, str] = field(default_factory=lambda: {ACCOUNT: TOKEN, KEY: KEY_SECRET})
    before: Fault | None = None
    after: Callable[[HttpAnswer], HttpAnswer] | None = None

    async def send(self, request: HttpRequest) -> HttpAnswer:
        operation = operation_of(request)
        self.requests.append(request)
        self.operations.append(operation)
        if self.before:
            return self.before()
        name = self._who(request)
        if name is None:
            return problem(401, 20003)
        match operation:
            case "CreateMessage":
                answer = self._create({key: values[0] for key, values in parse_qs(request.body.decode()).items()})
                return self.after(answer) if self.after else answer
            case "ListMessage":
                return self._list(parse_qs(urlsplit(request.url).query))
            case "FetchAccount":
                return (
                    problem(401, 20003) if name == KEY else told(200, {"sid": ACCOUNT, "status": self.account_status})
                )
            case "FetchService":
                is_there = urlsplit(request.url).path.endswith(SERVICE)
                return told(200, {"sid": SERVICE}) if is_there else problem(404, 20404)
        raise AssertionError(f"the plugin has no reason to call {operation}")

    def creations(self) -> int:
        return self.operations.count("CreateMessage")

    def _who(self, request: HttpRequest) -> str | None:
        kind, _, given = request.headers.get("authorization", "").partition(" ")
        name, _, password = b64decode(given).decode().partition(":")
        return name if kind == "Basic" and password and self.passwords.get(name) == password else None

    def _create(self, form: dict[str, str]) -> HttpAnswer:
        if fault := self._fault_of(form):
            return problem(400, fault)
        message = Kept(
            f"SM{len(self.messages):032x}",
            form["To"],
            form["Body"],
            form.get("From"),
            form.get("MessagingServiceSid"),
            form.get("StatusCallback"),
            self.clock.now().astimezone(UTC).replace(microsecond=0),
            "accepted" if "MessagingServiceSid" in form else "queued",
        )
        self.messages.append(message)
        return told(201, message.shown())

    def _fault_of(self, form: dict[str, str]) -> int | None:
        """What the documents let through and Twilio does not."""
        number = form["To"]
        if number in self.codes:
            return self.codes[number]
        if number in self.unknown or not (number.startswith("+") and number[1:].isdigit()):
            return 21211
        if "From" not in form and "MessagingServiceSid" not in form:
            return 21603
        if not form.get("Body"):
            return 21602
        return 21617 if len(form["Body"]) > 1600 else None

    def _list(self, query: dict[str, list[str]]) -> HttpAnswer:
        number, since = query.get("To", [None])[0], query.get("DateSent>", ["0000"])[0]
        found = [one for one in self.messages if one.to == number and f"{one.at:%Y-%m-%d}" >= since]
        page = int(query.get("PageSize", ["50"])[0])
        return told(200, {"messages": [one.shown() for one in reversed(found)][:page]})


def told(status: int, what: object) -> HttpAnswer:
    return HttpAnswer(status, {"content-type": "application/json"}, json.dumps(what).encode())


def problem(status: int, code: int, **headers: str) -> HttpAnswer:
    """A refusal, whose words name the number, as those of the real one may."""
    body = {"code": code, "message": "of +593991234567", "more_info": "", "status": status}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return HttpAnswer(status, named, json.dumps(body).encode())


def lost(answer: HttpAnswer) -> HttpAnswer:
    raise Ambiguous("the connection was lost before the answer")


def broken(answer: HttpAnswer) -> HttpAnswer:
    return HttpAnswer(503, {}, b"upstream connect error")


def closed() -> HttpAnswer:
    raise Transient("the connection was refused")


def bodies(messages: Sequence[Kept]) -> list[tuple[str, str]]:
    return [(one.to, one.body) for one in messages]
