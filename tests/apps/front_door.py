"""People who come in by the front door: with a password, over HTTP, on the real database, by a clock that the test turns."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import randbytes
from typing import Any, cast
from uuid import UUID

import anyio
import httpx
import msgspec
from dishka import Provider, provide
from dishka import Scope as Lifetime
from litestar import Litestar

from adapters.postgres.engine import Database, Scope
from adapters.postgres.mail import PostgresMailQueue
from adapters.secrets.key_ring import key_ring
from apps.http.app import create_app
from apps.ioc.shared import Elapsed
from apps.settings import Settings
from core.domain.ids import new_id
from core.ports.clock import Clock
from core.ports.mail import Mail
from tests.api import Client
from tests.apps.edge_world import PASSWORD, hash_of
from tests.shop import Shop

ADDRESS = "https://stock.example.org"
_PATIENCE = 20  # seconds until a test takes what it waits for to be lost


class Time(Provider):
    """Begins at the present moment and goes on when the test says so."""

    scope = Lifetime.APP

    def __init__(self) -> None:
        super().__init__()
        self._now = datetime.now(UTC)

    def now(self) -> datetime:
        return self._now

    def turn(self, **by: float) -> None:
        self._now += timedelta(**by)

    def turn_back(self) -> None:
        """To the present moment, for the next test."""
        self._now = datetime.now(UTC)

    @provide
    def clock(self) -> Clock:
        return self

    @provide
    def elapsed(self) -> Elapsed:
        return lambda: self._now.timestamp()


@dataclass(frozen=True)
class Person:
    """Somebody who knows their password."""

    id: UUID
    login: str


@dataclass
class FrontDoor:
    """The application as people of one company meet it, from a network address of their own."""

    app: Litestar
    shop: Shop
    settings: Settings
    time: Time
    peer: str = field(default_factory=lambda: "10." + ".".join(str(byte) for byte in randbytes(3)))

    async def person(self, role: str = "operator", **columns: Any) -> Person:
        """Somebody new in the company."""
        person = Person(new_id(), f"user_{new_id().hex}")
        known = {"id": person.id, "login": person.login, "name": "Ana", "password_hash": hash_of(PASSWORD), **columns}
        names, places = ", ".join(known), ", ".join(["%s"] * len(known))
        statement = f"INSERT INTO app_user ({names}) VALUES ({places})"
        await self.shop.database.fetch(Scope(), statement, tuple(known.values()))
        await self.shop.fetch(
            "INSERT INTO membership (company_id, user_id, role) VALUES (%s, %s, %s)",
            self.shop.company_id,
            person.id,
            role,
        )
        return person

    def stranger(self, **headers: str) -> Client:
        """Somebody who has not signed in."""
        transport = httpx.ASGITransport(cast("Any", self.app), client=(self.peer, 50_000))
        return Client(transport=transport, base_url=f"{ADDRESS}/api/v1", headers=headers)

    async def try_password(self, person: Person, **more: str) -> httpx.Response:
        body = {"login": person.login, "password": PASSWORD, **more}
        return await self.stranger().post("/auth/login", json=body)

    async def come_in(self, person: Person, **more: str) -> "Visitor":
        """A session of the person's own."""
        return self.visitor((await self.try_password(person, **more)).raise_for_status().json())

    def visitor(self, session: dict[str, Any]) -> "Visitor":
        """Whoever got this session."""
        client = self.stranger(authorization=f"Bearer {session['access_token']}")
        return Visitor(self, client, session["refresh_token"])

    async def rows(self, person: Person, statement: str) -> list[tuple[Any, ...]]:
        """What the database keeps of a person."""
        return await self.shop.database.fetch(Scope(user_id=person.id), statement)

    async def letters_to(self, address: str) -> list[Mail]:
        """What waits to be mailed to somebody."""
        dispatch = Database(self.settings.database_url or "", role="pirwa_dispatch", size=1)
        await dispatch.open()
        try:
            queue = PostgresMailQueue(dispatch, key_ring(self.settings.secret_keys, self.settings.data))
            waiting = (await queue.claim(1_000, timedelta(0))).mails
        finally:
            await dispatch.close()
        return [one.mail for one in waiting if one.mail and one.mail.to == address]

    async def recorded(self, action: str) -> dict[str, Any]:
        """The entry of the audit trail about it, which may come after the answer."""
        admin = await self.come_in(await self.person("admin"))
        with anyio.fail_after(_PATIENCE):
            while not (found := (await admin.client.get_ok("/audit", action=action))["items"]):
                pass
        return cast("dict[str, Any]", found[0])


@dataclass
class Visitor:
    """Somebody with a session."""

    door: FrontDoor
    client: Client
    refresh_token: str

    async def is_still_in(self) -> bool:
        """Whether the session goes on, by its refresh token, which no memory of the server answers for."""
        answer = await self.door.stranger().post("/auth/refresh", json={"refresh_token": self.refresh_token})
        if answer.status_code == 200:
            renewed = self.door.visitor(answer.json())
            self.client, self.refresh_token = renewed.client, renewed.refresh_token
        return answer.status_code == 200


@dataclass(frozen=True)
class Building:
    """The application, started. Many tests may go through its door, one after the other."""

    app: Litestar
    settings: Settings
    time: Time

    def door(self, shop: Shop) -> FrontDoor:
        """For the people of a company, at the present moment."""
        self.time.turn_back()
        return FrontDoor(self.app, shop, self.settings, self.time)


@asynccontextmanager
async def building(settings: Settings, *providers: Provider, **changes: Any) -> AsyncIterator[Building]:
    """The application with parts and settings replaced."""
    time, settings = Time(), msgspec.structs.replace(settings, **{"public_url": ADDRESS, **changes})
    app = create_app(settings, time, *providers, write_log=lambda _: None)
    async with app.lifespan():
        yield Building(app, settings, time)


@asynccontextmanager
async def front_door(shop: Shop, settings: Settings, *providers: Provider) -> AsyncIterator[FrontDoor]:
    """An application for one company alone, with parts replaced."""
    async with building(settings, *providers) as here:
        yield here.door(shop)
