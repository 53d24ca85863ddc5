"""What tests of buying begin with, made through the API as people make it."""

from typing import Any

from tests.api import Client
from tests.web.visiting import Visits


async def supplier(buyer: Client, code: str = "ACME", **more: Any) -> Any:
    return await buyer.post_ok("suppliers", {"code": code, "name": f"{code} Ltd", "currency": "USD"} | more)


async def offer(buyer: Client, of: Any, product: str, **terms: Any) -> Any:
    """What a supplier sells: by sixes, at least twelve, 2.50 each and 2 from a hundred."""
    prices = [{"from_quantity": "1", "unit_price": "2.50"}, {"from_quantity": "100", "unit_price": "2"}]
    usual = {"price_breaks": prices, "minimum_order_quantity": "12", "order_multiple": "6", "lead_time_days": 5}
    return await buyer.post_ok(f"suppliers/{of['id']}/items", {"product": product} | usual | terms)


async def sent_order(visit: Visits, of: Any, lines: list[dict[str, Any]], **more: Any) -> Any:
    """An order that its supplier has."""
    buyer = await visit.client("manager")
    path = "purchase-orders"
    order = await buyer.post_ok(path, {"supplier": of["code"], "site": "UIO", "lines": lines} | more)
    for deed in ("submit", "send"):
        version = {"If-Match": f'"{order["version"]}"', "Idempotency-Key": f"{deed}-{order['id']}"}
        answer = await buyer.post(f"{path}/{order['id']}/{deed}", headers=version)
        assert answer.is_success, answer.text
        order = answer.json()
    assert order["state"] == "sent"
    return order
