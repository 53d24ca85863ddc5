"""A company that registers itself: nothing exists before its administrator has shown that they read their mail."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import httpx
import pytest

from adapters.postgres.engine import Scope
from apps.settings import Settings
from core.domain.ids import new_id
from tests.apps.edge_world import assert_problem, pointers
from tests.apps.front_door import Building, FrontDoor, building
from tests.mail_server import PostOffice
from tests.shop import Shop

pytestmark = pytest.mark.anyio

PASSWORD = "seven green lamps at noon"
AT_ONCE = 4


@dataclass
class World:
    """An application that is open to companies, and the mail that it sends."""

    door: FrontDoor
    post: PostOffice

    async def register(self, wish: dict[str, Any]) -> httpx.Response:
        return await self.door.stranger().post("/auth/register", json=wish)

    async def confirm(self, token: str) -> httpx.Response:
        return await self.door.stranger().post("/auth/register/confirm", json={"token": token})

    async def token(self, wish: dict[str, Any]) -> str:
        """The token of the letter to somebody who registers this."""
        answer = await self.register(wish)
        assert answer.status_code == 202, answer.text
        await self.post.deliver()
        address, _, token = self.post.server.all_to(wish["email"].lower())[-1].link.partition("#token=")
        assert address == "https://stock.example.org/register"
        return unquote(token)

    async def count(self, statement: str, *parameters: object) -> int:
        rows = await self.door.shop.database.fetch(Scope(platform=True), statement, parameters)
        return int(rows[0][0])


@pytest.fixture(scope="module")
async def open_building(usual_building: Building, settings: Settings) -> AsyncIterator[Building]:
    """It begins after the usual one, because it ends before it."""
    async with building(settings, registration=True) as here:
        yield here


@pytest.fixture
async def world(open_building: Building, shop: Shop, post: PostOffice) -> World:
    # What all together may do is counted too, from one test to the next.
    await shop.database.fetch(Scope(), "UPDATE attempt SET times = '{}'")
    return World(open_building.door(shop), post)


def a_wish(company: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    known = {"code": f"c{new_id().hex[10:]}", "name": "Comercial Nueva", **(company or {})}
    address = f"{new_id().hex}@example.org"
    return {
        "company": known,
        "name": "Ana Torres",
        "login": f"u{new_id().hex}",
        "email": address,
        "password": PASSWORD,
        **more,
    }


async def test_a_company_comes_into_being_by_the_letter(world: World) -> None:
    details = {"locale": "en-US", "time_zone": "America/Lima", "currency": "PEN", "costing_method": "fifo"}
    wish = a_wish(details)
    token = await world.token(wish)
    answer = await world.confirm(token)
    assert answer.status_code == 201, answer.text
    assert (answer.json()["company"]["code"], answer.json()["login"]) == (wish["company"]["code"], wish["login"])
    assert "access_token" not in answer.json()
    opened = await world.door.stranger().post("/auth/login", json={"login": wish["login"], "password": PASSWORD})
    client = world.door.visitor(opened.raise_for_status().json()).client
    me = await client.get_ok("/me")
    assert (me["name"], me["role"], me["email"], me["sites"]) == ("Ana Torres", "admin", wish["email"], None)
    company = await client.get_ok("/company")
    assert {name: company[name] for name in details} == details
    assert (await client.send_json("/sites", {"code": "UIO", "name": "Quito", "type": "warehouse"})).status_code == 201
    await world.post.deliver()
    subjects = [one.subject for one in world.post.server.all_to(wish["email"])]
    assert subjects == ["Confirm the registration of Comercial Nueva", "Comercial Nueva is on Pirwa"]
    entries = (await client.get_ok("/audit", subject_type="company"))["items"]
    assert [(one["action"], one["actor"]["login"]) for one in entries] == [("created", wish["login"])]
    assert entries[0]["origin"]["address"] == world.door.peer


async def test_before_it_is_confirmed_nothing_exists(world: World) -> None:
    """Nobody can keep codes, logins or addresses for themselves."""
    wish = a_wish()
    await world.token(wish)
    assert await world.count("SELECT count(*) FROM company WHERE code = %s", wish["company"]["code"]) == 0
    assert await world.count("SELECT count(*) FROM app_user WHERE login = %s", wish["login"]) == 0
    again = a_wish({"code": wish["company"]["code"]}, login=wish["login"])
    assert (await world.confirm(await world.token(again))).status_code == 201


async def test_a_registration_counts_once(world: World) -> None:
    wish = a_wish()
    token = await world.token(wish)
    answers = await asyncio.gather(*(world.confirm(token) for _ in range(AT_ONCE)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * (AT_ONCE - 1)
    assert await world.count("SELECT count(*) FROM company WHERE code = %s", wish["company"]["code"]) == 1
    assert_problem(await world.confirm(token), 409, "company_code_taken")


async def test_where_the_login_was_taken_meanwhile_no_company_is_left(world: World) -> None:
    wish = a_wish()
    token = await world.token(wish)
    await world.confirm(await world.token(a_wish(login=wish["login"])))
    assert_problem(await world.confirm(token), 409, "login_taken")
    assert await world.count("SELECT count(*) FROM company WHERE code = %s", wish["company"]["code"]) == 0


async def test_a_link_is_good_for_a_day(world: World) -> None:
    """Seen to fail without a look at the end of its time."""
    first, second = await world.token(a_wish()), await world.token(a_wish())
    world.door.time.turn(hours=24, seconds=-1)
    assert (await world.confirm(first)).status_code == 201
    world.door.time.turn(seconds=1)
    assert_problem(await world.confirm(second), 401, "invalid_registration_token")


async def test_forged_links_make_nothing_and_cannot_be_tried_for_long(world: World) -> None:
    """Not even by what we sealed ourselves, for something else. Seen to fail when nothing was counted."""
    token = await world.token(a_wish())
    door = world.door
    ana = await door.person(email=f"{new_id().hex}@example.org")
    mark = (
        await door.stranger().post(
            "/auth/login", json={"login": ana.login, "password": "eight blue boxes of tea", "cookie": True}
        )
    ).cookies["__Host-pirwa_device"]
    forged = ["x", token[:-4], token.removeprefix("pirwa_register_"), "pirwa_register_", f"pirwa_register_{mark}", "ü"]
    for number in range(20):
        assert_problem(await world.confirm(forged[number % len(forged)]), 401, "invalid_registration_token")
    assert_problem(await world.confirm(token), 429, "too_many_attempts")
    door.time.turn(minutes=16)
    assert (await world.confirm(token)).status_code == 201


async def test_nobody_learns_by_registering_whose_address_is_known(world: World) -> None:
    """The owner of the address does, by the letter. Seen to fail when a known address was refused at once."""
    known = f"{new_id().hex}@example.org"
    await world.door.person(email=known, proven_email=known)
    told = set()
    for wish in (a_wish(email=known), a_wish()):
        answer = await world.register(wish)
        headers = tuple(sorted((key, value) for key, value in answer.headers.items() if key != "x-request-id"))
        told.add((answer.status_code, answer.content, headers))
    assert len(told) == 1
    refused = await world.confirm(await world.token(a_wish(email=known)))
    assert_problem(refused, 409, "email_taken")


async def test_taken_codes_and_logins_are_told_at_once(world: World) -> None:
    ((code,),) = await world.door.shop.fetch("SELECT code FROM company")
    login = (await world.door.person()).login
    refused = assert_problem(await world.register(a_wish({"code": code}, login=login)), 409, "company_code_taken")
    assert pointers(refused) == {"/company/code": "company_code_taken", "/login": "login_taken"}
    assert_problem(await world.register(a_wish(login=login)), 409, "login_taken")


async def test_every_fault_is_named(world: World) -> None:
    """Seen to fail when any name of a time zone was taken."""
    wish = a_wish({"time_zone": "America/Macondo", "name": " "}, email="ana", password="comercial", name=" ")
    assert pointers(assert_problem(await world.register(wish), 422, "invalid")) == {
        "/company/time_zone": "unknown_value",
        "/company/name": "required",
        "/name": "required",
        "/email": "bad_format",
        "/password": "too_guessable",
    }
    malformed = a_wish({"code": "Not a code", "currency": "dollars"}, login="an a")
    assert pointers(assert_problem(await world.register(malformed), 422, "invalid")).keys() == {
        "/company/code",
        "/company/currency",
        "/login",
    }


async def test_a_company_moves_to_no_time_zone_that_does_not_exist(world: World) -> None:
    """Seen to fail when any name was taken: its days could not be told apart any more."""
    chief = (await world.door.come_in(await world.door.person("admin"))).client
    refused = await chief.patch("/company", json={"time_zone": "America/Macondo", "approval_threshold": "-1"})
    assert pointers(assert_problem(refused, 422, "invalid")) == {
        "/time_zone": "unknown_value",
        "/approval_threshold": "out_of_range",
    }
    assert (await chief.patch("/company", json={"time_zone": "America/Bogota"})).is_success


async def test_one_peer_registers_five_times_an_hour(world: World) -> None:
    for _ in range(5):
        assert (await world.register(a_wish())).status_code == 202
    assert_problem(await world.register(a_wish()), 429, "too_many_attempts")
    world.door.peer = "203.0.113.11"
    assert (await world.register(a_wish())).status_code == 202


async def test_all_together_register_sixty_times_an_hour(world: World) -> None:
    """Seen to fail when only peers were counted."""
    bad = a_wish({"time_zone": "nowhere"})
    for number in range(60):
        world.door.peer = f"198.51.100.{number}"
        assert (await world.register(bad)).status_code == 422
    world.door.peer = "203.0.113.12"
    assert_problem(await world.register(a_wish()), 429, "too_many_attempts")
    world.door.time.turn(minutes=61)
    assert (await world.register(a_wish())).status_code == 202


async def test_where_it_is_closed_nobody_registers(door: FrontDoor) -> None:
    """Seen to fail when only the first step looked."""
    client = door.stranger()
    assert_problem(await client.post("/auth/register", json=a_wish()), 404, "registration_closed")
    confirmed = await client.post("/auth/register/confirm", json={"token": "x"})
    assert_problem(confirmed, 404, "registration_closed")
    assert (await client.get("/auth/ways")).json() == {"registration": False}
