"""What becomes of events on their way to a webhook."""

from dataclasses import dataclass
from uuid import UUID

import msgspec

from core.commands.webhooks import found, require_reach, stop
from core.domain.access import Actor
from core.domain.errors import Conflict, NotFound
from core.domain.webhook import StopReason, subscriber_of
from core.ports.outbox import DeliveryState
from core.ports.storage import UnitOfWork
from core.ports.webhooks import Ended


class Redelivery(msgspec.Struct, frozen=True):
    """A delivery that is due again."""

    id: UUID


async def redeliver(uow: UnitOfWork, actor: Actor, command: tuple[UUID, UUID]) -> Redelivery:
    """Sends an event once more, with all its tries before it; one that waits is tried at once. Raises `NotFound`, and `Conflict`
    for a webhook that is stopped."""
    webhook_id, event_id = command
    require_reach(actor)
    webhook = await found(uow, webhook_id)
    if webhook.stopped is not None:
        raise Conflict("webhook_stopped", "enable the webhook first", details={"reason": webhook.stopped.value})
    state = await uow.webhooks.redeliver(webhook_id, event_id)
    if state is None:
        raise NotFound("delivery_not_found", "this webhook has no delivery of this id")
    await uow.events.append("webhook_redelivery_asked", "webhook", webhook_id, {"event": event_id, "was": state.value})
    return Redelivery(event_id)


@dataclass(frozen=True, slots=True)
class Record:
    """What is to be written down of an errand, and why the webhook stops, if it does. Of what did not reach a person's own webhook
    no event tells: that is noted at their news."""

    ended: Ended
    stopped: StopReason | None = None
    is_personal: bool = False


async def record_tries(uow: UnitOfWork, actor: Actor, record: Record) -> None:
    """Writes down how an errand went. Tells of events that are given up."""
    ours = await uow.webhooks.end(record.ended)
    for one in record.ended.tries:
        if one.outcome.state is DeliveryState.DEAD and one.outcome.event_id in ours and not record.is_personal:
            webhook_id, event_id = record.ended.webhook_id, one.outcome.event_id
            facts = {
                "subscriber": subscriber_of(webhook_id),
                "event": event_id,
                "type": ours[event_id],
                "error": one.outcome.error,
            }
            await uow.events.append("delivery_failed", "webhook", webhook_id, facts)
    if record.stopped is not None:
        await stop(uow, record.ended.webhook_id, record.stopped)
