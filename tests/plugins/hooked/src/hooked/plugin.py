"""What the plugin brings."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from msgspec import Meta

from core.plugin.context import PluginContext, RegisterMessageSender, RegisterWebhookReceiver
from core.plugin.hookspecs import hookimpl
from core.plugin.settings import PluginSettings, Secret
from core.ports.failures import AuthFailed
from core.ports.incoming import Fact, IncomingWebhook

RIGHT = "the-right-token-9876"


class HookedSettings(PluginSettings, frozen=True, kw_only=True):
    """`token` must be the right one; `old_token` is nobody's business."""

    sender: Annotated[str, Meta(title="Sender")]
    token: Annotated[Secret, Meta(title="Token")]
    old_token: Annotated[Secret | None, Meta(title="Token before")] = None


class Carrier:
    """`MessageSender` that knows one token."""

    def __init__(self, context: PluginContext[HookedSettings]) -> None:
        self._context = context

    async def check(self) -> None:
        await self._context.store.put("checked", b"yes")
        if self._context.settings.token != RIGHT:
            raise AuthFailed("this token is nobody's")

    async def send(self, to: str, text: str, key: str) -> str:
        return key


class Receiver:
    """`WebhookReceiver` that believes everything and reads nothing."""

    def __init__(self, context: PluginContext[HookedSettings]) -> None:
        self.hook_url = context.hook_url

    def verify(self, webhook: IncomingWebhook, now: datetime) -> str:
        return ""

    def read(self, webhook: IncomingWebhook) -> Sequence[Fact]:
        return ()


@hookimpl
def register_message_senders(register: RegisterMessageSender) -> None:
    register("sms", HookedSettings, Carrier)


@hookimpl
def register_webhook_receivers(register: RegisterWebhookReceiver) -> None:
    register("hooks", HookedSettings, Receiver)
