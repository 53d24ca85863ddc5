"""The people of a company over HTTP: members, own roles, what nobody may give, and the administrator who is always left."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest
from dishka import Provider, Scope, provide
from litestar import Litestar

from adapters.postgres.engine import Database
from adapters.postgres.engine import Scope as Rows
from apps.http.app import create_app
from apps.ioc.shared import Elapsed
from apps.settings import Settings
from core.domain.access import PERSONAL
from core.domain.errors import Conflict
from core.domain.ids import new_id
from tests.api import Api, Client, tokens_of
from tests.apps.edge_world import TurnedClock
from tests.shop import Shop, open_shop

pytestmark = pytest.mark.anyio

PASSWORD = "eight blue boxes of tea"
PERSONNEL = ["user:read", "user:write", "role:read", "role:write", "profile:read"]


class Turned(Provider):
    """The seconds for which rights are remembered, in the hand of the test."""

    scope = Scope.APP

    def __init__(self, clock: TurnedClock) -> None:
        super().__init__()
        self._clock = clock

    @provide
    def elapsed(self) -> Elapsed:
        return self._clock.elapsed


@pytest.fixture(scope="module")
def clock() -> TurnedClock:
    return TurnedClock()


@pytest.fixture(scope="module")
async def turned_app(settings: Settings, clock: TurnedClock) -> AsyncIterator[Litestar]:
    app = create_app(settings, Turned(clock), write_log=lambda _: None)
    async with app.lifespan():
        yield app


@pytest.fixture
def api(turned_app: Litestar, settings: Settings, shop: Shop) -> Api:
    return Api(turned_app, shop, tokens_of(shop.database, settings))


def a_user(login: str | None = None, role: str = "operator", **more: object) -> dict[str, object]:
    return {
        "login": login or f"u{new_id().hex}",
        "name": "Ana",
        "password": PASSWORD,
        "role": role,
        "must_change_password": False,
        **more,
    }


def told(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def faults(answer: httpx.Response) -> list[tuple[str, str]]:
    return [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]]


async def with_role(api: Api, admin: Client, code: str, permissions: list[str], *sites: str) -> Client:
    """Somebody with a role of the company's own."""
    await admin.post_ok("/roles", {"code": code, "name": code, "permissions": permissions})
    member = await admin.post_ok("/users", a_user(role=code, sites=list(sites) or None))
    return await api.sign_in(UUID(member["id"]))


async def join(shop: Shop, user_id: UUID, role: str = "admin") -> None:
    """Makes a person a member of one more company."""
    await shop.fetch(
        "INSERT INTO membership (company_id, user_id, role) VALUES (%s, %s, %s)", shop.company_id, user_id, role
    )


# ------------------------------------------------------------------ members


async def test_a_member_has_a_role_and_sites_to_write_and_to_read(api: Api) -> None:
    admin, uio, gye = await api.client("admin"), *(str(api.shop.sites[code]) for code in ("UIO", "GYE"))
    everywhere = await admin.post_ok("/users", a_user())
    at_one = await admin.post_ok("/users", a_user(sites=["uio"]))
    seeing_two = await admin.post_ok("/users", a_user(sites=["UIO"], read_sites=["UIO", gye]))
    seeing_all = await admin.post_ok("/users", a_user(sites=[], read_sites=None, role="viewer"))
    assert (everywhere["sites"], everywhere["read_sites"]) == (None, None)
    assert (at_one["sites"], at_one["read_sites"]) == ([uio], [uio])
    assert (seeing_two["sites"], sorted(seeing_two["read_sites"])) == ([uio], sorted([uio, gye]))
    assert (seeing_all["sites"], seeing_all["read_sites"], seeing_all["role"]) == ([], None, "viewer")
    me = await (await api.sign_in(UUID(seeing_two["id"]))).get_ok("/me")
    assert (me["role"], me["sites"], sorted(me["read_sites"])) == ("operator", [uio], sorted([uio, gye]))
    shown = await admin.get(f"/users/{at_one['id']}")
    assert (shown.json(), shown.headers["etag"]) == (at_one, '"1"')


