"""Order requests over HTTP: who may see and do what, when, and what is refused."""

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import httpx
import psycopg
import pytest

from adapters.postgres.engine import Database
from core.commands.order_request_decisions import ApproveRequest, approve_request
from core.commands.order_requests import CreateRequest, RequestedLine, create_request
from core.domain.errors import Conflict, Forbidden
from core.domain.ids import new_id
from core.domain.order_request import RequestDeed, RequestKind
from tests.api import Api, Client
from tests.apps.test_order_requests import (
    ask,
    deed,
    part,
    pointers,
    promises,
    refusal,
    shown,
    stock,
    stocked,
    told,
    wanted,
)
from tests.shop import open_shop

pytestmark = pytest.mark.anyio

BODIES: dict[str, dict[str, object]] = {
    "change": {"reason": "another reason"},
    "reject": {"reason": "not now"},
    "close": {"reason": "no more"},
    "fulfil": {},
}
POSSIBLE = {
    "pending": {"change", "delete", "approve", "reject", "cancel"},
    "approved": {"fulfil", "cancel", "reopen"},
    "under way": set[str](),
    "begun": {"fulfil", "close"},
    "closed": set[str](),
    "fulfilled": set[str](),
    "rejected": {"reopen"},
    "cancelled": set[str](),
}
STAGES = [
    (kind, stage) for kind in RequestKind for stage in POSSIBLE if (kind, stage) != ("customer_order", "under way")
]


async def do(client: Client, request: dict[str, Any], name: str, key: str | None = None) -> httpx.Response:
    """A deed of the state machine as a request to the API."""
    path = f"/requests/{request['id']}"
    if name == "delete":
        return await client.delete(path)
    if name == "change":
        return await client.patch(path, json=BODIES[name])
    source = {"source": "UIO"} if request["kind"] == "restock" else {}
    return await client.send_json(f"{path}/{name}", BODIES.get(name, source), key=key)


async def deliver(client: Client, request: dict[str, Any], quantity: str) -> None:
    """Hands over or receives so much."""
    if request["kind"] == "customer_order":
        await deed(client, request, "fulfil", part(_1=quantity))
        return
    path = f"/transfers/{(await shown(client, request))['transfer']['id']}"
    if (await client.get_ok(path))["state"] == "pending":
        await client.post_ok(f"{path}/dispatch", None)
    await client.post_ok(f"{path}/receive", {"lines": [{"line": 1, "received": quantity}]})


async def recall(client: Client, request: dict[str, Any]) -> None:
    if request["kind"] == "restock":
        await client.post_ok(f"/transfers/{(await shown(client, request))['transfer']['id']}/recall", None)


async def brought_to(client: Client, kind: str, stage: str) -> dict[str, Any]:
    """A request of 4 cups that has come so far by the API."""
    request: dict[str, Any] = await ask(client, kind, ("CUP", "4"))
    if stage in ("rejected", "cancelled"):
        assert (await do(client, request, "reject" if stage == "rejected" else "cancel")).status_code == 200
    elif stage != "pending":
        assert (await do(client, request, "approve")).status_code == 200
    if stage == "under way":
        transfer = (await shown(client, request))["transfer"]
        await client.post_ok(f"/transfers/{transfer['id']}/dispatch", None)
    if stage in ("begun", "closed"):
        await deliver(client, request, "3")
        await recall(client, request)
    if stage == "closed":
        assert (await do(client, request, "close")).status_code == 200
    if stage == "fulfilled":
        await deliver(client, request, "4")
    return dict(await shown(client, request))


