"""Saved views, pins and looks are each person's own, in each company; what one opens is counted, shown to nobody else, and forgotten at a
word."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from apps.settings import Settings
from core.domain.ids import new_id
from tests.api import Api, Client
from tests.apps.newsroom import Newsroom, newsroom
from tests.mail_server import PostOffice
from tests.shop import open_shop

pytestmark = pytest.mark.anyio

USUAL = {
    **{"views": [], "tables": [], "pins": [], "hidden": [], "theme": "system", "density": "comfortable"},
    **{"shortcuts": True, "start_page": "home", "usage": True},
}


@pytest.fixture
async def room(api: Api, post: PostOffice, settings: Settings) -> AsyncIterator[Newsroom]:
    async with newsroom(api, post, settings) as room:
        await room.look("count_interests")
        yield room


async def saved(client: Client, etag: str | None = None, **wishes: Any) -> Any:
    headers = {"If-Match": etag} if etag else {}
    answer = await client.put("/me/preferences", json=wishes, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer


async def faults(client: Client, **wishes: object) -> list[tuple[str, str]]:
    answer = await client.put("/me/preferences", json=wishes)
    assert answer.status_code == 422, answer.text
    return [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]]


async def opened(client: Client, **things: object) -> None:
    answer = await client.post("/me/usage", json=things)
    assert answer.status_code == 204, answer.text


async def weights(client: Client) -> dict[str, dict[str, float]]:
    """What is known of somebody, by what it is called."""
    names = {"pages": "page", "reports": "report", "sites": "code", "categories": "name", "products": "sku"}
    shown = await client.get_ok("/me/usage")
    return {kind: {one[name]: one["weight"] for one in shown[kind]} for kind, name in names.items() if shown[kind]}


async def test_preferences_are_kept_as_they_were_given_and_are_ones_own(api: Api) -> None:
    ana, luis = await api.client("manager"), await api.client("manager")
    tea = await api.shop.product("TEA")
    wishes: dict[str, Any] = {
        "views": [{"name": "Té en Quito", "page": "products", "search": "site=UIO&low=true&sort=-on_hand"}],
        "tables": [{"table": "products", "columns": ["sku", "on_hand"], "page_size": 100}],
        "pins": [
            {"kind": "product", "id": str(tea)},
            {"kind": "report", "id": "kardex"},
            {"kind": "page", "id": "sales"},
        ],
        **{
            "hidden": ["flow"],
            "theme": "dark",
            "density": "compact",
            "shortcuts": False,
            "start_page": "scan",
            "usage": False,
        },
    }
    assert await ana.get_ok("/me/preferences") == USUAL
    assert (await saved(ana, **wishes)).json() == wishes
    assert await ana.get_ok("/me/preferences") == wishes
    assert await luis.get_ok("/me/preferences") == USUAL
    assert (await saved(ana, **await ana.get_ok("/me/preferences"))).json() == wishes
    assert (await saved(ana)).json() == USUAL


async def test_each_company_has_its_own(api: Api) -> None:
    ana = await api.client("manager")
    await saved(ana, theme="dark")
    other = await open_shop(api.shop.database)
    await other.fetch(
        "INSERT INTO membership (company_id, user_id, role) VALUES (%s, %s, 'manager')",
        *(other.company_id, api.users["manager"]),
    )
    there = {"Authorization": f"Bearer {await api.token(api.users['manager'], other.company_id)}"}
    assert (await ana.get("/me/preferences", headers=there)).json() == USUAL


async def test_nobody_overwrites_what_they_have_not_seen(api: Api) -> None:
    """Seen to fail with the version left out of the statement."""
    ana = await api.client("manager")
    first = (await ana.get("/me/preferences")).headers["ETag"]
    second = (await saved(ana, first, theme="dark")).headers["ETag"]
    for stale in (first, '"7"'):
        answer = await ana.put("/me/preferences", json={"theme": "light"}, headers={"If-Match": stale})
        assert (answer.status_code, answer.json()["code"]) == (412, "stale_version")
    assert (await saved(ana, second, theme="light")).headers["ETag"] != second
    assert (await saved(ana, theme="system")).json() == USUAL
    luis = await api.client("operator")
    assert (await luis.put("/me/preferences", json={}, headers={"If-Match": '"1"'})).status_code == 412


async def test_one_answer_names_every_fault(api: Api) -> None:
    """Seen to fail with the names of views not compared."""
    operator = await api.client("operator", "UIO")
    known, foreign = str(api.shop.sites["UIO"]), str(api.shop.sites["GYE"])
    pins = [
        *({"kind": "page", "id": "nowhere"}, {"kind": "report", "id": "sales"}, {"kind": "block", "id": "scan"}),
        *({"kind": "product", "id": str(new_id())}, {"kind": "site", "id": foreign}, {"kind": "product", "id": "TEA"}),
        *({"kind": "site", "id": known}, {"kind": "site", "id": known.upper()}),
    ]
    view = {"name": "Mine", "page": "products"}
    assert await faults(
        operator,
        pins=pins,
        views=[view, {**view, "name": "MINE", "search": "low=true"}, {**view, "page": "sales"}],
        tables=[{"table": "products", "columns": ["sku", "name", "sku"]}, {"table": "products"}],
        hidden=["flow", "flow"],
    ) == [
        *((f"/pins/{index}/id", "unknown") for index in (0, 1)),
        *((f"/pins/{index}/id", "not_found") for index in (3, 4, 5)),
        *(("/pins/7", "repeated"), ("/views/1/name", "repeated"), ("/tables/1/table", "repeated")),
        *(("/hidden/1", "repeated"), ("/tables/0/columns/2", "repeated")),
    ]
    assert await operator.get_ok("/me/preferences") == USUAL
    wrong = await faults(
        operator, theme="pink", start_page="moon", views=[{**view, "search": "x" * 1001}], colour="red"
    )
    assert {pointer for pointer, _ in wrong} == {"/theme", "/start_page", "/views/0/search", "/colour"}


async def test_preferences_have_a_bound(api: Api) -> None:
    ana = await api.client("manager")
    views = [{"name": f"{number} {'ñ' * 70}", "page": "products", "search": "x" * 950} for number in range(50)]
    tables = [
        {"table": f"t{number}", "columns": [f"c{'x' * 30}{column}" for column in range(40)]} for number in range(40)
    ]
    assert await faults(ana, views=views, tables=tables) == [("", "too_large")]
    assert len((await saved(ana, views=views)).json()["views"]) == 50
    assert await faults(ana, views=[*views, views[0]]) == [("/views", "out_of_range")]


async def test_a_pin_of_what_is_gone_or_out_of_reach_is_not_shown(api: Api) -> None:
    """Seen to fail with pins shown as they were kept."""
    operator, admin = await api.client("operator"), await api.client("admin")
    tea = await api.shop.product("TEA")
    pins = [{"kind": "site", "id": str(api.shop.sites["GYE"])}, {"kind": "product", "id": str(tea)}]
    await saved(operator, pins=pins)
    assert (await admin.delete(f"/products/{tea}")).status_code == 204
    uio = [api.shop.sites["UIO"]]
    await api.shop.fetch(
        "UPDATE membership SET write_site_ids = %s, read_site_ids = %s WHERE company_id = %s AND user_id = %s",
        *(uio, uio, api.shop.company_id, api.users["operator"]),
    )
    operator = await api.sign_in(api.users["operator"])
    assert (await operator.get_ok("/me/preferences"))["pins"] == []
    assert [one["kind"] for one in (await operator.get_ok("/dashboard"))["shortcuts"] if one["is_pinned"]] == []


async def test_what_is_opened_counts_and_fades_and_is_seen_by_oneself_alone(room: Newsroom) -> None:
    """Seen to fail with each batch counted as one, and with nothing fading."""
    operator, other = await room.member("operator", "UIO"), await room.member("operator")
    tea = await room.shop.product("TEA")
    group = await room.category("Teas")
    things = {"products": [str(tea), str(tea)], "categories": [str(group)], "sites": [str(room.shop.sites["UIO"])]}
    await opened(operator.client, pages=["sales", "home", "sales"], reports=["kardex"], **things)
    await opened(operator.client, pages=["sales"])
    counted = {
        **{"pages": {"sales": 3.0, "home": 1.0}, "reports": {"kardex": 1.0}},
        **{"sites": {"UIO": 1.0}, "categories": {"Teas": 1.0}, "products": {"TEA": 2.0}},
    }
    assert await weights(operator.client) == counted
    assert await weights(other.client) == {}
    room.clock.at += timedelta(days=10)
    await room.look("count_interests")
    halved = {kind: {name: weight / 2 for name, weight in those.items()} for kind, those in counted.items()}
    assert await weights(operator.client) == halved
    assert (await operator.client.delete("/me/usage")).status_code == 204
    assert await weights(operator.client) == {}


async def test_what_is_not_there_or_out_of_reach_counts_nothing(room: Newsroom) -> None:
    """Seen to fail with sites of the whole company."""
    operator = await room.member("operator", "UIO")
    stranger = await open_shop(room.shop.database)
    theirs = await stranger.product("TEA")
    places = [room.shop.sites["GYE"], *stranger.sites.values(), new_id()]
    things = {
        "sites": [str(site) for site in places],
        "products": [str(theirs), str(new_id())],
        "categories": [str(new_id())],
    }
    await opened(operator.client, **things)
    assert await weights(operator.client) == {}
    wrongs: list[dict[str, list[str]]] = [
        {"pages": ["nowhere"]},
        {"reports": ["sales"]},
        {"pages": ["home"] * 101},
        {"people": []},
    ]
    for wrong in wrongs:
        assert (await operator.client.post("/me/usage", json=wrong)).status_code == 422
    await room.shop.fetch(
        "UPDATE membership SET write_site_ids = NULL, read_site_ids = NULL WHERE company_id = %s AND user_id = %s",
        *(room.company, operator.user_id),
    )
    assert await weights(await room.api.sign_in(operator.user_id)) == {}


async def test_of_whoever_wants_it_so_nothing_is_known_and_nothing_counted(room: Newsroom) -> None:
    """Seen to fail with postings counted all the same, and with what was known kept."""
    operator, other = await room.member("operator"), await room.member("operator")
    await room.stocked("TEA", 100)
    for member in (operator, other):
        await opened(member.client, pages=["sales"])
    await saved(operator.client, usage=False)
    assert await weights(operator.client) == {}
    line = {"product": "TEA", "site": "UIO", "quantity": "1", "unit_price": "1"}
    for member in (operator, other):
        await opened(member.client, pages=["sales"])
        await member.client.post_ok("/sales", {"lines": [line]})
    await room.look("count_interests")
    assert await weights(operator.client) == {}
    assert (await operator.client.get_ok("/me/usage"))["counted"] is False
    assert await weights(other.client) == {"pages": {"sales": 2.0}, "sites": {"UIO": 1.0}}
    await saved(operator.client, usage=True)
    await opened(operator.client, pages=["sales"])
    assert await weights(operator.client) == {"pages": {"sales": 1.0}}


async def test_nothing_weighs_without_end(room: Newsroom) -> None:
    operator = await room.member("operator")
    for _ in range(11):
        await opened(operator.client, pages=["sales"] * 100)
    assert await weights(operator.client) == {"pages": {"sales": 1000.0}}
