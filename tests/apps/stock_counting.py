"""Short ways to count in a test."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import httpx

from core.domain.ids import new_id
from tests.api import Api, Client


async def plan(client: Client, site: str = "UIO", **more: object) -> Any:
    return await client.post_ok("/stock/counts", {"site": site, **more})


async def stocked(api: Api, sku: str, quantity: int, *, site: str = "UIO", cost: str = "2", **product: Any) -> None:
    """A product of which so much lies at the site."""
    await api.shop.product(sku, **product)
    await api.shop.post("receipt", sku, quantity, site=site, unit_cost=Decimal(cost))


def said(sku: str, quantity: object, mode: str = "set", **more: object) -> dict[str, object]:
    return {"product": sku, "quantity": str(quantity), "mode": mode, **more}


async def say(client: Client, count: Mapping[str, Any], *lines: Mapping[str, object], key: str | None = None) -> Any:
    """The lines as they stand after these were counted."""
    answer = await client.post_ok(f"/stock/counts/{count['id']}/lines", {"lines": lines}, key=key)
    return answer["lines"]


async def deed(client: Client, count: Mapping[str, Any], name: str, body: object = None) -> Any:
    return await client.post_ok(f"/stock/counts/{count['id']}/{name}", body)


async def refusal(
    client: Client, count: Mapping[str, Any], name: str, body: object = None
) -> tuple[int, Mapping[str, Any]]:
    response = await client.send_json(f"/stock/counts/{count['id']}/{name}", body)
    return response.status_code, response.json()


def faults(answer: Mapping[str, Any]) -> list[tuple[str, str]]:
    return sorted((error["pointer"], error["code"]) for error in answer["errors"])


async def lines(client: Client, count: Mapping[str, Any], **query: Any) -> list[Any]:
    found: list[Any] = (await client.get_ok(f"/stock/counts/{count['id']}/lines", **query))["items"]
    return found


async def figures(client: Client, count: Mapping[str, Any], *columns: str, **query: Any) -> list[tuple[Any, ...]]:
    return [tuple(line[column] for column in columns) for line in await lines(client, count, **query)]


async def counted_and_submitted(
    client: Client, *counted: Mapping[str, object], site: str = "UIO", **more: object
) -> Any:
    """A count of the site in which this was found and nothing else is there."""
    count = await plan(client, site, **more)
    await say(client, count, *counted)
    return await deed(client, count, "submit", {"uncounted": "zero"})


APPROVAL: Mapping[str, str] = {"reason": "counted on Saturday"}


async def approve(client: Client, count: Mapping[str, Any], key: str | None = None) -> httpx.Response:
    return await client.send_json(f"/stock/counts/{count['id']}/approve", APPROVAL, key=key or str(new_id()))
