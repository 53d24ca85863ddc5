"""What Twilio tells us: how messages fare, and who wants none or wants them again."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from urllib.parse import urlsplit

from core.plugin.context import PluginContext
from core.ports.incoming import Fact, IncomingWebhook, NotAuthentic, TextConsent, TextReport

from .errors import OPTED_OUT
from .settings import TwilioSettings
from .signature import BODY_HASH, Fields, fields_of, form_of, is_signed
from .statuses import STATES, detail_of

SIGNATURE = "x-twilio-signature"
STOP = frozenset({"STOP", "UNSUBSCRIBE", "END", "QUIT", "STOPALL", "REVOKE", "OPTOUT", "CANCEL"})
START = frozenset({"START", "UNSTOP"})


class TwilioWebhooks:
    """`WebhookReceiver`. Twilio signs no time: that a report comes twice is harmless, and one of the same message and status is known."""

    def __init__(self, context: PluginContext[TwilioSettings]) -> None:
        self._tokens = context.settings.signing_tokens

    def verify(self, webhook: IncomingWebhook, now: datetime) -> str:
        if not self._tokens:
            raise NotAuthentic("without the auth token no signature can be checked")
        try:
            signed = is_signed(self._tokens, webhook.url, webhook.body, webhook.headers.get(SIGNATURE, ""))
        except ValueError as error:
            raise NotAuthentic("it has more fields than Twilio sends") from error
        if not signed:
            raise NotAuthentic("the signature is not Twilio's for this address and body")
        form = _form(webhook)
        sid, status = _message(form), _status(form)
        return f"{sid}:{status or 'message'}" if sid else ""

    def read(self, webhook: IncomingWebhook) -> Sequence[Fact]:
        form = _form(webhook)
        status = _status(form)
        return list(_report(webhook, form, status) if status not in ("", "received") else _reply(form))


def _form(webhook: IncomingWebhook) -> Fields:
    """The fields of a form; none of a body that is not signed as one."""
    return {} if BODY_HASH in fields_of(urlsplit(webhook.url).query) else form_of(webhook.body)


def _report(webhook: IncomingWebhook, form: Fields, status: str) -> Iterator[Fact]:
    sid, code = _message(form), _one(form, "ErrorCode")
    if sid and (state := STATES.get(status)):
        key = _one(fields_of(urlsplit(webhook.url).query), "key")
        yield TextReport(sid, state, detail_of(status, code), key)
    if code == str(OPTED_OUT) and (number := _one(form, "To")):
        yield TextConsent(number, wanted=False)


def _reply(form: Fields) -> Iterator[Fact]:
    """Somebody has written to us. Twilio says itself what it takes for an opt-out where that is set up there, else the words do."""
    number = _one(form, "From")
    word = _one(form, "OptOutType").upper() or _one(form, "Body").strip().upper()
    if number and word in STOP | START:
        yield TextConsent(number, wanted=word in START)


def _message(form: Fields) -> str:
    return _one(form, "MessageSid") or _one(form, "SmsSid")


def _status(form: Fields) -> str:
    return (_one(form, "MessageStatus") or _one(form, "SmsStatus")).lower()


def _one(form: Fields, name: str) -> str:
    return form.get(name, [""])[0]
