"""Webhooks: where a company's events are sent. People alone decide it, and only those who see all of the company."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from core.commands.changes import Saved, given, require_version
from core.commands.webhook_making import MadeWebhook, WebhookMaking
from core.domain.access import Actor
from core.domain.errors import Conflict, Forbidden, NotFound
from core.domain.ids import new_id
from core.domain.webhook import (
    LONGEST_DESCRIPTION,
    LONGEST_URL,
    MOST,
    StopReason,
    Webhook,
    host_of,
    may_be_sent_everything,
    require_sight,
)
from core.ports.attempts import Allowance, Attempts
from core.ports.clock import Clock
from core.ports.storage import Run, UnitOfWork
from core.ports.webhooks import WebhookAnswer, WebhookCall

PINGS = 30  # in a quarter of an hour, for a company

Url = Annotated[str, Meta(max_length=LONGEST_URL, examples=["https://shop.example.org/pirwa"])]
EventTypes = Annotated[list[Annotated[str, Meta(max_length=64, examples=["sale_recorded"])]], Meta(max_length=200)]
Description = Annotated[str, Meta(max_length=LONGEST_DESCRIPTION, examples=["Web shop"])]


class CreateWebhook(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Where events go, and which (null: all). Nothing is sent until the webhook is enabled."""

    url: Url
    event_types: EventTypes | None = None
    description: Description = ""


