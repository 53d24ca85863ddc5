"""Passwords over HTTP: what one must be like, changing it, the forced change at the first sign-in, and coming in again without it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from uuid import UUID

import httpx
import pyotp
import pytest
from dishka import Provider, Scope, provide

from adapters.passwords.argon2id import Argon2Passwords
from adapters.postgres.engine import Database
from apps.settings import Settings
from core.commands.errands import Errands
from core.domain.ids import new_id
from core.domain.secret import OwnedSecret, new_secret, read_secret
from core.ports.identity import Passwords
from tests.api import Client
from tests.apps.edge_world import PASSWORD, assert_problem, hash_of
from tests.apps.front_door import Building, FrontDoor, Person, Visitor, building, front_door
from tests.mail_server import PostOffice
from tests.shop import Shop, open_shop

pytestmark = pytest.mark.anyio

NEW = "seven green lamps at noon"
OTHER = "nine quiet rivers of ink"
AT_ONCE = 4
PREFIX = "pirwa_reset_"


class HeldErrands(Errands, Provider):
    """Holds all work back until it is let go: an answer came without any of it."""

    scope = Scope.APP

    def __init__(self) -> None:
        Errands.__init__(self)
        Provider.__init__(self)
        self.held: list[Coroutine[Any, Any, None]] = []

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        self.held.append(work)

    async def let_go(self) -> None:
        """Does the work."""
        while self.held:
            await self.held.pop(0)

    async def finish(self) -> None:
        await self.let_go()

    @provide
    async def errands(self, database: Database) -> AsyncIterator[Errands]:
        yield self
        await self.finish()


@dataclass
class World:
    """The application, and the mail that it sends."""

    door: FrontDoor
    post: PostOffice
    errands: HeldErrands
    shop: Shop
    addresses: dict[UUID, str] = field(default_factory=dict)

    async def person(self, role: str = "operator", **columns: Any) -> Person:
        """Somebody with a mail address."""
        address = columns.pop("email", f"{new_id().hex}@example.org")
        person = await self.door.person(role, email=address, **columns)
        self.addresses[person.id] = address
        return person

    async def forget(self, name: str) -> httpx.Response:
        return await self.door.stranger().post("/auth/password/forgot", json={"login": name})

    async def link_for(self, person: Person) -> str:
        """The token that somebody gets who forgot their password."""
        assert (await self.forget(person.login)).status_code == 202
        await self.errands.let_go()
        await self.post.deliver()
        letters = self.post.server.all_to(self.addresses[person.id])
        return [token_in(one.link) for one in letters if "#token=" in one.link][-1]

    async def reset(self, token: str, password: str = NEW) -> httpx.Response:
        return await self.door.stranger().post("/auth/password/reset", json={"token": token, "new_password": password})

    async def subjects_to(self, person: Person) -> list[str]:
        """What was mailed to somebody."""
        await self.errands.let_go()
        await self.post.deliver()
        return [one.subject for one in self.post.server.all_to(self.addresses[person.id])]


@pytest.fixture(scope="module")
def errands() -> HeldErrands:
    return HeldErrands()


@pytest.fixture(scope="module")
async def slow_building(settings: Settings, errands: HeldErrands) -> AsyncIterator[Building]:
    async with building(settings, errands) as here:
        yield here


@pytest.fixture
async def world(slow_building: Building, errands: HeldErrands, shop: Shop, post: PostOffice) -> AsyncIterator[World]:
    yield World(slow_building.door(shop), post, errands, shop)
    await errands.let_go()


def token_in(link: str) -> str:
    address, _, token = link.partition("#token=")
    assert address == "https://stock.example.org/reset-password"
    return token


async def change(client: Client, new: str = NEW, current: str = PASSWORD) -> httpx.Response:
    body = {"current_password": current, "new_password": new}
    return await client.post("/auth/password", json=body)


async def signs_in(world: World, person: Person, password: str) -> bool:
    """Whether the password opens the account, from where nobody has guessed before."""
    body = {"login": person.login, "password": password}
    world.door.peer = f"198.51.{new_id().int % 250}.{new_id().int % 249}"
    answer = await world.door.stranger().post("/auth/login", json=body)
    assert answer.status_code in (200, 401), answer.text
    return answer.status_code == 200


def faults(answer: httpx.Response) -> set[tuple[str, str]]:
    problem = assert_problem(answer, 422, "invalid")
    return {(fault["pointer"], fault["code"]) for fault in problem["errors"]}


# ------------------------------------------------------------------ changing it


@pytest.mark.promise("S4")
async def test_a_changed_password_opens_the_account_and_ends_the_other_sessions(world: World) -> None:
    """Seen to fail when the other sessions went on, and when nothing was recorded or mailed."""
    ana = await world.person(locale="es-EC")
    here, other = await world.door.come_in(ana), await world.door.come_in(ana)
    assert (await change(here.client)).status_code == 204
    assert_problem(await other.client.get("/me"), 401, "access_ended")
    assert not await other.is_still_in()
    assert await here.is_still_in()
    assert (await signs_in(world, ana, NEW), await signs_in(world, ana, PASSWORD)) == (True, False)
    assert await world.subjects_to(ana) == ["Su contraseña fue cambiada"]
    assert (await world.door.recorded("password_changed"))["actor"]["id"] == str(ana.id)


async def test_whoever_must_change_theirs_does_that_first_and_goes_on(world: World) -> None:
    """Seen to fail when the mark stayed."""
    ana = await world.person("admin", must_change_password=True)
    client = (await world.door.come_in(ana)).client
    for path in ("/me", "/users", "/auth/sessions", "/invitations"):
        assert_problem(await client.get(path), 403, "password_change_required")
    assert (await change(client)).status_code == 204
    assert (await client.get_ok("/me"))["login"] == ana.login


@pytest.mark.promise("S6")
async def test_wrong_present_passwords_are_counted_with_those_of_signing_in(world: World) -> None:
    """Seen to fail when they were counted under a name of their own: a stolen session gave ten more guesses, again and again."""
    ana = await world.person()
    client = (await world.door.come_in(ana)).client
    for number in range(10):
        assert_problem(await change(client, current=f"wrong {number}"), 401, "invalid_credentials")
    assert_problem(await change(client), 429, "too_many_attempts")
    world.door.peer = "203.0.113.7"
    assert_problem(await world.door.try_password(ana), 429, "too_many_attempts")


async def test_right_present_passwords_are_not_counted(world: World) -> None:
    client = (await world.door.come_in(await world.person())).client
    for _ in range(12):
        assert faults(await change(client, "x")) == {("/new_password", "too_short"), ("/new_password", "too_guessable")}
    assert (await change(client)).status_code == 204


async def test_the_same_password_again_is_no_change(world: World) -> None:
    """Seen to fail when the texts were compared as they were typed."""
    ana = await world.person()
    client = (await world.door.come_in(ana)).client
    assert (await change(client)).status_code == 204
    full_width = NEW.translate({ord("g"): "ｇ"})
    for again in (NEW, full_width):
        assert faults(await change(client, again, NEW)) == {("/new_password", "same_password")}
    weak = await world.person(password_hash=hash_of("pirwa"))
    body = {"login": weak.login, "password": "pirwa"}
    opened = await world.door.stranger().post("/auth/login", json=body)
    client = world.door.visitor(opened.json()).client
    assert faults(await change(client, "pirwa", "pirwa")) == {
        ("/new_password", code) for code in ("too_short", "too_guessable", "same_password")
    }


async def test_of_two_changes_at_once_one_counts(world: World) -> None:
    """Seen to fail when the hash was replaced whatever it was."""
    ana = await world.person()
    client = (await world.door.come_in(ana)).client
    wished = [f"{NEW} {number}" for number in range(AT_ONCE)]
    answers = await asyncio.gather(*(change(client, one) for one in wished))
    assert sorted(answer.status_code for answer in answers)[0] == 204
    assert {answer.status_code for answer in answers[1:]} <= {204, 401, 409}
    assert sum(answer.status_code == 204 for answer in answers) == 1
    won = [one for one, answer in zip(wished, answers, strict=True) if answer.status_code == 204]
    assert [await signs_in(world, ana, one) for one in won] == [True]


async def test_a_key_does_not_change_a_password(world: World) -> None:
    admin = (await world.door.come_in(await world.person("admin"))).client
    made = await admin.post_ok("/api-keys", {"name": "Shop", "scopes": ["stock:read"]})
    assert_problem(await change(world.door.stranger(authorization=f"Bearer {made['key']}")), 403, "missing_permission")


# ------------------------------------------------------------------ what a password must be like


@pytest.mark.parametrize(
    ("password", "codes"),
    [
        ("Tr0ub4dor&3", {"too_short"}),
        ("password1234", {"too_guessable"}),
        ("passwordpassword", {"too_guessable"}),
        ("P@ssw0rd123456", {"too_guessable"}),
        ("qwertyuiop1234", {"too_guessable"}),
        ("pirwa-pirwa-pirwa", {"too_guessable"}),
        ("1234", {"too_short", "too_guessable"}),
        ("ﷺ" * 8, {"too_long"}),  # of which each is written with eighteen letters
    ],
)
async def test_a_bad_password_is_refused_with_every_fault(world: World, password: str, codes: set[str]) -> None:
    client = (await world.door.come_in(await world.person())).client
    answer = await change(client, password)
    assert faults(answer) == {("/new_password", code) for code in codes}
    hints = [fault["hint"] for fault in answer.json()["errors"] if fault["code"] == "too_guessable"]
    assert all(hints)
    assert password not in answer.text


@pytest.mark.parametrize(
    "password", [NEW, "x" + "ab4!" * 31 + "Qyz", "4@8({[<369&#!1/|0$5+7%2" * 5, "número ﬁnal de lámpara"]
)
async def test_a_good_password_is_taken_whatever_it_is_made_of(world: World, password: str) -> None:
    ana = await world.person()
    client = (await world.door.come_in(ana)).client
    assert (await change(client, password)).status_code == 204
    assert await signs_in(world, ana, password)


async def test_what_is_known_of_a_person_makes_no_password(world: World) -> None:
    """Seen to fail without what is known of them: for strangers these are hard to guess."""
    ana = await world.person(name="Wilhelmina Xochiquetzal", email=f"quetzalcoatlus@{new_id().hex}.example")
    client, code = (await world.door.come_in(ana)).client, await _company_code(world.shop)
    for password in ("xochiquetzal-12", "quetzalcoatlus99", f"{ana.login}1", f"{code}{code}"):
        assert ("/new_password", "too_guessable") in faults(await change(client, password)), password


# ------------------------------------------------------------------ forgetting it


@pytest.mark.promise("S4")
async def test_a_link_by_mail_opens_the_account_again(world: World) -> None:
    """Seen to fail when sessions went on, when the one at hand was remembered for a while, and when links could be used twice."""
    ana = await world.person(locale="en-US")
    visitor = await world.door.come_in(ana)
    await visitor.client.get_ok("/me")
    first, token = await world.link_for(ana), await world.link_for(ana)
    assert (await world.reset(token)).status_code == 204
    assert_problem(await visitor.client.get("/me"), 401, "access_ended")
    assert not await visitor.is_still_in()
    for used in (token, first):
        assert_problem(await world.reset(used, OTHER), 401, "invalid_reset_token")
    assert (await signs_in(world, ana, NEW), await signs_in(world, ana, PASSWORD)) == (True, False)
    assert await world.subjects_to(ana) == ["Create a new password"] * 2 + ["Your password was changed"]
    for action in ("password_reset", "password_reset_requested"):
        assert (await world.door.recorded(action))["subject_id"] == str(ana.id)


async def test_whoever_chose_by_a_link_need_not_choose_again(world: World) -> None:
    """Seen to fail when the mark of a forced change stayed."""
    ana = await world.person(must_change_password=True)
    assert (await world.reset(await world.link_for(ana))).status_code == 204
    opened = await world.door.stranger().post("/auth/login", json={"login": ana.login, "password": NEW})
    assert opened.json()["must_change_password"] is False


async def test_second_factors_stay(world: World) -> None:
    ana = await world.person()
    client = (await world.door.come_in(ana)).client
    enrolment = await client.post_ok("/auth/mfa/totp", None)
    totp = pyotp.TOTP(enrolment["secret"])
    await client.post_ok("/auth/mfa/totp/confirm", {"code": totp.at(world.door.time.now())})
    assert (await world.reset(await world.link_for(ana))).status_code == 204
    world.door.time.turn(minutes=2)
    body = {"login": ana.login, "password": NEW}
    assert_problem(await world.door.stranger().post("/auth/login", json=body), 401, "totp_required")
    with_code = {**body, "totp": totp.at(world.door.time.now())}
    assert (await world.door.stranger().post("/auth/login", json=with_code)).status_code == 200


@pytest.mark.promise("S6")
async def test_nobody_learns_by_asking_who_has_an_account(world: World) -> None:
    """The answer is the same to the letter, and it comes before anything is looked up. Seen to fail when accounts were looked for
    before the answer."""
    ana, gone = await world.person(), await world.person(active=False)
    without = await world.door.person()
    names = [ana.login, world.addresses[ana.id].upper(), gone.login, without.login, "nobody", "nobody@example.org"]
    told = set()
    for number, name in enumerate(names, 1):
        answer = await world.forget(name)
        headers = tuple(sorted((key, value) for key, value in answer.headers.items() if key != "x-request-id"))
        told.add((answer.status_code, answer.content, headers))
        assert len(world.errands.held) == number
    assert len(told) == 1
    assert await world.subjects_to(ana) == ["Cree una contraseña nueva"] * 2
    assert await world.subjects_to(gone) == []


async def test_everybody_at_an_address_gets_a_link_of_their_own(world: World) -> None:
    address = f"office@{new_id().hex}.example"
    ana, luis = await world.person(email=address), await world.person(email=address)
    await world.forget(f" {address.title()} ")
    assert len(await world.subjects_to(ana)) == 2
    letters = world.post.server.all_to(address)
    tokens = {person.login: token_in(one.link) for one in letters for person in (ana, luis) if person.login in one.text}
    assert tokens.keys() == {ana.login, luis.login}
    assert (await world.reset(tokens[ana.login])).status_code == 204
    assert (await signs_in(world, ana, NEW), await signs_in(world, luis, PASSWORD)) == (True, True)


async def test_a_link_is_good_for_half_an_hour(world: World) -> None:
    """Seen to fail without a look at the end of its time."""
    ana = await world.person()
    early, late = await world.link_for(ana), await world.link_for(ana)
    world.door.time.turn(minutes=30)
    assert_problem(await world.reset(late), 401, "invalid_reset_token")
    world.door.time.turn(seconds=-1)
    assert (await world.reset(early)).status_code == 204


async def test_three_links_are_good_at_a_time(world: World) -> None:
    ana = await world.person()
    tokens = []
    for _ in range(4):
        tokens.append(await world.link_for(ana))
        world.door.time.turn(seconds=1)
    assert_problem(await world.reset(tokens[0]), 401, "invalid_reset_token")
    assert (await world.reset(tokens[1])).status_code == 204


@pytest.mark.parametrize("links", [1, 2])
async def test_of_several_resets_at_once_one_counts(world: World, links: int) -> None:
    """Whether by one link or by two. Seen to fail when the link was looked at before, and used up after, the change."""
    ana = await world.person()
    tokens = [await world.link_for(ana) for _ in range(links)] * (AT_ONCE // links)
    wished = [f"{NEW} {number}" for number in range(AT_ONCE)]
    answers = await asyncio.gather(*(world.reset(*one) for one in zip(tokens, wished, strict=True)))
    assert sorted(answer.status_code for answer in answers) == [204] + [401] * (AT_ONCE - 1)
    won = [one for one, answer in zip(wished, answers, strict=True) if answer.status_code == 204]
    assert await signs_in(world, ana, won[0])


async def test_a_change_and_a_reset_at_once_do_not_lock_each_other_out(world: World) -> None:
    ana = await world.person()
    for number in range(4):
        old, new = (PASSWORD, *(f"{NEW} {one}" for one in range(4)))[number : number + 2]
        client = world.door.stranger()
        opened = await client.post("/auth/login", json={"login": ana.login, "password": old})
        visitor, token = world.door.visitor(opened.raise_for_status().json()), await world.link_for(ana)
        answers = await asyncio.gather(change(visitor.client, new, old), world.reset(token, new))
        assert {answer.status_code for answer in answers} <= {204, 401, 409}
        assert await signs_in(world, ana, new)


class Overtaken(Argon2Passwords, Provider):
    """While a password is looked at, something happens."""

    scope = Scope.APP

    def __init__(self) -> None:
        Argon2Passwords.__init__(self)
        Provider.__init__(self)
        self.meanwhile: Callable[[], Awaitable[object]] | None = None

    async def matches(self, password: str, password_hash: str | None) -> bool:
        right = await super().matches(password, password_hash)
        if self.meanwhile:
            await self.meanwhile()
        return right

    @provide
    def passwords(self) -> Iterator[Passwords]:
        yield self
        self.close()


async def test_a_password_that_is_replaced_while_it_is_looked_at_opens_nothing(
    shop: Shop, settings: Settings, post: PostOffice
) -> None:
    """Whoever resets their password puts out everybody who knows the old one, those too who are coming in at this moment."""
    errands, passwords = HeldErrands(), Overtaken()
    async with front_door(shop, settings, errands, passwords) as door:
        world = World(door, post, errands, shop)
        ana = await world.person()
        token = await world.link_for(ana)
        passwords.meanwhile = lambda: world.reset(token)
        assert_problem(await door.try_password(ana), 401, "invalid_credentials")
        passwords.meanwhile = None
        assert await signs_in(world, ana, NEW)
        assert await door.rows(ana, f"SELECT count(*) FROM session WHERE user_id = '{ana.id}'") == [(1,)]


async def test_a_bad_password_leaves_the_link_good(world: World) -> None:
    ana = await world.person()
    token = await world.link_for(ana)
    assert faults(await world.reset(token, "1234")) == {
        ("/new_password", "too_short"),
        ("/new_password", "too_guessable"),
    }
    assert (await world.reset(token)).status_code == 204


async def test_a_link_opens_the_account_of_its_owner_alone(world: World) -> None:
    """Seen to fail when the digest was looked for whoever's it is."""
    ana, eva = await world.person(), await world.person()
    shown = read_secret(PREFIX, await world.link_for(ana))
    assert shown is not None
    for owner in (eva.id, new_id()):
        forged = OwnedSecret(owner, shown.value).text(PREFIX)
        assert_problem(await world.reset(forged), 401, "invalid_reset_token")
    assert await signs_in(world, eva, PASSWORD)