@pytest.mark.parametrize(("kind", "stage"), STAGES)
async def test_every_deed_is_done_in_its_states_and_refused_in_all_others(api: Api, kind: str, stage: str) -> None:
    """Seen to fail when `change_request` does not ask the state machine (the database refused it, without the state), and when
    `close` is possible before anything was fulfilled."""
    await stocked(api, "CUP", 100)
    await api.shop.post("receipt", "CUP", 100, site="UIO")
    client = await api.client("manager")
    possible = POSSIBLE[stage] - ({"fulfil"} if kind == "restock" else set())
    request = await brought_to(client, kind, stage)
    for name in RequestDeed:
        if name in possible or name == "receive":
            continue
        refused = await do(client, request, name)
        assert (name, refused.status_code, refused.json()["code"]) == (name, 409, "request_state")
        assert refused.json()["state"] == request["state"]
    assert await shown(client, request) == request
    for deed_done in sorted(possible):
        done = await do(client, await brought_to(client, kind, stage), deed_done)
        assert done.is_success, (deed_done, done.text)


async def test_staff_see_their_own_requests_and_others_see_those_of_their_sites(api: Api) -> None:
    """Seen to fail when the list leaves out whose request it is, and when `sees` asks for the site alone."""
    await stocked(api, "CUP", 10)
    ana, ben = await api.client("requester", "GYE"), await api.client("employee", "GYE")
    operator, elsewhere = await api.client("operator", "GYE"), await api.client("operator", "UIO")
    of_ana = await ask(ana, "restock", ("CUP", "1"))
    of_ben = await ask(ben, "customer_order", ("CUP", "2"))
    of_operator = await ask(operator, "restock", ("CUP", "3"))

    async def seen(client: Client, **query: object) -> list[int]:
        return [item["number"] for item in (await client.get_ok("/requests", **query))["items"]]

    assert await seen(ana) == await seen(ana, mine=True) == [of_ana["number"]]
    assert await seen(ben) == [of_ben["number"]]
    assert await seen(operator) == [3, 2, 1]
    assert await seen(operator, mine=True) == [of_operator["number"]]
    assert await seen(elsewhere) == []
    for client, request in ((ana, of_ben), (ben, of_ana), (elsewhere, of_ana)):
        for answer in (
            await client.get(f"/requests/{request['id']}"),
            await do(client, request, "change"),
            await do(client, request, "delete"),
        ):
            assert (answer.status_code, answer.json()["code"]) == (404, "request_not_found")
    for name in ("change", "delete"):
        answer = await do(operator, of_ana, name)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_the_requester")
    assert (await do(ana, of_ana, "delete")).status_code == 204
    assert (await ana.get(f"/requests/{of_ana['id']}")).status_code == 404


async def test_each_deed_needs_its_permission(api: Api) -> None:
    await stocked(api, "CUP", 10)
    clerk, operator = await api.client("requester", "GYE"), await api.client("operator", "GYE")
    request = await ask(clerk, "customer_order", ("CUP", "1"))
    refused = {
        (role, name)
        for role, client in (("requester", clerk), ("operator", operator))
        for name in ("approve", "reject", "cancel", "fulfil", "close")
        if (await refusal(client, request, name, BODIES.get(name)))[1]["code"] == "missing_permission"
    }
    deciding = {("operator", name) for name in ("approve", "reject", "cancel")}
    assert refused == deciding | {("requester", name) for name in ("approve", "reject", "cancel", "fulfil", "close")}
    viewer = await api.client("viewer")
    assert (await viewer.get("/requests")).status_code == 403


async def test_a_request_is_decided_and_handed_over_by_people_of_its_site(api: Api) -> None:
    """Seen to fail when `opened_at_site` leaves the site out (then only the reservations looked at the site)."""
    await stocked(api, "CUP", 10)
    client, elsewhere = await api.client("manager"), await api.client("manager", "UIO")
    pending = await ask(client, "customer_order", ("CUP", "1"))
    granted = await deed(client, await ask(client, "customer_order", ("CUP", "1")), "approve")
    for request, name in ((pending, "approve"), (pending, "reject"), (granted, "fulfil"), (granted, "cancel")):
        status, answer = await refusal(elsewhere, request, name, BODIES.get(name))
        assert (name, status, answer["code"]) == (name, 404, "request_not_found")
    # Whoever asked for it sees it still after having moved to another site, but acts on it no more.
    lines = [RequestedLine("CUP", Decimal(1))]
    command = CreateRequest(kind=RequestKind.CUSTOMER_ORDER, site="GYE", lines=lines, reason="two guests more")
    asked = (await api.shop.run(create_request, api.shop.actor("manager", "GYE"), command)).result
    with pytest.raises(Forbidden) as refused:
        await api.shop.run(approve_request, api.shop.actor("manager", "UIO"), (asked.id, ApproveRequest(), None))
    assert refused.value.code == "site_out_of_reach"


