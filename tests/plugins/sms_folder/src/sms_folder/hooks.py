"""What the carrier tells: JSON, signed with its time under a secret of the settings."""

import hmac
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from core.plugin.context import PluginContext
from core.ports.failures import Misconfigured, PermanentlyRejected, Transient
from core.ports.incoming import (
    AccessEnded,
    Fact,
    IncomingWebhook,
    MessageState,
    NotAuthentic,
    TextConsent,
    TextReport,
)

from .carrier import CarrierSettings

SIGNATURE, TIME = "x-folder-signature", "x-folder-time"
LONGEST_AGE = timedelta(minutes=5)


class Told(msgspec.Struct):
    """`trouble` is what happens to whoever reads it, in words of the tests."""

    id: str = ""
    facts: list[dict[str, Any]] = []
    trouble: str = ""


class FolderHooks:
    """`WebhookReceiver`. A file `deaf` in the folder makes it hang when it verifies."""

    def __init__(self, context: PluginContext[CarrierSettings]) -> None:
        self._secret, self._folder = context.settings.secret or "", Path(context.settings.folder)

    def verify(self, webhook: IncomingWebhook, now: datetime) -> str:
        while (self._folder / "deaf").exists():
            time.sleep(0.01)
        at = webhook.headers.get(TIME, "0")
        if not hmac.compare_digest(
            webhook.headers.get(SIGNATURE, "").encode(),
            signature_of(self._secret, webhook.url, at, webhook.body).encode(),
        ):
            raise NotAuthentic("the signature is wrong")
        if not at.isdigit() or abs(now.timestamp() - int(at)) > LONGEST_AGE.total_seconds():
            raise NotAuthentic("it is too old")
        try:
            return msgspec.json.decode(webhook.body, type=Told).id
        except msgspec.MsgspecError:
            return ""

    def read(self, webhook: IncomingWebhook) -> Sequence[Fact]:
        try:
            told = msgspec.json.decode(webhook.body, type=Told)
        except msgspec.MsgspecError as error:
            raise PermanentlyRejected("it is no JSON of ours") from error
        match told.trouble:
            case "leak":
                raise PermanentlyRejected(f"it cannot be read with {self._secret}")
            case "later":
                raise Transient("come again")
            case "settings":
                raise Misconfigured("somebody has to see to it")
            case "bug":
                raise KeyError("bug")
            case "exit":
                raise SystemExit
            case "flood":
                return [AccessEnded("x")] * 100_000
        return [_fact(one) for one in told.facts]


def _fact(one: Mapping[str, Any]) -> Fact:
    match one["kind"]:
        case "text":
            state = MessageState(one["state"])
            return TextReport(one["carrier_id"], state, one.get("detail", ""), one.get("key", ""))
        case "consent":
            return TextConsent(one["number"], wanted=one["wanted"])
        case "gone":
            return AccessEnded(one["reason"])
    raise PermanentlyRejected("nobody knows such a fact")


def signature_of(secret: str, url: str, at: str, body: bytes) -> str:
    return hmac.new(secret.encode(), f"{url}.{at}.".encode() + body, sha256).hexdigest()
