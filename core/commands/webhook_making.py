"""What webhooks of companies and of people are made of: an address that may be called, a secret that signs, a ping."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import msgspec

from core.domain.errors import Conflict, refuse_if
from core.domain.events import Event
from core.domain.ids import new_id
from core.domain.text import text_fault, tidy
from core.domain.webhook import (
    LONGEST_DESCRIPTION,
    OVERLAP,
    PING,
    Webhook,
    event_type_faults,
    key_of,
    new_webhook_secret,
    url_faults,
)
from core.ports.clock import Clock
from core.ports.sealing import Sealing
from core.ports.storage import UnitOfWork
from core.ports.webhooks import SealedSecret, WebhookAnswer, WebhookCall, WebhookSender


class MadeWebhook(msgspec.Struct, frozen=True):
    """A webhook and its new secret, which nobody can be told again."""

    id: UUID
    secret: str

    def __repr__(self) -> str:
        return f"MadeWebhook(id={self.id!r})"


@dataclass(frozen=True, slots=True)
class WebhookMaking:
    """`sender` makes what sends, when it is first needed. To this machine only a server sends that nobody else reaches."""

    sealing: Sealing
    sender: Callable[[], WebhookSender]
    clock: Clock
    on_loopback: bool

    def placed(self, webhook: Webhook, wish: Mapping[str, object]) -> Webhook:
        """The webhook as it is wished for. Raises `Invalid` with every fault."""
        url, types = str(wish.get("url", webhook.url)), wish.get("event_types", webhook.event_types)
        description = tidy(str(wish.get("description", webhook.description)))
        listed = list(types) if isinstance(types, list | frozenset) else None
        misnamed = text_fault("/description", description, LONGEST_DESCRIPTION, required=False)
        faults = [*url_faults(url, on_loopback=self.on_loopback), *event_type_faults(listed)]
        refuse_if([*faults, *([misnamed] if misnamed else [])])
        wanted = None if listed is None else frozenset(listed)
        return replace(webhook, url=url, description=description, event_types=wanted)

    async def with_new_secret(self, uow: UnitOfWork, company_id: UUID, webhook: Webhook) -> MadeWebhook:
        """Another secret signs from now on, and for a day the one before it too."""
        secret, secret_id, now = new_webhook_secret(), new_id(), self.clock.now()
        sealed = SealedSecret(secret_id, self.sealing.seal(secret.encode(), _place(secret_id, company_id)))
        await uow.webhooks.add_secret(webhook.id, sealed, now, now + OVERLAP)
        return MadeWebhook(webhook.id, secret)

    async def greeting(self, uow: UnitOfWork, company_id: UUID, webhook: Webhook) -> WebhookCall:
        """A ping, ready to be sent."""
        now = self.clock.now()
        ping = Event(new_id(), await uow.webhooks.end_of_feed(), PING, "webhook", webhook.id, now, {})
        secrets = await uow.webhooks.secrets(webhook.id, now)
        return WebhookCall(webhook.url, keys_of(secrets, company_id, self.sealing), ping)

    async def sent(self, call: WebhookCall) -> WebhookAnswer:
        return await self.sender().send(call)

    async def require_answer(self, call: WebhookCall) -> None:
        """Raises `Conflict` `webhook_not_answering` unless the ping is accepted."""
        answer = await self.sent(call)
        if not answer.is_accepted:
            details = {"status": answer.status, "error": answer.error}
            raise Conflict("webhook_not_answering", "the address did not accept the ping", details=details)


def keys_of(secrets: Sequence[SealedSecret], company_id: UUID, sealing: Sealing) -> tuple[bytes, ...]:
    """What signs for a webhook. Raises `Unsealable`."""
    opened = (sealing.open(secret.sealed, _place(secret.id, company_id)).decode() for secret in secrets)
    return tuple(key_of(text) for text in opened)


def _place(secret_id: UUID, company_id: UUID) -> str:
    return f"webhook_secret|sealed|{secret_id}|{company_id}"