@pytest.mark.promise("S8")
async def test_of_a_link_the_digest_alone_is_kept(world: World) -> None:
    ana = await world.person()
    shown = read_secret(PREFIX, await world.link_for(ana))
    assert shown is not None
    assert await world.door.rows(ana, "SELECT digest FROM password_reset") == [(sha256(shown.value).digest(),)]


async def test_a_link_is_void_once_the_account_is_deactivated(world: World) -> None:
    ana = await world.person()
    token = await world.link_for(ana)
    await world.door.rows(ana, f"UPDATE app_user SET active = false WHERE id = '{ana.id}'")
    assert_problem(await world.reset(token), 401, "invalid_reset_token")


async def test_a_changed_password_makes_links_worthless(world: World) -> None:
    ana = await world.person()
    token = await world.link_for(ana)
    await change((await world.door.come_in(ana)).client)
    assert_problem(await world.reset(token, OTHER), 401, "invalid_reset_token")


async def test_links_are_sent_five_times_an_hour_to_one_name_whoever_it_is(world: World) -> None:
    """Seen to fail when only the peer was counted."""
    ana = await world.person()
    for name in (ana.login, f"nobody{new_id().hex}"):
        for number in range(5):
            world.door.peer = f"198.51.100.{number}"
            assert (await world.forget(name)).status_code == 202
        assert_problem(await world.forget(name.upper()), 429, "too_many_attempts")
    world.door.time.turn(minutes=61)
    assert (await world.forget(ana.login)).status_code == 202


