"""SendGrid as the plugin meets it: every request is held against the official specification, mails are kept, faults come when told, and
events are signed."""

import base64
import json
from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jsonschema import Draft202012Validator

from core.domain.ids import new_id
from core.ports.failures import Ambiguous, Transient
from core.ports.http import HttpAnswer, HttpRequest
from core.ports.incoming import IncomingWebhook
from email_sendgrid.mapping import MAIL_ID
from email_sendgrid.webhooks import SIGNATURE, TIMESTAMP

DATA = Path(__file__).parent / "data"
KEY = "SG.canary-key.of-the-account"
SENDER = "stock@andina.example"
MOST_BYTES = 30_000_000
_RESERVED = {"x-sg-id", "x-sg-eid", "received", "dkim-signature", "content-type", "content-transfer-encoding"} | {
    *("to", "from", "subject", "reply-to", "cc", "bcc")
}


class Fault(Enum):
    """What goes wrong with whatever is asked next."""

    KEY = "it does not know the key"
    SCOPE = "the key may not send"
    SENDER = "the sender is not verified"
    ADDRESS = "it does not accept the reader's address"
    BUSY = "too many requests, until a time that it names"
    BUSY_WITHOUT_TIME = "too many requests"
    AWAY = "nobody answers"
    LOST_ANSWER = "the mail is taken and the connection lost"
    FAILS_AFTER = "the mail is taken and the answer is 500"
    FAILS_WITHOUT_WORDS = "the mail is taken and the answer is a page of a proxy"
    GONE = "nothing is there"


@cache
def mail_validator() -> Draft202012Validator:
    """Of the body of POST /v3/mail/send."""
    document = json.loads((DATA / "tsg_mail_v3.json").read_text("utf-8"))
    reference = document["paths"]["/v3/mail/send"]["post"]["requestBody"]["$ref"].rsplit("/", 1)[-1]
    body = document["components"]["requestBodies"][reference]["content"]["application/json"]["schema"]
    return Draft202012Validator(
        {**body, "components": document["components"]}, format_checker=Draft202012Validator.FORMAT_CHECKER
    )


class FakeSendGrid:
    """One account. `now` is the time of its clock in seconds."""

    def __init__(self, host: str = "api.sendgrid.com", now: int = 1_795_000_000) -> None:
        self.host, self.now = host, now
        self.fault: Fault | None = None
        self.mails: list[dict[str, Any]] = []
        self.sandboxed: list[dict[str, Any]] = []
        self.signing = generate_private_key(SECP256R1())

    async def answer(self, request: HttpRequest) -> HttpAnswer:
        """What it answers; raises what an `HttpClient` would."""
        if self.fault is Fault.AWAY:
            raise Transient("nobody answers")
        scheme, _, rest = request.url.partition("://")
        host, _, path = rest.partition("/")
        assert (scheme, host) == ("https", self.host), request.url
        if request.headers.get("authorization") != f"Bearer {KEY}" or self.fault is Fault.KEY:
            return refusal(401, "authorization required")
        match self.fault:
            case Fault.BUSY:
                return refusal(429, "too many requests", headers={"x-ratelimit-reset": str(self.now + 40)})
            case Fault.BUSY_WITHOUT_TIME:
                return refusal(429, "too many requests")
            case Fault.GONE:
                return refusal(404, "not found")
        match (request.method, path):
            case ("GET", "v3/scopes"):
                return self._scopes()
            case ("POST", "v3/mail/send"):
                return self._send(request)
        return refusal(404, "not found")

    def _scopes(self) -> HttpAnswer:
        if self.fault in (Fault.FAILS_AFTER, Fault.FAILS_WITHOUT_WORDS):
            return refusal(500, "internal server error")
        scopes = ["alerts.read"] if self.fault is Fault.SCOPE else ["alerts.read", "mail.send"]
        return HttpAnswer(200, {}, json.dumps({"scopes": scopes}).encode())

    def _send(self, request: HttpRequest) -> HttpAnswer:
        if len(request.body) > MOST_BYTES:
            return refusal(413, "content too large")
        assert request.headers.get("content-type") == "application/json"
        body = json.loads(request.body)
        if faults := [*mail_validator().iter_errors(body)]:
            return refusal(400, faults[0].message, ".".join(str(step) for step in faults[0].path))
        if wrong := _wrong(body):
            return refusal(400, wrong[1], wrong[0])
        return self._judged(body)

    def _judged(self, body: dict[str, Any]) -> HttpAnswer:
        address = body["personalizations"][0]["to"][0]["email"]
        match self.fault:
            case Fault.SCOPE:
                return refusal(403, "access forbidden")
            case Fault.SENDER:
                return refusal(403, f"The from address does not match a verified Sender Identity: {SENDER}", "from")
            case Fault.ADDRESS:
                return refusal(400, f"Does not contain a valid address: {address}", "personalizations.0.to.0.email")
        if body.get("mail_settings", {}).get("sandbox_mode", {}).get("enable"):
            self.sandboxed.append(body)
            return HttpAnswer(200)
        self.mails.append(body)
        match self.fault:
            case Fault.LOST_ANSWER:
                raise Ambiguous("no answer within 30 seconds")
            case Fault.FAILS_AFTER:
                return refusal(500, "internal server error")
            case Fault.FAILS_WITHOUT_WORDS:
                return HttpAnswer(502, {"content-type": "text/html"}, b"<html>Bad gateway</html>")
        return HttpAnswer(202, {"x-message-id": f"fake-{len(self.mails)}"})

    def event(self, place: int, kind: str, **more: object) -> dict[str, object]:
        """What it tells of its mail at this place."""
        person = self.mails[place]["personalizations"][0]
        return {
            "email": person["to"][0]["email"],
            "timestamp": self.now,
            "event": kind,
            "category": self.mails[place].get("categories", []),
            "sg_event_id": new_id().hex,
            "sg_message_id": f"fake-{place + 1}.recvd-1",
            **person.get("custom_args", {}),
            **more,
        }


