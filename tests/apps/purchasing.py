"""What tests of purchase orders share: a supplier who sells, an order that has come so far, and what it did."""

from collections.abc import Mapping
from typing import Any

from tests.api import Api, Client

BREAKS = [{"from_quantity": "1", "unit_price": "2.50"}, {"from_quantity": "100", "unit_price": "2"}]


async def selling(api: Api, client: Client, *skus: str, code: str = "ACME", **supplier: object) -> Any:
    """A supplier who sells products that are new to the company."""
    body = {"code": code, "name": "Acme S. A.", "currency": "USD", **supplier}
    made = await client.post_ok("/suppliers", body)
    for sku in skus:
        await api.shop.product(sku)
        await client.post_ok(f"/suppliers/{made['id']}/items", {"product": sku, "price_breaks": BREAKS})
    return made


def wanted(*lines: tuple[str, str], site: str = "UIO", supplier: str = "ACME", **more: object) -> dict[str, object]:
    named = [{"product": sku, "quantity": quantity} for sku, quantity in lines]
    return {"supplier": supplier, "site": site, "lines": named, **more}


async def order(client: Client, *lines: tuple[str, str], **more: object) -> Any:
    return await client.post_ok("/purchase-orders", wanted(*lines, **more))  # type: ignore[arg-type]


async def deed(
    client: Client, made: Mapping[str, Any], name: str, body: object = None, *, key: str | None = None
) -> Any:
    return await client.post_ok(f"/purchase-orders/{made['id']}/{name}", body, key=key)


async def sent(client: Client, *lines: tuple[str, str], **more: object) -> Any:
    """An order that is with the supplier."""
    made = await order(client, *lines, **more)
    await deed(client, made, "submit")
    return await deed(client, made, "send")


async def refusal(
    client: Client, made: Mapping[str, Any], name: str, body: object = None
) -> tuple[int, str, list[tuple[str, str]]]:
    response = await client.send_json(f"/purchase-orders/{made['id']}/{name}", body)
    answer = response.json()
    return response.status_code, answer.get("code", ""), pointers(answer)


def pointers(answer: Mapping[str, Any]) -> list[tuple[str, str]]:
    return sorted((error["pointer"], error["code"]) for error in answer.get("errors", []))


async def shown(client: Client, made: Mapping[str, Any]) -> Any:
    return await client.get_ok(f"/purchase-orders/{made['id']}")


def figures(made: Mapping[str, Any], *columns: str) -> list[list[Any]]:
    return [[line[column] for column in columns] for line in made["lines"]]


def part(**quantities: str) -> dict[str, object]:
    """Quantities by line: `part(_1="2")`."""
    return {"lines": [{"line": int(name[1:]), "quantity": quantity} for name, quantity in quantities.items()]}
