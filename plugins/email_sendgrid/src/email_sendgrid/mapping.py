"""Our mails as SendGrid wants them, and its events as what they mean to us."""

import base64
import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from core.domain.mail import Mail, MailFile
from core.ports.incoming import MailReport, MessageState

from .settings import SendGridSettings

MAIL_ID = "pirwa_mail"
"""The custom argument that comes back with every event of a mail."""
CATEGORY = "pirwa"

_DEAD_OR_UNWILLING = frozenset({"bounced address", "spam reporting address", "unsubscribed address", "invalid"})
"""Why mails are dropped for as long as the address is on a list of the account."""
_ADDRESS = re.compile(r"\S+@\S+")
_NOT_TRACKED = {name: {"enable": False} for name in ("click_tracking", "open_tracking", "subscription_tracking")}


def written(mail_id: UUID, mail: Mail, settings: SendGridSettings) -> Mapping[str, Any]:
    """The body of the request that sends the mail. Links stay as they are and nothing is added that tells who read it."""
    body: dict[str, Any] = {
        "personalizations": [{"to": [{"email": mail.to}], "custom_args": {MAIL_ID: str(mail_id)}}],
        "from": {"email": settings.sender, "name": settings.sender_name},
        "subject": mail.subject,
        "content": [{"type": "text/plain", "value": mail.text}],
        "headers": {"Auto-Submitted": "auto-generated"},
        "categories": [CATEGORY],
        "tracking_settings": _NOT_TRACKED,
    }
    if mail.reply_to is not None:
        body["reply_to"] = {"email": mail.reply_to}
    if mail.files:
        body["attachments"] = [_attached(file) for file in mail.files]
    if settings.sandbox:
        body["mail_settings"] = {"sandbox_mode": {"enable": True}}
    return body


def report_of(event: Mapping[str, object]) -> MailReport | None:
    """What an event says of a mail of ours. None for what is not about one, or is of no interest: who opened it, or followed a link."""
    mail_id = _mail_id(event.get(MAIL_ID))
    if mail_id is None:
        return None
    match event.get("event"):
        case "processed":
            return MailReport(mail_id, MessageState.SENT)
        case "deferred":
            return MailReport(mail_id, MessageState.SENT, _told("deferred", event.get("response")))
        case "delivered":
            return MailReport(mail_id, MessageState.DELIVERED)
        case "bounce":
            is_dead = event.get("type") != "blocked"  # which is of this mail or this hour
            return MailReport(mail_id, MessageState.FAILED, _told("bounced", event.get("reason")), is_dead)
        case "dropped":
            reason = event.get("reason")
            for_good = str(reason).casefold() in _DEAD_OR_UNWILLING
            return MailReport(mail_id, MessageState.FAILED, _told("not sent on", reason), for_good)
        case "spamreport":
            return MailReport(mail_id, MessageState.DELIVERED, "its reader reported it as spam", unwanted=True)
        case "unsubscribe" | "group_unsubscribe":
            return MailReport(mail_id, MessageState.DELIVERED, "its reader wants no more of them", unwanted=True)
    return None


def _attached(file: MailFile) -> Mapping[str, str]:
    content = base64.b64encode(file.content).decode()
    return {"content": content, "type": file.media_type, "filename": file.name, "disposition": "attachment"}


def _mail_id(value: object) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _told(what: str, why: object) -> str:
    """In words that name no address."""
    return f"{what}: {_ADDRESS.sub('…', why)}" if isinstance(why, str) and why else what