async def test_above_the_companys_threshold_somebody_else_approves(api: Api) -> None:
    """Seen to fail with `>=` for `>` and without the call of `require_other_approver`."""
    await stocked(api, "CUP", 100, price="2.50")
    admin, manager, other = [await api.client(role) for role in ("admin", "manager", "manager")]
    assert (await admin.get_ok("/company"))["approval_threshold"] is None
    large = await ask(manager, "customer_order", ("CUP", "9"))
    changed = await admin.patch("/company", json={"approval_threshold": "20.00"})
    assert changed.status_code == 200
    assert (await admin.get_ok("/company"))["approval_threshold"] == "20"
    exact = await ask(manager, "customer_order", ("CUP", "4"), ("CUP", "4"))
    status, answer = await refusal(manager, large, "approve", part(_1="1"))
    assert (status, answer["code"], answer["value"], answer["threshold"]) == (403, "own_request", "22.5", "20")
    assert (await deed(manager, exact, "approve"))["state"] == "approved"
    assert (await deed(other, large, "approve"))["state"] == "approved"
    await admin.patch("/company", json={"approval_threshold": None})
    huge = await ask(manager, "customer_order", ("CUP", "50"))
    assert (await deed(manager, huge, "approve"))["state"] == "approved"
    refused = await admin.patch("/company", json={"approval_threshold": "-1"})
    assert (refused.status_code, pointers(refused.json())) == (422, [("/approval_threshold", "out_of_range")])


async def test_every_fault_of_a_new_request_is_named_at_once(api: Api) -> None:
    """Seen to fail when the lines are judged only after the site is sound."""
    cup = await api.shop.product("CUP")
    await api.shop.product("PHONE", tracking="serial")
    await api.shop.product("OLD")
    await api.shop.fetch("UPDATE product SET active = false WHERE sku = 'OLD'")
    await api.shop.kit("SET", {cup: "2"})
    await api.shop.kit("EMPTY", {})
    client = await api.client("requester", "GYE")
    lines = [("SET", "1"), ("NONE", "0"), ("PHONE", "1.5"), ("OLD", "1.1234567"), ("EMPTY", "1")]
    refused = await client.send_json("/requests", wanted("restock", *lines, site="UIO", reason=" "))
    assert refused.status_code == 422
    common = [
        ("/lines/1/product", "not_found"),
        ("/lines/1/quantity", "out_of_range"),
        ("/lines/2/quantity", "serial"),
        ("/lines/3/product", "inactive"),
        ("/lines/3/quantity", "too_precise"),
        ("/reason", "required"),
    ]
    kits = [("/lines/0/product", "kit"), ("/lines/4/product", "kit")]
    assert pointers(refused.json()) == sorted([*common, *kits, ("/site", "forbidden")])
    refused = await client.send_json("/requests", wanted("customer_order", *lines, site="XX", reason=" "))
    assert pointers(refused.json()) == sorted([*common, ("/lines/4/product", "empty_kit"), ("/site", "not_found")])
    refused = await client.send_json("/requests", wanted("restock"))
    assert pointers(refused.json()) == [("/lines", "out_of_range")]
    shapeless = {"kind": "gift", "site": 7, "lines": [{"product": "CUP"}], "needed_on": "soon"}
    refused = await client.send_json("/requests", shapeless)
    assert [pointer for pointer, _ in pointers(refused.json())] == [
        "/kind",
        "/lines/0/quantity",
        "/needed_on",
        "/reason",
        "/site",
    ]
    assert await api.shop.fetch("SELECT 1 FROM order_request") == []

    request = await ask(client, "restock", ("CUP", "1"))
    change = {"site": "UIO", "reason": "", "lines": [{"product": "NONE", "quantity": "-1"}]}
    refused = await client.patch(f"/requests/{request['id']}", json=change)
    assert pointers(refused.json()) == [
        ("/lines/0/product", "not_found"),
        ("/lines/0/quantity", "out_of_range"),
        ("/reason", "required"),
        ("/site", "forbidden"),
    ]
    assert await shown(client, request) == request


