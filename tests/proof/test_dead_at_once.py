"""What is revoked, replaced or switched off is dead in every process: within a second for keys, within five for people."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace

import pytest

from adapters.postgres.engine import Database
from apps.settings import Settings
from core.domain.ids import new_id
from tests.api import Client
from tests.apps.edge_world import PASSWORD
from tests.apps.front_door import FrontDoor, Person, front_door
from tests.proof.recording import Reach
from tests.shop import Shop, open_shop

pytestmark = [pytest.mark.anyio, pytest.mark.promise("S4")]

KEY, PEOPLE = 1.0, 5.0  # seconds


@dataclass
class Processes:
    """Two processes on one database; what happens in one is to be felt in the other."""

    here: FrontDoor
    there: FrontDoor

    async def come_in(self, role: str = "operator") -> tuple[Person, Client, Client]:
        """Somebody who is known in both."""
        person = await self.here.person(role)
        token = (await self.here.try_password(person)).raise_for_status().json()["access_token"]
        clients = [door.stranger(authorization=f"Bearer {token}") for door in (self.here, self.there)]
        return person, clients[0], clients[1]

    async def admin(self) -> Client:
        return (await self.come_in("admin"))[1]


@pytest.fixture(scope="module")
async def doors(settings: Settings, database: Database) -> AsyncIterator[tuple[FrontDoor, FrontDoor]]:
    shop = await open_shop(database)
    async with front_door(shop, settings) as here, front_door(shop, settings) as there:
        yield here, there


@pytest.fixture
def processes(doors: tuple[FrontDoor, FrontDoor], shop: Shop) -> Processes:
    here, there = (replace(door, shop=shop) for door in doors)
    return Processes(here, there)


async def is_in(client: Client) -> bool:
    return (await client.get("/products")).status_code == 200


Ending = Callable[[Processes, Client, Person, Client], Awaitable[object]]


async def sign_out(_: Processes, admin: Client, person: Person, own: Client) -> None:
    assert (await own.post("/auth/logout")).is_success


async def end_all_sessions(processes: Processes, admin: Client, person: Person, own: Client) -> None:
    """From another session of theirs."""
    other = await processes.here.come_in(person)
    assert (await other.client.delete("/auth/sessions")).is_success


async def change_password(processes: Processes, admin: Client, person: Person, own: Client) -> None:
    """From another session of theirs."""
    other = await processes.here.come_in(person)
    changed = {"current_password": PASSWORD, "new_password": f"nine green boxes of {new_id().hex}"}
    assert (await other.client.send_json("/auth/password", changed)).is_success


async def deactivate(_: Processes, admin: Client, person: Person, own: Client) -> None:
    assert (await admin.patch(f"/users/{person.id}", json={"active": False})).is_success


async def remove(_: Processes, admin: Client, person: Person, own: Client) -> None:
    assert (await admin.delete(f"/users/{person.id}")).is_success


async def take_the_role_away(_: Processes, admin: Client, person: Person, own: Client) -> None:
    role = await admin.post_ok("/roles", {"code": f"r{new_id().hex[:8]}", "name": "Nothing", "permissions": []})
    assert (await admin.patch(f"/users/{person.id}", json={"role": role["code"]})).is_success


async def suspend(processes: Processes, admin: Client, person: Person, own: Client) -> None:
    owner = await processes.here.person(is_platform_owner=True)
    shop = processes.here.shop
    await shop.fetch("DELETE FROM membership WHERE user_id = %s", owner.id)
    outside = (await processes.here.come_in(owner)).client
    assert (await outside.patch(f"/companies/{shop.company_id}", json={"suspended": True})).is_success


ENDINGS: tuple[Ending, ...] = (
    sign_out,
    end_all_sessions,
    change_password,
    deactivate,
    remove,
    take_the_role_away,
    suspend,
)


@pytest.mark.parametrize("end", ENDINGS, ids=lambda one: one.__name__)
async def test_a_person_is_out_in_the_other_process_within_five_seconds(processes: Processes, end: Ending) -> None:
    """Seen to fail with people remembered for six seconds."""
    admin = await processes.admin()
    person, own, elsewhere = await processes.come_in()
    assert await is_in(elsewhere)
    await end(processes, admin, person, own)
    processes.there.time.turn(seconds=PEOPLE)
    assert not await is_in(elsewhere)


@pytest.mark.parametrize("way", ["revoked", "creator deactivated", "company suspended"])
async def test_a_key_is_dead_in_the_other_process_within_a_second(
    processes: Processes, way: str, reached: Reach
) -> None:
    """Seen to fail with keys remembered for two seconds."""
    admin = await processes.admin()
    creator, own, _ = await processes.come_in("admin")
    made = await own.post_ok("/api-keys", {"name": "Web shop", "scopes": ["product:read"]})
    program = processes.there.stranger(authorization=f"Bearer {made['key']}")
    assert await is_in(program)
    if way == "revoked":
        assert (await own.delete(f"/api-keys/{made['id']}")).is_success
    elif way == "creator deactivated":
        await deactivate(processes, admin, creator, own)
    else:
        await suspend(processes, admin, creator, own)
    processes.there.time.turn(seconds=KEY)
    assert not await is_in(program)
    if way == "revoked":
        reached(
            "S4",
            f"{len(ENDINGS)} ways of ending a person's rights felt by the other process within 5 s, 3 of a key within 1 s",
        )
