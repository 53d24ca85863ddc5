"""Seeing to webhooks that were received."""

from uuid import UUID

import msgspec

from core.domain.access import Actor
from core.domain.errors import Conflict, NotFound
from core.ports.outbox import DeliveryState
from core.ports.storage import UnitOfWork


class ReadAgain(msgspec.Struct, frozen=True):
    """The webhook will be read again."""

    id: UUID


async def read_again(uow: UnitOfWork, actor: Actor, webhook: tuple[str, UUID]) -> ReadAgain:
    """Has a webhook that was given up read again, with a whole new schedule of tries; one that waits is read at once. Raises NotFound, and
    Conflict `already_read` or, where nobody had signed it, `not_kept`."""
    actor.require("plugin:write")
    plugin_id, webhook_id = webhook
    state = await uow.inbox.retry(plugin_id, webhook_id)
    if state is None:
        raise NotFound("webhook_not_found", "the plugin has received no webhook with this id")
    if state is DeliveryState.DONE:
        raise Conflict("already_read", "this webhook was read; what came with it is not kept")
    if not await uow.inbox.is_kept(webhook_id):
        raise Conflict("not_kept", "nobody had signed this webhook, so what came with it was not kept")
    return ReadAgain(webhook_id)
