"""Orders of a shop as it brings them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.api import Client

OPENED = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)


def moment(minutes: int) -> str:
    """So many minutes after the shop has opened, an hour ago."""
    return (OPENED + timedelta(minutes=minutes)).isoformat()


def line(sku: str = "A", quantity: object = "1", name: str = "1", **more: object) -> dict[str, object]:
    return {"id": name, "sku": sku, "title": f"Item {sku}", "quantity": str(quantity), "unit_price": "9.5", **more}


def fact(name: str, *parts: tuple[str, object], minutes: int = 10, **more: object) -> dict[str, object]:
    """What left or came back: quantities by the ids of lines."""
    lines = [{"line": part, "quantity": str(quantity)} for part, quantity in parts]
    return {"id": name, "at": moment(minutes), "lines": lines, **more}


def order(*lines: dict[str, object], minutes: int = 1, **more: object) -> dict[str, Any]:
    """A picture of order 1001 as the shop had it so many minutes after it opened."""
    return {
        "channel": "my-shop",
        "external_id": "1001",
        "placed_at": moment(0),
        "updated_at": moment(minutes),
        "currency": "USD",
        "site": "UIO",
        "lines": list(lines) or [line()],
        **more,
    }


async def bring(client: Client, picture: dict[str, Any]) -> Any:
    """The order after the shop has brought a picture of it."""
    return await client.post_ok("/channel-orders", picture)