async def test_one_peer_asks_twenty_times_an_hour(world: World) -> None:
    for number in range(20):
        assert (await world.forget(f"somebody{number}")).status_code == 202
    assert_problem(await world.forget("somebody else"), 429, "too_many_attempts")


async def test_links_cannot_be_guessed_for_long_and_good_ones_are_not_counted(world: World) -> None:
    """Seen to fail when right ones were counted."""
    ana = await world.person()
    for _ in range(11):
        token = await world.link_for(ana)
        assert faults(await world.reset(token, "x"))
        world.door.time.turn(minutes=13)
    for _ in range(10):
        assert_problem(await world.reset(new_secret(ana.id).text(PREFIX)), 401, "invalid_reset_token")
    assert_problem(await world.reset(token), 429, "too_many_attempts")


# ------------------------------------------------------------------ what administrators do


async def test_an_administrator_has_a_link_sent_and_learns_nothing_by_it(world: World) -> None:
    ana, chief = await world.person(), await world.person("admin")
    admin = (await world.door.come_in(chief)).client
    answer = await admin.post(f"/users/{ana.id}/reset-password")
    assert (answer.status_code, answer.json()) == (202, {"status": "accepted"})
    token = token_in((await world.post.mail_to(world.addresses[ana.id])).link)
    assert await signs_in(world, ana, PASSWORD)  # nothing has changed yet
    assert (await world.reset(token)).status_code == 204
    entry = await world.door.recorded("password_reset_requested")
    assert (entry["actor"]["id"], entry["subject_id"]) == (str(chief.id), str(ana.id))


