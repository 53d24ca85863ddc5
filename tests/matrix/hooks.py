"""A webhook of the company, and an event that waits for it."""

from tests.matrix.builder import Builder
from tests.webhook_receiver import receiving


async def build_webhooks(builder: Builder) -> None:
    """Two webhooks, one of them at work. Nobody answers there any more afterwards."""
    with receiving() as receiver:
        webhooks = [
            await builder.made("/webhooks", {"url": receiver.url, "description": builder.side.mark}) for _ in range(2)
        ]
        await builder.admin.post_ok(f"/webhooks/{webhooks[0]}/enable", None)
    builder.name("webhook", own=webhooks[0])


async def find_deliveries(builder: Builder) -> None:
    """Names an event that the relay has made a delivery of."""
    page = await builder.admin.get_ok(f"/webhooks/{builder.side.named['webhook']['own']}/deliveries", limit=1)
    builder.name("delivery", own=page["items"][0]["id"])