async def test_members_are_listed_page_by_page_and_found_by_name_role_and_activity(api: Api) -> None:
    admin = await api.client("admin")
    logins = [f"{letter}{new_id().hex}" for letter in "abc"]
    for login, role in zip(logins, ("operator", "auditor", "operator"), strict=True):
        last = await admin.post_ok("/users", a_user(login, role))
    await admin.patch(f"/users/{last['id']}", json={"active": False})

    async def found(**query: Any) -> list[str]:
        return [user["login"] for user in (await admin.get_ok("/users", **query))["items"] if user["login"] in logins]

    first = await admin.get_ok("/users", limit=2, include="total")
    second = await admin.get_ok("/users", limit=2, cursor=first["next_cursor"])
    assert (first["total"], len(first["items"]), len(second["items"]), second["next_cursor"]) == (4, 2, 2, None)
    assert [one["login"] for one in first["items"] + second["items"]][:3] == logins
    assert await found(q=logins[1][:20].upper()) == [logins[1]]
    assert await found(role="operator") == [logins[0], logins[2]]
    assert await found(role="operator", active=False) == [logins[2]]


async def test_every_fault_of_a_new_member_is_named_at_once(api: Api) -> None:
    admin = await api.client("admin")
    asked = a_user(role="platform_owner", sites=["UIO", "NOWHERE"], read_sites=["GYE", str(new_id())])
    refused = await admin.post("/users", json=asked)
    assert refused.status_code == 422
    assert faults(refused) == [
        ("/role", "not_found"),
        ("/sites/1", "not_found"),
        ("/read_sites/1", "not_found"),
        ("/read_sites", "too_narrow"),
    ]
    assert (await admin.get_ok("/users", q=asked["login"]))["items"] == []


async def test_a_login_that_exists_elsewhere_is_refused_and_stays_as_it_is(api: Api, database: Database) -> None:
    """Seen to fail when the account was taken over on conflict."""
    admin, login = await api.client("admin"), f"u{new_id().hex}"
    theirs = Api(api.app, await open_shop(database), api.tokens)
    person = await (await theirs.client("admin")).post_ok("/users", a_user(login))
    account = "SELECT name, password_hash, active FROM app_user WHERE login = %s"
    before = await api.shop.fetch(account, login)
    assert told(await admin.post("/users", json={**a_user(login), "name": "Mine"})) == (409, "login_taken")
    assert await api.shop.fetch(account, login) == before
    assert told(await admin.get(f"/users/{person['id']}")) == (404, "user_not_found")
    assert told(await admin.patch(f"/users/{person['id']}", json={"active": False})) == (404, "user_not_found")
    assert told(await admin.delete(f"/users/{person['id']}")) == (404, "user_not_found")


