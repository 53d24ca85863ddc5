"""Restocks that are bought: the order that a manager drafts by approving, what its receipts fulfil, and giving it up."""

import asyncio
from typing import Any

import pytest

from adapters.postgres.engine import Database
from tests.api import Api, Client
from tests.apps.purchasing import deed as order_deed
from tests.apps.purchasing import part as arrival
from tests.apps.purchasing import selling
from tests.apps.test_audit import with_permissions
from tests.apps.test_order_requests import ask, deed, figures, part, pointers, refusal, shown
from tests.shop import open_shop

pytestmark = pytest.mark.anyio

BUY = {"supplier": "ACME"}


async def asked(api: Api, *lines: tuple[str, str]) -> tuple[Client, Any]:
    """A manager, and a restock of what ACME sells that waits for them."""
    manager = await api.client("manager")
    await selling(api, manager, *dict.fromkeys(sku for sku, _ in lines))
    return manager, await ask(await api.client("requester", "GYE"), "restock", *lines)


async def bought(manager: Client, request: Any, body: object = BUY) -> Any:
    """The order that came of the request."""
    approved = await deed(manager, request, "approve", body)
    return await manager.get_ok(f"/purchase-orders/{approved['purchase_order']['id']}")


async def with_supplier(manager: Client, order: Any) -> None:
    await order_deed(manager, order, "submit")
    await order_deed(manager, order, "send")


async def test_what_is_granted_becomes_a_draft_at_the_suppliers_prices(api: Api) -> None:
    manager, request = await asked(api, ("CUP", "10"), ("BOX", "4"), ("CUP", "2"))
    granted = part(_1="10", _2="0", _3="1")
    approved = await deed(manager, request, "approve", {**granted, **BUY})
    order = await manager.get_ok(f"/purchase-orders/{approved['purchase_order']['id']}")
    assert approved["purchase_order"] == {"id": order["id"], "number": order["number"], "state": "draft"}
    assert (approved["state"], approved["transfer"], order["site"]["code"]) == ("approved", None, "GYE")
    assert [order["supplier"]["code"], order["note"]] == ["ACME", request["reason"]]
    assert figures(order, "sku", "quantity", "unit_price") == [["CUP", "10", "2.5"], ["CUP", "1", "2.5"]]


async def test_receipts_fulfil_the_request_line_by_line(api: Api) -> None:
    """Seen to fail without the call at the receipt."""
    manager, request = await asked(api, ("CUP", "10"), ("BOX", "4"))
    order = await bought(manager, request)
    await with_supplier(manager, order)
    await order_deed(manager, order, "receive", arrival(_1="6"))
    assert figures(await shown(manager, request), "fulfilled", "open") == [["6", "4"], ["0", "4"]]
    await order_deed(manager, order, "receive", None)
    done = await shown(manager, request)
    assert (done["state"], done["purchase_order"]["state"]) == ("fulfilled", "received")
    assert figures(done, "fulfilled", "open") == [["10", "0"], ["4", "0"]]
    assert await api.shop.event_types("request_fulfilled") == ["request_fulfilled"] * 2


async def test_a_receipt_that_is_taken_back_is_open_again(api: Api) -> None:
    manager, request = await asked(api, ("CUP", "10"))
    order = await bought(manager, request)
    await with_supplier(manager, order)
    received = await order_deed(manager, order, "receive", arrival(_1="6"))
    receipt = received["receipts"][0]["posting"]
    await manager.post_ok(f"/purchase-orders/{order['id']}/receipts/{receipt}/reverse", {"reason": "wrong goods"})
    assert figures(await shown(manager, request), "fulfilled", "open") == [["0", "10"]]


