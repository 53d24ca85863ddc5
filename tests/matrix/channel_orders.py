"""Orders of a shop: one that waits, and one of which something left that nobody has."""

from tests.matrix.builder import Builder


async def build_channel_orders(builder: Builder) -> None:
    """Both at UIO and at GYE."""
    for kind, sku in (("channel_order", "TEA"), ("owing_order", "IDLE")):
        own, other = [await _bring(builder, kind, sku, site) for site in ("UIO", "GYE")]
        builder.name(kind, own=own, other=other)


async def _bring(builder: Builder, kind: str, sku: str, site: str) -> str:
    order = {
        "channel": "my-shop",
        "external_id": f"{kind}-{site}",
        "placed_at": "2026-01-01T00:00:00Z",
        "currency": "USD",
        "site": site,
        "buyer": builder.side.at(site),
        "lines": [{"id": "1", "sku": sku, "quantity": "1", "unit_price": "5"}],
    }
    if kind == "owing_order":
        part = {"line": "1", "quantity": "1"}
        order["fulfilments"] = [{"id": "f1", "at": "2026-01-02T00:00:00Z", "lines": [part]}]
    return await builder.made("/channel-orders", order)