async def test_every_fault_of_a_grant_is_named_at_once(api: Api) -> None:
    for sku in ("CUP", "BOX"):
        await stocked(api, sku, 10)
    client = await api.client("manager", "GYE")
    order = await ask(client, "customer_order", ("CUP", "5"), ("BOX", "5"))
    lines = [{"line": line, "quantity": quantity} for line, quantity in ((1, "6"), (1, "-1"), (9, "1"))]
    status, answer = await refusal(client, order, "approve", {"lines": lines, "source": "UIO"})
    assert (status, pointers(answer)) == (
        422,
        [
            ("/lines", "incomplete"),
            ("/lines/0/quantity", "out_of_range"),
            ("/lines/1/line", "repeated"),
            ("/lines/1/quantity", "out_of_range"),
            ("/lines/2/line", "not_found"),
            ("/source", "not_allowed"),
        ],
    )
    restock = await ask(client, "restock", ("CUP", "5"))
    nothing = part(_1="0")
    for source, fault in ((None, "required"), ("XX", "not_found"), ("UIO", "forbidden"), ("gye", "same_site")):
        status, answer = await refusal(client, restock, "approve", {**nothing, "source": source})
        assert (status, pointers(answer)) == (422, [("/lines", "nothing_granted"), ("/source", fault)])
    assert (await shown(client, restock))["state"] == (await shown(client, order))["state"] == "pending"


async def test_every_fault_of_a_handover_is_named_at_once(api: Api) -> None:
    for sku in ("CUP", "BOX"):
        await stocked(api, sku, 10)
    client = await api.client("manager")
    request = await deed(client, await ask(client, "customer_order", ("CUP", "5"), ("BOX", "5")), "approve")
    lines = [
        {"line": 1, "quantity": "6", "unit_price": "-1"},
        {"line": 2, "quantity": "1"},
        {"line": 3, "quantity": "0.0000001", "unit_price": "1"},
    ]
    status, answer = await refusal(client, request, "fulfil", {"lines": lines})
    assert (status, pointers(answer)) == (
        422,
        [
            ("/lines/0/quantity", "out_of_range"),
            ("/lines/0/unit_price", "out_of_range"),
            ("/lines/1/unit_price", "required"),
            ("/lines/2/line", "not_found"),
            ("/lines/2/quantity", "too_precise"),
        ],
    )
    status, answer = await refusal(client, request, "fulfil", part(_1="0"))
    assert pointers(answer) == [("/lines", "nothing_fulfilled")]
    lot = {"lines": [{"line": 1, "quantity": "0"}, {"line": 2, "quantity": "1", "lot": "L-1"}]}
    status, answer = await refusal(client, request, "fulfil", lot)
    assert (status, {pointer for pointer, _ in pointers(answer)}) == (422, {"/lines/1/lot"})
    assert await stock(client, "CUP") == ["10", "5"]


async def test_what_is_reserved_for_a_request_is_given_back_by_the_request_alone(api: Api) -> None:
    await stocked(api, "CUP", 10)
    client = await api.client("manager")
    request = await deed(client, await ask(client, "customer_order", ("CUP", "5")), "approve")
    [promised] = (await client.get_ok("/stock/reservations"))["items"]
    assert promised["demand"] == {"type": "request", "id": request["id"], "line": 1}
    refused = await client.send_json(f"/stock/reservations/{promised['id']}/release", None)
    assert (refused.status_code, refused.json()["code"]) == (409, "reservation_of_document")
    assert await promises(client, "CUP") == [("request", "committed", "5")]