async def test_a_link_is_sent_for_nobody_above_elsewhere_or_out_of_reach(world: World, database: Database) -> None:
    """Seen to fail without a look at who stands above whom."""
    chief, without = await world.person("admin"), await world.door.person()
    admin = (await world.door.come_in(chief)).client
    await admin.post_ok(
        "/roles", {"code": "personnel", "name": "Personnel", "permissions": ["user:read", "user:write"]}
    )
    member = await _colleague(admin, world, "personnel")
    refused = await member.client.post(f"/users/{chief.id}/reset-password")
    assert_problem(refused, 403, "above_own_rank")
    assert_problem(await admin.post(f"/users/{without.id}/reset-password"), 409, "no_email")
    foreign = await FrontDoor(world.door.app, await open_shop(database), world.door.settings, world.door.time).person()
    assert_problem(await admin.post(f"/users/{foreign.id}/reset-password"), 404, "user_not_found")
    clerk = (await world.door.come_in(await world.person("manager"))).client
    assert_problem(await clerk.post(f"/users/{chief.id}/reset-password"), 403, "missing_permission")
    assert await world.subjects_to(chief) == []


async def test_links_are_sent_five_times_an_hour_at_an_administrators_wish(world: World) -> None:
    ana = await world.person()
    admin = (await world.door.come_in(await world.person("admin"))).client
    answers = [await admin.post(f"/users/{ana.id}/reset-password") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [202] * 5 + [429]


async def test_whoever_is_given_a_first_password_must_change_it(world: World) -> None:
    """Seen to fail when the mark was not set."""
    admin = (await world.door.come_in(await world.person("admin"))).client
    address = f"{new_id().hex}@example.org"
    body = {"login": f"u{new_id().hex}", "name": "Ana", "password": PASSWORD, "role": "operator"}
    made = await admin.post_ok("/users", {**body, "email": f" {address.upper()}"})
    ana = Person(UUID(made["id"]), made["login"])
    world.addresses[ana.id] = address
    client = (await world.door.come_in(ana)).client
    assert_problem(await client.get("/me"), 403, "password_change_required")
    assert (await change(client)).status_code == 204
    assert (await client.get_ok("/me"))["login"] == ana.login
    assert (await world.reset(await world.link_for(ana), OTHER)).status_code == 204


async def test_every_fault_of_somebody_new_is_named_at_once(world: World) -> None:
    admin = (await world.door.come_in(await world.person("admin"))).client
    body = {"login": f"u{new_id().hex}", "name": "Ana", "password": "1234", "role": "boss", "email": "ana"}
    answer = await admin.post("/users", json={**body, "sites": ["NOWHERE"]})
    assert faults(answer) == {
        ("/password", "too_short"),
        ("/password", "too_guessable"),
        ("/email", "bad_format"),
        ("/role", "not_found"),
        ("/sites/0", "not_found"),
        ("/read_sites/0", "not_found"),
    }


async def _colleague(admin: Client, world: World, role: str) -> Visitor:
    body = {"login": f"u{new_id().hex}", "name": "Ana", "password": PASSWORD, "role": role}
    made = await admin.post_ok("/users", {**body, "must_change_password": False})
    return await world.door.come_in(Person(UUID(made["id"]), made["login"]))


async def _company_code(shop: Shop) -> str:
    ((code,),) = await shop.fetch("SELECT code FROM company")
    return str(code)
