"""`WebhookReceiver` of the signed event webhook."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from core.plugin.context import PluginContext
from core.ports.failures import PermanentlyRejected
from core.ports.incoming import Fact, IncomingWebhook, NotAuthentic

from .mapping import report_of
from .settings import SendGridSettings
from .signature import is_signed, public_key

SIGNATURE = "x-twilio-email-event-webhook-signature"
TIMESTAMP = "x-twilio-email-event-webhook-timestamp"
OLDEST = timedelta(hours=25)
"""SendGrid tries for a day to bring events; it says nowhere that it signs a repeat anew. An old one that is brought again says nothing
new."""
MOST_AHEAD = timedelta(minutes=5)


class SendGridEvents:
    """Each request brings many events, of our mails and of others."""

    def __init__(self, context: PluginContext[SendGridSettings]) -> None:
        settings = context.settings
        given = (settings.webhook_key, settings.previous_webhook_key)
        self._keys = [public_key(key) for key in given if key is not None]

    def verify(self, webhook: IncomingWebhook, now: datetime) -> str:
        """Nothing names the batch: its body does."""
        timestamp, signature = webhook.headers.get(TIMESTAMP, ""), webhook.headers.get(SIGNATURE, "")
        if not any(is_signed(webhook.body, timestamp, signature, key) for key in self._keys):
            raise NotAuthentic("SendGrid has not signed this, or no verification key is set")
        if not -MOST_AHEAD <= now - _time(timestamp) <= OLDEST:
            raise NotAuthentic("this was signed too long ago, or is to come")
        return ""

    def read(self, webhook: IncomingWebhook) -> Sequence[Fact]:
        try:
            events = msgspec.json.decode(webhook.body, type=list[dict[str, object]])
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            raise PermanentlyRejected("this is no list of events") from None
        once = {str(event.get("sg_event_id") or f"#{place}"): event for place, event in enumerate(events)}
        return [report for event in once.values() if (report := report_of(event)) is not None]


def _time(timestamp: str) -> datetime:
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 11):
        raise NotAuthentic("the time of the signature is none")
    return datetime.fromtimestamp(int(timestamp), UTC)