async def test_a_pending_request_is_changed_as_a_whole_or_in_part(api: Api) -> None:
    for sku in ("CUP", "BOX"):
        await stocked(api, sku, 10)
    client = await api.client("requester", "GYE", "UIO")
    request = await ask(client, "customer_order", ("CUP", "5"), needed_on="2031-05-01")
    path = f"/requests/{request['id']}"
    lines = [{"product": "BOX", "quantity": "2"}, {"product": "CUP", "quantity": "1"}]
    changed = await client.patch(path, json={"lines": lines, "site": "UIO", "needed_on": None})
    assert changed.status_code == 200
    answer = changed.json()
    assert [(line["line"], line["sku"], line["quantity"]) for line in answer["lines"]] == [
        (1, "BOX", "2"),
        (2, "CUP", "1"),
    ]
    assert (answer["site"]["code"], answer["needed_on"], answer["reason"]) == ("UIO", None, request["reason"])
    assert (await client.patch(path, json={})).status_code == 422
    assert await told(api) == ["request_created", "request_changed"]


async def test_a_version_that_was_overtaken_is_refused(api: Api) -> None:
    """Seen to fail when `opened` does not compare versions."""
    await stocked(api, "CUP", 10)
    client = await api.client("manager")
    request = await ask(client, "customer_order", ("CUP", "5"))
    path = f"/requests/{request['id']}"
    seen = (await client.get(path)).headers["ETag"]
    now = (await client.patch(path, json={"reason": "more guests"}, headers={"If-Match": seen})).headers["ETag"]
    assert now != seen
    late = [await client.patch(path, json={"reason": "late"}, headers={"If-Match": seen})]
    late.append(await client.delete(path, headers={"If-Match": seen}))
    for name in ("approve", "reject", "fulfil", "close", "cancel"):
        headers = {"If-Match": seen, "Idempotency-Key": str(new_id())}
        late.append(await client.post(f"{path}/{name}", json=BODIES.get(name), headers=headers))
    assert [(answer.status_code, answer.json()["code"]) for answer in late] == [(412, "stale_version")] * 7
    assert (await client.delete(path, headers={"If-Match": now})).status_code == 204


async def test_another_companys_request_is_like_none(api: Api, database: Database) -> None:
    """Seen to fail when the refusal names the id that was asked for."""
    await stocked(api, "CUP", 10)
    theirs = await ask(await api.client("admin"), "customer_order", ("CUP", "1"))
    site, product = theirs["site"]["id"], theirs["lines"][0]["product"]
    api.shop = await open_shop(database)
    await api.shop.product("OURS")
    client = await api.client("admin")

    def answers(request_id: str) -> list[Callable[[], Awaitable[httpx.Response]]]:
        path, request = f"/requests/{request_id}", {"id": request_id, "kind": "restock"}
        deeds = [lambda name=name: do(client, request, name) for name in RequestDeed if name != "receive"]
        return [lambda: client.get(path), *deeds]

    for foreign, random in zip(answers(theirs["id"]), answers(str(new_id())), strict=True):
        found, none = await foreign(), await random()
        assert (found.status_code, found.json()["code"]) == (404, "request_not_found")
        assert found.json()["detail"] == none.json()["detail"]
        assert found.status_code == none.status_code
    assert (await client.get_ok("/requests"))["items"] == []
    refused = await client.send_json("/requests", wanted("restock", (product, "1"), site=site))
    assert pointers(refused.json()) == [("/lines/0/product", "not_found"), ("/site", "not_found")]
    ours = await ask(client, "restock", ("OURS", "1"))
    status, answer = await refusal(client, ours, "approve", {"source": site})
    assert (status, pointers(answer)) == (422, [("/source", "not_found")])
    assert ours["number"] == 1