def batch(events: Sequence[object]) -> bytes:
    """Events as they come: JSON, and the end of the line belongs to the body."""
    return json.dumps(events, separators=(",", ":")).encode() + b"\r\n"


def signed(body: bytes, at: datetime, key: EllipticCurvePrivateKey) -> IncomingWebhook:
    """A webhook of the owner of the key."""
    timestamp = str(int(at.timestamp()))
    signature = base64.b64encode(key.sign(timestamp.encode() + body, ECDSA(SHA256()))).decode()
    headers = {"content-type": "application/json", SIGNATURE: signature, TIMESTAMP: timestamp}
    return IncomingWebhook(new_id(), at, "https://stock.example.org/api/v1/hooks/email_sendgrid/t", headers, body)


def shown(key: EllipticCurvePrivateKey) -> str:
    """The key that verifies, as the page of the event webhook shows it."""
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(public).decode()


def mail_ids(fake: FakeSendGrid) -> Sequence[str]:
    return [body["personalizations"][0]["custom_args"][MAIL_ID] for body in fake.mails]


def refusal(status: int, message: str, field: str | None = None, headers: dict[str, str] | None = None) -> HttpAnswer:
    """An answer in the form of the specification."""
    body = {"errors": [{"message": message, "field": field, "help": None}]}
    return HttpAnswer(status, {"content-type": "application/json", **(headers or {})}, json.dumps(body).encode())


def _wrong(body: dict[str, Any]) -> tuple[str, str] | None:
    """What the documentation demands beyond the specification: the part of the body, and why."""
    if not body.get("subject"):
        return "subject", "The subject is required"
    kinds = [part["type"] for part in body.get("content", [])]
    if not kinds or kinds != sorted(kinds, key=lambda kind: ("text/plain", "text/html").index(kind)):
        return "content", "text/plain comes first"
    for person in body["personalizations"]:
        if any(not isinstance(value, str) for value in person.get("custom_args", {}).values()):
            return "personalizations.0.custom_args", "Values are strings"
    if _RESERVED & {name.lower() for name in body.get("headers", {})}:
        return "headers", "This header cannot be set"
    for number, file in enumerate(body.get("attachments", [])):
        try:
            base64.b64decode(file["content"], validate=True)
        except ValueError:
            return f"attachments.{number}.content", "This is not base64"
    return None
