"""A webhook of the company, an event that waits for it, an address that takes no more mail, and a webhook that somebody sent us."""

from adapters.postgres.engine import Scope
from core.domain.ids import new_id
from tests.matrix.builder import Builder
from tests.matrix.calls.webhooks import BUILT_IN, RECEIVER
from tests.webhook_receiver import receiving

_BLOCK = (
    "INSERT INTO blocked_address (company_id, id, address, reason, since) VALUES (%s, %s, %s, 'no such mailbox', now())"
)


async def build_blocked_address(builder: Builder) -> None:
    """Two that are nobody's of the company."""
    side, blocks = builder.side, [new_id() for _ in range(2)]
    for number, block in enumerate(blocks):
        address = f"{side.mark}{number}@example.org"
        await builder.registry.database.fetch(Scope(side.company), _BLOCK, (side.company, block, address))
    builder.name("blocked_address", own=blocks[0])


_INSTALLED = "INSERT INTO plugin_installation (company_id, plugin_id, state) VALUES (%s, %s, 'disabled')"
_RECEIVED = """
    INSERT INTO inbox_message (company_id, id, plugin_id, event_id, received_at, url, headers, body, size, verified, state, last_error)
    VALUES (%s, %s, %s, %s, now(), 'sealed', '{}', 'x', 1, false, 'dead', 'nobody reads it')
"""


async def build_received_webhook(builder: Builder) -> None:
    """Two that a plugin had and that were given up."""
    side, database = builder.side, builder.registry.database
    await database.fetch(Scope(side.company), _INSTALLED, (side.company, RECEIVER))
    received = [new_id() for _ in range(2)]
    for number, each in enumerate(received):
        await database.fetch(Scope(side.company), _RECEIVED, (side.company, each, RECEIVER, f"{side.mark} {number}"))
    builder.name("received_webhook", own=received[0])


async def build_webhooks(builder: Builder) -> None:
    """Two webhooks, one of them at work. Nobody answers there any more afterwards."""
    with receiving() as receiver:
        webhooks = [
            await builder.made("/webhooks", {"url": receiver.url, "description": builder.side.mark}) for _ in range(2)
        ]
        await builder.admin.post_ok(f"/webhooks/{webhooks[0]}/enable", None)
    builder.name("webhook", own=webhooks[0])


_GIVEN_UP = """
    INSERT INTO delivery (company_id, event_id, subscriber, aggregate_key, position, state, last_error)
    SELECT e.company_id, e.id, %(subscriber)s, 'product', e.position, 'dead', %(mark)s FROM outbox_event e
    WHERE e.company_id = %(company)s AND e.position IS NOT NULL ORDER BY e.position LIMIT 2
"""


async def find_deliveries(builder: Builder) -> None:
    """Names an event that the relay has made a delivery of. A plugin was brought two events in vain."""
    names = {"company": builder.side.company, "subscriber": f"{BUILT_IN}:note", "mark": builder.side.mark}
    await builder.registry.database.fetch(Scope(builder.side.company), _GIVEN_UP, names)
    page = await builder.admin.get_ok(f"/webhooks/{builder.side.named['webhook']['own']}/deliveries", limit=1)
    builder.name("delivery", own=page["items"][0]["id"])