async def test_how_it_is_bought_is_said_whole_and_once(api: Api) -> None:
    """Every fault is named, and nothing has happened."""
    manager, request = await asked(api, ("CUP", "10"))
    await api.shop.product("LAMP")
    lamp = await ask(manager, "restock", ("LAMP", "1"))
    order = await ask(manager, "customer_order", ("CUP", "1"))
    priced = {"lines": [{"line": 1, "quantity": "1", "unit_price": "3"}], "exchange_rate": "2"}
    for asking, body, faults in (
        (request, {}, [("/source", "required")]),
        (request, {**BUY, "source": "UIO"}, [("/supplier", "ambiguous")]),
        (request, {"supplier": "NOBODY"}, [("/lines/0/unit_price", "required"), ("/supplier", "not_found")]),
        (request, {**BUY, "exchange_rate": "2"}, [("/exchange_rate", "not_allowed")]),
        (
            request,
            {"source": "UIO", **priced},
            [("/exchange_rate", "not_allowed"), ("/lines/0/unit_price", "not_allowed")],
        ),
        (lamp, BUY, [("/lines/0/unit_price", "required")]),
        (order, BUY, [("/supplier", "not_allowed")]),
    ):
        status, answer = await refusal(manager, asking, "approve", body)
        assert (status, pointers(answer)) == (422, faults), body
        assert (await shown(manager, asking))["state"] == "pending"
    assert (await manager.get_ok("/purchase-orders"))["items"] == []
    lamps = await bought(manager, lamp, {**BUY, "lines": [{"line": 1, "quantity": "1", "unit_price": "9"}]})
    assert figures(lamps, "sku", "unit_price") == [["LAMP", "9"]]


async def test_who_may_not_buy_approves_no_purchase(api: Api) -> None:
    manager, request = await asked(api, ("CUP", "10"))
    approver = await with_permissions(
        api, await api.client("admin"), "request:read", "request:approve", "transfer:start"
    )
    status, answer = await refusal(approver, request, "approve", BUY)
    assert (status, answer["code"]) == (403, "missing_permission")
    assert (await shown(manager, request))["state"] == "pending"


async def test_another_companys_supplier_is_unknown(api: Api, database: Database) -> None:
    manager, request = await asked(api, ("CUP", "10"))
    other = Api(api.app, await open_shop(database), api.tokens)
    theirs = await selling(other, await other.client("manager"), "CUP")
    foreign, unknown = [
        await refusal(manager, request, "approve", {"supplier": one}) for one in (theirs["id"], "NOBODY")
    ]
    assert (foreign[0], pointers(foreign[1])) == (unknown[0], pointers(unknown[1]))
    assert ("/supplier", "not_found") in pointers(foreign[1])


async def test_a_second_click_drafts_no_second_order(api: Api) -> None:
    manager, request = await asked(api, ("CUP", "10"))
    clicks = (manager.send_json(f"/requests/{request['id']}/approve", BUY) for _ in range(2))
    answers = await asyncio.gather(*clicks)
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert len((await manager.get_ok("/purchase-orders"))["items"]) == 1


async def test_giving_up_the_request_gives_up_its_order_until_the_supplier_has_it(api: Api) -> None:
    """Seen to fail when the order was left as it was."""
    manager, request = await asked(api, ("CUP", "10"))
    order = await bought(manager, request)
    await order_deed(manager, order, "submit")
    assert (await deed(manager, request, "cancel"))["purchase_order"]["state"] == "cancelled"
    again = await ask(manager, "restock", ("CUP", "10"))
    order = await bought(manager, again)
    await with_supplier(manager, order)
    assert (await refusal(manager, again, "cancel"))[0] == 409
    await order_deed(manager, order, "cancel", {"reason": "too late"})
    assert (await deed(manager, again, "cancel"))["state"] == "cancelled"


async def test_a_draft_that_is_thrown_away_leaves_the_request_without(api: Api) -> None:
    manager, request = await asked(api, ("CUP", "10"))
    order = await bought(manager, request)
    assert (await manager.delete(f"/purchase-orders/{order['id']}")).status_code == 204
    left = await shown(manager, request)
    assert (left["state"], left["purchase_order"]) == ("approved", None)
    assert (await deed(manager, request, "cancel"))["state"] == "cancelled"


async def test_a_remainder_is_closed_once_the_order_has_ended(api: Api) -> None:
    """Seen to fail when only transfers were looked at."""
    manager, request = await asked(api, ("CUP", "10"))
    order = await bought(manager, request)
    await with_supplier(manager, order)
    await order_deed(manager, order, "receive", arrival(_1="6"))
    reason = {"reason": "no more needed"}
    assert (await refusal(manager, request, "close", reason))[0] == 409
    await order_deed(manager, order, "close", reason)
    closed = await deed(manager, request, "close", reason)
    assert (closed["state"], figures(closed, "fulfilled", "closed")) == ("fulfilled", [["6", "4"]])