class ChangeWebhook(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What changes; what is left out stays. Another address must be enabled first."""

    url: Url | UnsetType = UNSET
    event_types: EventTypes | UnsetType | None = UNSET
    description: Description | UnsetType = UNSET


class WebhookDesk:
    """Makes, changes, tries and removes webhooks."""

    def __init__(self, run: Run, making: WebhookMaking, attempts: Attempts, clock: Clock) -> None:
        self._run, self._making, self._attempts, self._clock = run, making, attempts, clock

    async def create(self, actor: Actor, command: CreateWebhook) -> MadeWebhook:
        """Raises `Invalid` with every fault, `Conflict` `too_many_webhooks`, and `Forbidden`."""
        require_reach(actor, self._clock.now())
        return (await self._run(self._create, actor, command)).result

    async def change(self, actor: Actor, webhook_id: UUID, command: ChangeWebhook, version: int | None) -> Saved:
        """Raises `NotFound`, `StaleVersion`, and as `create` does."""
        require_reach(actor, self._clock.now())
        return (await self._run(self._change, actor, (webhook_id, command, version))).result

    async def rotate(self, actor: Actor, webhook_id: UUID) -> MadeWebhook:
        """Another secret signs from now on, and for a day the one before it too. Raises `NotFound`."""
        require_reach(actor, self._clock.now())
        return (await self._run(self._rotate, actor, webhook_id)).result

    async def ping(self, actor: Actor, webhook_id: UUID) -> WebhookAnswer:
        """Sends an event that asks for an answer. Raises `NotFound` and `TooManyAttempts`."""
        call, _ = await self._greeting(actor, webhook_id)
        return await self._making.sent(call)

    async def enable(self, actor: Actor, webhook_id: UUID) -> Saved:
        """Sends events there from now on, on the actor's behalf, if a ping is answered. Raises `Conflict` `webhook_not_answering`,
        and as `ping` does."""
        call, version = await self._greeting(actor, webhook_id)
        await self._making.require_answer(call)
        return (await self._run(_enable, actor, (webhook_id, version))).result

    async def _greeting(self, actor: Actor, webhook_id: UUID) -> tuple[WebhookCall, int]:
        """A ping, ready to be sent, and the version of the webhook that it is for."""
        require_reach(actor)
        await self._attempts.admit([Allowance(f"webhook ping {actor.company}", PINGS)])
        return (await self._run(self._open, actor, webhook_id)).result

    async def _open(self, uow: UnitOfWork, actor: Actor, webhook_id: UUID) -> tuple[WebhookCall, int]:
        webhook = await found(uow, webhook_id)
        return await self._making.greeting(uow, actor.company, webhook), webhook.version

    async def _create(self, uow: UnitOfWork, actor: Actor, command: CreateWebhook) -> MadeWebhook:
        await require_member(uow, actor)
        wish = {name: getattr(command, name) for name in command.__struct_fields__}
        webhook = self._making.placed(Webhook(new_id(), "", "", None, actor.user_id), wish)
        if await uow.webhooks.count() >= MOST:
            raise Conflict("too_many_webhooks", f"a company has {MOST} webhooks at most")
        await uow.webhooks.add(webhook, self._clock.now())
        await uow.events.append("webhook_created", "webhook", webhook.id, told(webhook))
        return await self._making.with_new_secret(uow, actor.company, webhook)

    async def _change(self, uow: UnitOfWork, actor: Actor, command: tuple[UUID, ChangeWebhook, int | None]) -> Saved:
        webhook_id, change, version = command
        changes = given(change)
        webhook = await found(uow, webhook_id)
        require_version(webhook.version, version)
        after = self._making.placed(webhook, changes)
        if after.url != webhook.url:
            after = replace(after, stopped=StopReason.UNPROVEN)
        saved = Saved(webhook_id, await uow.webhooks.change(after))
        await uow.events.append("webhook_changed", "webhook", webhook_id, {**told(after), "changed": sorted(changes)})
        return saved

    async def _rotate(self, uow: UnitOfWork, actor: Actor, webhook_id: UUID) -> MadeWebhook:
        webhook = await found(uow, webhook_id)
        await uow.events.append("webhook_secret_rotated", "webhook", webhook_id, {})
        return await self._making.with_new_secret(uow, actor.company, webhook)


async def disable_webhook(uow: UnitOfWork, actor: Actor, webhook_id: UUID) -> None:
    """Sends nothing there any more; what waits stays. Once more is no fault."""
    require_reach(actor)
    await found(uow, webhook_id)
    await stop(uow, webhook_id, StopReason.BY_HAND)


async def remove_webhook(uow: UnitOfWork, actor: Actor, command: tuple[UUID, int | None]) -> None:
    """Removes a webhook, its secrets, and all that waits for it."""
    webhook_id, version = command
    require_reach(actor)
    webhook = await found(uow, webhook_id)
    require_version(webhook.version, version)
    await uow.webhooks.remove(webhook_id)
    await uow.events.append("webhook_deleted", "webhook", webhook_id, told(webhook))


async def found(uow: UnitOfWork, webhook_id: UUID) -> Webhook:
    """The webhook of this id. Raises `NotFound`."""
    webhook = await uow.webhooks.find(webhook_id)
    if webhook is None:
        raise NotFound("webhook_not_found", "no webhook has this id")
    return webhook


async def stop(uow: UnitOfWork, webhook_id: UUID, reason: StopReason) -> None:
    """Stops a webhook, if it was not stopped."""
    if await uow.webhooks.stop(webhook_id, reason):
        await uow.events.append("webhook_disabled", "webhook", webhook_id, {"reason": reason.value})


def require_reach(actor: Actor, now: datetime | None = None) -> None:
    """Raises `Forbidden` unless a person acts who sees all of the company and, where the moment is given, has lately proven who
    they are."""
    actor.require("webhook:write")
    if actor.agent is not None:
        raise Forbidden("for_people_only", "an integration cannot make or change webhooks")
    if now is not None:
        actor.require_recent(now)
    require_sight(actor)
    if not may_be_sent_everything(actor):
        raise Forbidden("missing_permission", "a webhook is sent the events, which you may not see")


async def require_member(uow: UnitOfWork, actor: Actor) -> None:
    """Raises `Forbidden` for the owner of the platform: a webhook acts for a member of the company."""
    if await uow.people.member(actor.user_id) is None:
        raise Forbidden("not_a_member", "a webhook acts for a member of the company")


def told(webhook: Webhook) -> Mapping[str, object]:
    """What an event says of a webhook. Who may see events need not know the whole address."""
    return {
        "host": host_of(webhook.url),
        "event_types": None if webhook.event_types is None else sorted(webhook.event_types),
        "description": webhook.description,
    }


async def _enable(uow: UnitOfWork, actor: Actor, command: tuple[UUID, int]) -> Saved:
    webhook_id, version = command
    await require_member(uow, actor)
    webhook = await found(uow, webhook_id)
    require_version(webhook.version, version)
    enabled = replace(webhook, stopped=None, acts_for=actor.user_id)
    saved = Saved(webhook_id, await uow.webhooks.change(enabled))
    await uow.events.append("webhook_enabled", "webhook", webhook_id, told(enabled))
    return saved