@pytest.mark.promise("S4")
async def test_a_change_of_role_or_sites_acts_within_five_seconds(api: Api, clock: TurnedClock) -> None:
    admin, clerk = await api.client("admin"), await api.client("operator", "UIO")
    path = f"/users/{api.users['operator']}"
    assert (await clerk.get_ok("/me"))["role"] == "operator"
    changed = await admin.patch(path, json={"role": "manager", "sites": ["GYE"]}, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    clock.turn(5)
    me = await clerk.get_ok("/me")
    gye = [str(api.shop.sites["GYE"])]
    assert (me["role"], me["sites"], me["read_sites"], "report:read" in me["permissions"]) == (
        "manager",
        gye,
        gye,
        True,
    )
    assert told(await admin.patch(path, json={"role": "viewer"}, headers={"If-Match": '"1"'})) == (412, "stale_version")
    assert told(await admin.delete(path, headers={"If-Match": '"1"'})) == (412, "stale_version")
    assert (await admin.get_ok(path))["role"] == "manager"


async def test_sites_to_read_follow_those_to_write_only_while_they_are_the_same(api: Api) -> None:
    """Seen to fail when they always followed."""
    admin, uio = await api.client("admin"), str(api.shop.sites["UIO"])
    same = f"/users/{(await admin.post_ok('/users', a_user(sites=['UIO'])))['id']}"
    wider = f"/users/{(await admin.post_ok('/users', a_user(sites=['UIO'], read_sites=['UIO', 'GYE'])))['id']}"
    assert (await admin.patch(same, json={"sites": None})).json()["read_sites"] is None
    assert (await admin.patch(same, json={"sites": ["UIO"]})).json()["read_sites"] == [uio]
    assert len((await admin.patch(wider, json={"sites": []})).json()["read_sites"]) == 2
    too_narrow = await admin.patch(wider, json={"sites": ["LAB"]})
    assert (too_narrow.status_code, faults(too_narrow)) == (422, [("/read_sites", "too_narrow")])
    assert (await admin.patch(wider, json={"sites": ["LAB"], "read_sites": None})).json()["read_sites"] is None


async def test_a_membership_is_put_out_of_force_in_its_company_only(
    api: Api, database: Database, clock: TurnedClock
) -> None:
    """Seen to fail when signing in did not look whether the membership is in force."""
    admin, elsewhere = await api.client("admin"), Api(api.app, await open_shop(database), api.tokens)
    here = await api.client("operator")
    person = api.users["operator"]
    await join(elsewhere.shop, person)
    there = await elsewhere.sign_in(person)
    assert (await admin.patch(f"/users/{person}", json={"active": False})).json()["active"] is False
    clock.turn(5)
    assert told(await here.get("/me")) == (401, "access_ended")
    assert (await there.get_ok("/me"))["role"] == "admin"
    assert (await admin.patch(f"/users/{person}", json={"active": True})).json()["active"] is True
    clock.turn(5)
    assert (await here.get_ok("/me"))["role"] == "operator"


async def test_a_member_who_is_removed_keeps_the_account_and_other_companies(
    api: Api, database: Database, clock: TurnedClock
) -> None:
    admin, elsewhere = await api.client("admin"), Api(api.app, await open_shop(database), api.tokens)
    here = await api.client("operator")
    person = api.users["operator"]
    await join(elsewhere.shop, person)
    assert (await admin.delete(f"/users/{person}")).status_code == 204
    clock.turn(5)
    assert told(await here.get("/me")) == (401, "access_ended")
    assert told(await admin.get(f"/users/{person}")) == (404, "user_not_found")
    assert (await (await elsewhere.sign_in(person)).get_ok("/me"))["role"] == "admin"


async def test_the_database_itself_keeps_that_what_may_be_written_may_be_read(api: Api) -> None:
    """Seen to fail without the constraint."""
    await api.client("operator", "UIO")
    for narrowed in ("read_site_ids = '{}'", "write_site_ids = NULL"):
        with pytest.raises(Conflict, match="does not allow"):
            await api.shop.fetch(f"UPDATE membership SET {narrowed} WHERE user_id = %s", api.users["operator"])


# ------------------------------------------------------------------ roles


async def test_a_company_makes_changes_and_deletes_roles_of_its_own(api: Api) -> None:
    admin = await api.client("admin")
    made = await admin.post(
        "/roles", json={"code": "keeper", "name": "Keeper", "permissions": ["stock:read", "event:read"]}
    )
    role = made.json()
    assert (made.status_code, made.headers["etag"], role["is_preset"]) == (201, '"1"', False)
    assert role["permissions"] == ["event:read", "stock:read"]
    assert (await admin.get_ok("/roles/keeper")) == role == (await admin.get_ok(f"/roles/{role['id']}"))
    changed = await admin.patch("/roles/keeper", json={"permissions": ["stock:read"]}, headers={"If-Match": '"1"'})
    assert (changed.json()["name"], changed.json()["permissions"], changed.json()["version"]) == (
        "Keeper",
        ["stock:read"],
        2,
    )
    assert told(await admin.patch("/roles/keeper", json={"name": "X"}, headers={"If-Match": '"1"'})) == (
        412,
        "stale_version",
    )
    listed = (await admin.get_ok("/roles"))["items"]
    assert [one["code"] for one in listed if one["is_preset"]] == [
        "admin",
        "manager",
        "operator",
        "employee",
        "requester",
        "viewer",
        "auditor",
    ]
    assert [one["code"] for one in listed if not one["is_preset"]] == ["keeper"]
    assert (await admin.delete("/roles/keeper")).status_code == 204
    assert told(await admin.get("/roles/keeper")) == (404, "role_not_found")


async def test_roles_are_refused_with_every_fault(api: Api) -> None:
    admin = await api.client("admin")
    body = {"code": "keeper", "name": "Keeper", "permissions": ["stock:read", "platform:company", "stock:steal"]}
    assert faults(await admin.post("/roles", json=body)) == [
        ("/permissions/1", "unknown_value"),
        ("/permissions/2", "unknown_value"),
    ]
    sound = {**body, "permissions": []}
    assert told(await admin.post("/roles", json={**sound, "code": "platform_owner"})) == (409, "role_code_taken")
    assert told(await admin.post("/roles", json={**sound, "code": "operator"})) == (409, "role_code_taken")
    await admin.post_ok("/roles", sound)
    assert told(await admin.post("/roles", json=sound)) == (409, "role_code_taken")
    for preset in ("admin", "viewer"):
        assert told(await admin.patch(f"/roles/{preset}", json={"name": "X"})) == (409, "preset_role")
        assert told(await admin.delete(f"/roles/{preset}")) == (409, "preset_role")
    assert told(await admin.patch(f"/roles/{new_id()}", json={"name": "X"})) == (404, "role_not_found")
    assert faults(await admin.patch("/roles/keeper", json={"permissions": ["x:y"]})) == [
        ("/permissions/0", "unknown_value")
    ]
    permissions = (await admin.get_ok("/permissions"))["items"]
    assert "stock:read" in permissions
    assert "platform:company" not in permissions


async def test_a_role_in_use_stays(api: Api) -> None:
    """Seen to fail without the foreign key."""
    admin = await api.client("admin")
    await with_role(api, admin, "keeper", ["stock:read"])
    assert told(await admin.delete("/roles/keeper")) == (409, "role_in_use")
    member = next(user for user in (await admin.get_ok("/users"))["items"] if user["role"] == "keeper")
    assert (await admin.patch(f"/users/{member['id']}", json={"role": "auditor"})).json()["role"] == "auditor"
    assert (await admin.delete("/roles/keeper")).status_code == 204


@pytest.mark.promise("S4")
async def test_an_own_role_gives_what_it_holds_and_a_change_of_it_acts_within_five_seconds(
    api: Api, clock: TurnedClock
) -> None:
    admin = await api.client("admin")
    keeper = await with_role(api, admin, "keeper", ["stock:read"])
    me = await keeper.get_ok("/me")
    assert (me["role"], me["permissions"]) == ("keeper", sorted([*PERSONAL, "stock:read"]))
    assert (await keeper.get("/stock/balances")).status_code == 200
    assert told(await keeper.get("/products")) == (403, "missing_permission")
    assert (await admin.patch("/roles/keeper", json={"permissions": ["product:read"]})).is_success
    clock.turn(5)
    assert told(await keeper.get("/stock/balances")) == (403, "missing_permission")
    assert (await keeper.get("/products")).status_code == 200


async def test_an_empty_role_shows_people_themselves_and_nothing_else(api: Api) -> None:
    nobody = await with_role(api, await api.client("admin"), "nobody", [])
    assert (await nobody.get_ok("/me"))["permissions"] == sorted(PERSONAL)
    for path in ("/products", "/lookup?code=A", "/users", "/roles", "/sites", "/events"):
        assert told(await nobody.get(path)) == (403, "missing_permission")


async def test_roles_of_another_company_do_not_exist_here(api: Api, database: Database) -> None:
    theirs = Api(api.app, await open_shop(database), api.tokens)
    foreign = await (await theirs.client("admin")).post_ok("/roles", {"code": "keeper", "name": "K", "permissions": []})
    admin = await api.client("admin")
    for reference in ("keeper", foreign["id"]):
        assert told(await admin.get(f"/roles/{reference}")) == (404, "role_not_found")
        assert told(await admin.patch(f"/roles/{reference}", json={"name": "X"})) == (404, "role_not_found")
        assert told(await admin.delete(f"/roles/{reference}")) == (404, "role_not_found")
        assert faults(await admin.post("/users", json=a_user(role=reference))) == [("/role", "not_found")]
    await admin.post_ok("/roles", {"code": "keeper", "name": "Ours", "permissions": []})


# ------------------------------------------------------------------ nobody gives what they lack


async def test_nobody_makes_or_gives_a_role_with_more_than_they_have(api: Api) -> None:
    """Seen to fail without the comparison of rights in each of the commands, and when a role that was to be changed was looked at
    only as it would become."""
    admin = await api.client("admin")
    personnel = await with_role(api, admin, "personnel", [*PERSONNEL, "stock:read", "lookup:read"])
    await admin.post_ok("/roles", {"code": "costs", "name": "Costs", "permissions": ["stock:read", "cost:read"]})
    clerk = await admin.post_ok("/users", a_user(role="auditor"))
    small = {"code": "small", "name": "Small", "permissions": ["stock:read"]}
    await personnel.post_ok("/roles", small)
    refusals = [
        await personnel.post("/roles", json={**small, "code": "big", "permissions": ["stock:read", "cost:read"]}),
        await personnel.patch("/roles/small", json={"permissions": ["cost:read"]}),
        await personnel.patch("/roles/costs", json={"permissions": []}),
        await personnel.delete("/roles/costs"),
        await personnel.post("/users", json=a_user(role="costs")),
        await personnel.patch(f"/users/{clerk['id']}", json={"role": "costs"}),
    ]
    for refused in refusals:
        assert told(refused) == (403, "beyond_own_rights")
        assert refused.json()["permissions"] == ["cost:read"]
    assert "user:write" not in (await personnel.post("/users", json=a_user(role="admin"))).json()["permissions"]
    given = await personnel.post_ok("/users", a_user(role="small"))
    assert given["role"] == "small"


async def test_nobody_gives_sites_beyond_their_own(api: Api) -> None:
    """Seen to fail when a role could be made by who works at some sites only, and when who works elsewhere could be removed."""
    admin = await api.client("admin")
    local = await with_role(api, admin, "personnel", [*PERSONNEL, "stock:read"], "UIO")
    await admin.post_ok("/roles", {"code": "small", "name": "Small", "permissions": ["stock:read"]})
    gye = str(api.shop.sites["GYE"])
    beyond = await local.post("/users", json=a_user(role="small", sites=["UIO", "GYE"]))
    assert (told(beyond), beyond.json()["sites"]) == ((403, "beyond_own_rights"), [gye])
    everywhere = await local.post("/users", json=a_user(role="small"))
    assert (told(everywhere), everywhere.json()["sites"]) == ((403, "beyond_own_rights"), "all")
    to_read = await local.post("/users", json=a_user(role="small", sites=["UIO"], read_sites=None))
    assert (told(to_read), to_read.json()["sites"]) == ((403, "beyond_own_rights"), "all")
    member = await local.post_ok("/users", a_user(role="small", sites=["UIO"]))
    widened = await local.patch(f"/users/{member['id']}", json={"read_sites": ["UIO", "GYE"]})
    assert (told(widened), widened.json()["sites"]) == ((403, "beyond_own_rights"), [gye])
    stranger = await admin.post_ok("/users", a_user(role="small", sites=["GYE"]))
    assert told(await local.delete(f"/users/{stranger['id']}")) == (403, "beyond_own_rights")
    role = {"code": "other", "name": "Other", "permissions": ["stock:read"]}
    assert told(await local.post("/roles", json=role)) == (403, "beyond_own_rights")


async def test_an_ended_membership_is_not_taken_up_again_by_who_could_not_give_it(api: Api) -> None:
    """Seen to fail when only the fields that change were looked at: a dormant role came to life by `active` alone."""
    admin = await api.client("admin")
    personnel = await with_role(api, admin, "personnel", PERSONNEL)
    await admin.post_ok("/roles", {"code": "costs", "name": "Costs", "permissions": ["cost:read"]})
    member = f"/users/{(await admin.post_ok('/users', a_user(role='costs')))['id']}"
    assert (await personnel.patch(member, json={"active": False})).status_code == 200
    assert told(await personnel.patch(member, json={"active": True})) == (403, "beyond_own_rights")


async def test_nobody_changes_or_removes_who_ranks_above_them(api: Api) -> None:
    """Seen to fail without the comparison of ranks."""
    admin = await api.client("admin")
    manager_rights = (await admin.get_ok("/roles/manager"))["permissions"]
    office = await with_role(api, admin, "office", [*manager_rights, "user:read", "user:write"])
    await api.client("manager")
    above, beside = (f"/users/{api.users[role]}" for role in ("admin", "manager"))
    assert told(await office.patch(above, json={"active": False})) == (403, "above_own_rank")
    assert told(await office.patch(above, json={"role": "operator"})) == (403, "above_own_rank")
    assert told(await office.delete(above)) == (403, "above_own_rank")
    assert (await office.patch(beside, json={"role": "operator"})).status_code == 200
    assert (await office.delete(beside)).status_code == 204


# ------------------------------------------------------------------ the last administrator


@pytest.mark.parametrize(
    "change",
    [{"role": "manager"}, {"sites": ["UIO"]}, {"active": False}, None],
    ids=["demoted", "narrowed", "ended", "removed"],
)
async def test_the_last_administrator_of_the_whole_company_stays(api: Api, change: dict[str, object] | None) -> None:
    """Others do not count who are limited to sites, out of force, or have all rights by a role of the company's own. Seen to
    fail for each of the first two, and without the question itself."""
    admin = await api.client("admin")
    last = f"/users/{api.users['admin']}"
    rights = (await admin.get_ok("/roles/admin"))["permissions"]
    await with_role(api, admin, "everything", rights)
    await admin.post_ok("/users", a_user(role="admin", sites=["UIO"]))
    dormant = f"/users/{(await admin.post_ok('/users', a_user(role='admin')))['id']}"
    await admin.patch(dormant, json={"active": False})

    async def attempt() -> httpx.Response:
        return await (admin.delete(last) if change is None else admin.patch(last, json=change))

    assert told(await attempt()) == (409, "last_admin")
    assert (await admin.get_ok(last))["version"] == 1
    await admin.patch(dormant, json={"active": True})
    assert (await attempt()).is_success


async def test_two_administrators_who_demote_each_other_leave_one(api: Api, database: Database) -> None:
    """Seen to fail without the lock on the company's row: both went."""
    for _ in range(8):
        company = Api(api.app, await open_shop(database), api.tokens)
        clients = [(await company.client("admin"), company.users["admin"]) for _ in range(2)]
        (one, first), (other, second) = clients
        await asyncio.gather(one.get_ok("/me"), other.get_ok("/me"))  # from here on their rights are remembered
        answers = await asyncio.gather(
            one.patch(f"/users/{second}", json={"role": "manager"}), other.delete(f"/users/{first}")
        )
        assert sorted(answer.is_success for answer in answers) == [False, True]
        assert told(next(answer for answer in answers if not answer.is_success)) == (409, "last_admin")
        admins = await company.shop.fetch("SELECT count(*) FROM membership WHERE role = 'admin'")
        assert admins == [(1,)]


# ------------------------------------------------------------------ the platform


async def platform_owner(api: Api) -> Client:
    user_id = new_id()
    await api.shop.database.fetch(
        Rows(),
        "INSERT INTO app_user (id, login, name, password_hash, is_platform_owner) VALUES (%s, %s, 'Owner', 'none', true)",
        (user_id, f"owner_{user_id.hex}"),
    )
    client = await api.sign_in(user_id)
    client.headers["Authorization"] = f"Bearer {await api.token(user_id, None)}"
    return client


@pytest.mark.promise("S4")
async def test_a_suspended_company_is_closed_to_its_people_within_five_seconds(api: Api, clock: TurnedClock) -> None:
    owner, admin = await platform_owner(api), await api.client("admin")
    path = f"/companies/{api.shop.company_id}"
    assert (await admin.get("/me")).status_code == 200
    suspended = await owner.patch(path, json={"suspended": True})
    assert (suspended.status_code, suspended.json()["suspended"]) == (200, True)
    clock.turn(5)
    assert told(await admin.get("/me")) == (401, "access_ended")
    again = await owner.patch(
        path, json={"suspended": True, "name": "Renamed"}, headers={"If-Match": suspended.headers["etag"]}
    )
    assert (again.json()["name"], again.json()["suspended"]) == ("Renamed", True)
    assert told(await owner.patch(path, json={"name": "X"}, headers={"If-Match": '"1"'})) == (412, "stale_version")
    assert (await owner.patch(path, json={"suspended": False})).json()["suspended"] is False
    clock.turn(5)
    assert (await admin.get_ok("/company"))["name"] == "Renamed"
    assert await api.shop.event_types("company_suspended", "company_resumed", "company_changed") == [
        "company_suspended",
        "company_changed",
        "company_resumed",
    ]


async def test_the_platform_owner_sees_all_companies_and_nobody_else_does(api: Api, database: Database) -> None:
    owner, other = await platform_owner(api), await open_shop(database)
    await owner.patch(f"/companies/{other.company_id}", json={"suspended": True})
    codes, cursor = [], None
    while True:
        page = await owner.get_ok("/companies", limit=500, include="total", **({"cursor": cursor} if cursor else {}))
        codes += [one["code"] for one in page["items"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert codes == sorted(codes)
    assert len(codes) == page["total"]
    suspended = [one["id"] for one in (await owner.get_ok("/companies", suspended=True, limit=500))["items"]]
    assert str(other.company_id) in suspended
    assert str(api.shop.company_id) not in suspended
    assert (await owner.get_ok(f"/companies/{other.company_id}"))["suspended"] is True
    assert told(await owner.get(f"/companies/{new_id()}")) == (404, "company_not_found")
    assert told(await owner.patch(f"/companies/{new_id()}", json={"name": "X"})) == (404, "company_not_found")
    admin, path = await api.client("admin"), f"/companies/{api.shop.company_id}"
    for answer in (await admin.get("/companies"), await admin.get(path), await admin.patch(path, json={"name": "X"})):
        assert told(answer) == (403, "missing_permission")


# ------------------------------------------------------------------ events


async def test_every_change_of_people_and_roles_is_told(api: Api) -> None:
    admin = await api.client("admin")
    login = f"u{new_id().hex}"
    await admin.post_ok("/roles", {"code": "keeper", "name": "Keeper", "permissions": ["stock:read"]})
    await admin.patch("/roles/keeper", json={"permissions": []})
    member = await admin.post_ok("/users", a_user(login, "keeper", sites=["UIO"]))
    await admin.patch(f"/users/{member['id']}", json={"role": "auditor"})
    await admin.delete(f"/users/{member['id']}")
    await admin.delete("/roles/keeper")
    rows = await api.shop.fetch(
        "SELECT type, data FROM outbox_event WHERE company_id = %s AND subject_type IN ('user', 'role') ORDER BY occurred_at",
        api.shop.company_id,
    )
    assert [row[0] for row in rows] == [
        "role_created",
        "role_changed",
        "user_created",
        "user_changed",
        "user_removed",
        "role_deleted",
    ]
    uio = [str(api.shop.sites["UIO"])]
    changed = {"login": login, "role": "auditor", "sites": uio, "read_sites": uio, "active": True, "changed": ["role"]}
    assert rows[1][1] == {"code": "keeper", "name": "Keeper", "permissions": [], "changed": ["permissions"]}
    assert rows[3][1] == changed
    assert PASSWORD not in str(rows)
