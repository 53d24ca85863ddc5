"""A person's own webhook: where the news go that they wish to get that way. Each member of a company may have one."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from core.commands.webhook_deliveries import Redelivery
from core.commands.webhook_making import MadeWebhook, WebhookMaking
from core.commands.webhooks import Url, require_member
from core.domain.access import Actor
from core.domain.errors import Conflict, Forbidden, NotFound
from core.domain.ids import new_id
from core.domain.webhook import StopReason, Webhook
from core.ports.attempts import Allowance, Attempts
from core.ports.clock import Clock
from core.ports.storage import Run, UnitOfWork
from core.ports.webhooks import WebhookCall

PINGS = 10  # in a quarter of an hour, for a person


class NameOwnWebhook(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Where one's news are to go."""

    url: Annotated[Url, Meta(min_length=1)]


class OwnWebhookDesk:
    """Makes, tries and removes the webhook of the actor. No event tells of it: it is theirs alone; the audit trail has it."""

    def __init__(self, run: Run, making: WebhookMaking, attempts: Attempts, clock: Clock) -> None:
        self._run, self._making, self._attempts, self._clock = run, making, attempts, clock

    async def name(self, actor: Actor, command: NameOwnWebhook) -> MadeWebhook:
        """The webhook, with a new secret. Another address must be enabled first. Raises `Invalid` and `Forbidden`."""
        _require_person(actor)
        actor.require_recent(self._clock.now())
        return (await self._run(self._name, actor, command)).result

    async def enable(self, actor: Actor) -> None:
        """Sends news there from now on if a ping is answered. Raises `NotFound`, `TooManyAttempts` and `Conflict`
        `webhook_not_answering`."""
        _require_person(actor)
        await self._attempts.admit([Allowance(f"own webhook ping {actor.user_id}", PINGS)])
        call, version = (await self._run(self._greeting, actor, None)).result
        await self._making.require_answer(call)
        await self._run(_enable, actor, version)

    async def remove(self, actor: Actor) -> None:
        """Removes the webhook and what waits for it. Raises `NotFound`."""
        _require_person(actor)
        await self._run(_remove, actor, None)

    async def _name(self, uow: UnitOfWork, actor: Actor, command: NameOwnWebhook) -> MadeWebhook:
        await require_member(uow, actor)
        webhook = await uow.webhooks.own(actor.user_id)
        if webhook is None:
            new = Webhook(new_id(), "", "", None, actor.user_id, owner=actor.user_id)
            webhook = self._making.placed(new, {"url": command.url})
            await uow.webhooks.add(webhook, self._clock.now())
        else:
            stopped = webhook.stopped if command.url == webhook.url else StopReason.UNPROVEN
            webhook = replace(self._making.placed(webhook, {"url": command.url}), stopped=stopped)
            await uow.webhooks.change(webhook)
        return await self._making.with_new_secret(uow, actor.company, webhook)

    async def _greeting(self, uow: UnitOfWork, actor: Actor, command: None) -> tuple[WebhookCall, int]:
        webhook = await _own(uow, actor)
        return await self._making.greeting(uow, actor.company, webhook), webhook.version


async def redeliver_own(uow: UnitOfWork, actor: Actor, event_id: UUID) -> Redelivery:
    """Sends what was given up, or has arrived, once more. Raises `NotFound`, and `Conflict` where the webhook is stopped."""
    _require_person(actor)
    webhook = await _own(uow, actor)
    if webhook.stopped is not None:
        raise Conflict("webhook_stopped", "enable the webhook first", details={"reason": webhook.stopped.value})
    if await uow.webhooks.redeliver(webhook.id, event_id) is None:
        raise NotFound("delivery_not_found", "nothing of this id was sent to your webhook")
    return Redelivery(event_id)


async def _enable(uow: UnitOfWork, actor: Actor, version: int) -> None:
    webhook = await _own(uow, actor)
    if webhook.version != version:
        raise Conflict("webhook_changed_meanwhile", "the address has changed since it was asked")
    await uow.webhooks.change(replace(webhook, stopped=None))


async def _remove(uow: UnitOfWork, actor: Actor, command: None) -> None:
    await uow.webhooks.remove((await _own(uow, actor)).id)


async def _own(uow: UnitOfWork, actor: Actor) -> Webhook:
    webhook = await uow.webhooks.own(actor.user_id)
    if webhook is None:
        raise NotFound("webhook_not_found", "you have named no webhook of your own")
    return webhook


def _require_person(actor: Actor) -> None:
    actor.require("profile:write")
    if actor.agent is not None:
        raise Forbidden("for_people_only", "a program has no webhook of its own")