PAST_THE_APPLICATION = {
    "quantity": "UPDATE order_request_line SET quantity = 9 WHERE request_id = %(id)s",
    "grant": "UPDATE order_request_line SET granted = 3 WHERE request_id = %(id)s",
    "product": "UPDATE order_request_line SET product_id = %(other)s WHERE request_id = %(id)s",
    "one line more": "INSERT INTO order_request_line (company_id, request_id, line, product_id, quantity)"
    " VALUES (%(company)s, %(id)s, 2, %(other)s, 1)",
    "one line less": "DELETE FROM order_request_line WHERE request_id = %(id)s",
    "site": "UPDATE order_request SET site_id = %(site)s WHERE id = %(id)s",
    "kind": "UPDATE order_request SET kind = 'restock' WHERE id = %(id)s",
    "back to pending": "UPDATE order_request SET state = 'pending' WHERE id = %(id)s",
    "requester": "UPDATE order_request SET requested_by = decided_by WHERE id = %(id)s",
}


@pytest.mark.parametrize("change", PAST_THE_APPLICATION)
async def test_the_database_keeps_what_was_decided_from_everybody(api: Api, database_url: str, change: str) -> None:
    """As the application's role and as the owner of the tables. Seen to fail without either trigger, and when the trigger of the
    request lets it be set back to pending."""
    await stocked(api, "CUP", 10)
    other = await api.shop.product("BOX")
    clerk, client = await api.client("requester", "GYE"), await api.client("manager")
    pending, decided = [await ask(clerk, "customer_order", ("CUP", "5")) for _ in range(2)]
    decided = await deed(client, decided, "approve")
    named = {"other": other, "site": api.shop.sites["UIO"], "company": api.shop.company_id}
    statement = PAST_THE_APPLICATION[change]
    with pytest.raises(Conflict) as refused:
        await api.shop.database.fetch(api.shop.scope, statement, {**named, "id": decided["id"]})
    assert refused.value.code == "request_state"
    with psycopg.connect(database_url) as owner:
        owner.execute("SELECT set_config('app.company_id', %s, true)", (str(api.shop.company_id),))
        with pytest.raises(psycopg.errors.CheckViolation, match="is decided"):
            owner.execute(statement, {**named, "id": decided["id"]})
    assert await shown(client, decided) == decided
    if change not in ("grant", "requester"):  # which nothing but the decision sets
        await api.shop.database.fetch(api.shop.scope, statement, {**named, "id": pending["id"]})


async def test_requests_are_listed_by_kind_state_and_site(api: Api) -> None:
    await stocked(api, "CUP", 100)
    client = await api.client("manager")
    order = await ask(client, "customer_order", ("CUP", "1"), ("CUP", "2"))
    await ask(client, "restock", ("CUP", "1"), site="UIO")
    await deed(client, await ask(client, "restock", ("CUP", "1")), "reject", {"reason": "no"})
    await deed(client, order, "approve")

    async def numbers(**query: object) -> list[int]:
        return [item["number"] for item in (await client.get_ok("/requests", **query))["items"]]

    assert await numbers() == [3, 2, 1]
    assert await numbers(kind="restock") == [3, 2]
    assert await numbers(state=["approved", "rejected"]) == [3, 1]
    assert await numbers(site="uio") == await numbers(site=str(api.shop.sites["UIO"])) == [2]
    first = await client.get_ok("/requests", limit=2, include="total")
    rest = await client.get_ok("/requests", limit=2, cursor=first["next_cursor"])
    assert (first["total"], [item["number"] for item in rest["items"]], rest["next_cursor"]) == (3, [1], None)
    assert rest["items"][0]["lines"] == 2


async def test_numbers_are_given_in_order_and_never_twice(api: Api) -> None:
    """Seen to fail when the number is one more than the largest that is stored."""
    await api.shop.product("CUP")
    client = await api.client("manager")
    made = await asyncio.gather(*(ask(client, "restock", ("CUP", "1")) for _ in range(8)))
    assert sorted(request["number"] for request in made) == list(range(1, 9))
    last = max(made, key=lambda request: request["number"])
    assert (await do(client, last, "delete")).status_code == 204
    assert (await ask(client, "restock", ("CUP", "1")))["number"] == 9
