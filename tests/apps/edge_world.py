"""The web application on people in memory, with the echo routes and a clock that the test turns."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import msgspec
from argon2 import PasswordHasher
from dishka import Provider, Scope, provide
from litestar.testing import TestClient

from apps.http.app import create_app
from apps.http.health import Readiness
from apps.ioc.shared import Elapsed
from apps.settings import LogFormat, Settings
from core.ports.attempts import Attempts
from core.ports.audit import SignInRecord
from core.ports.clock import Clock
from core.ports.identity import CompanyIdentity, IdentityStore, SigningKeys
from core.ports.integrations import Integrations
from core.ports.mail import Mailbox
from core.ports.profiles import Profiles
from core.ports.second_factor import SecondFactor
from core.ports.sessions import Sessions
from core.queries.companies import CompanyReader
from core.testing.fakes.attempts import InMemoryAttempts
from core.testing.fakes.audit import InMemorySignIns
from core.testing.fakes.identity import InMemoryIdentities
from core.testing.fakes.integrations import InMemoryIntegrations
from core.testing.fakes.mail import InMemoryMailbox
from core.testing.fakes.profiles import AlikeCompanies, InMemoryProfiles
from core.testing.fakes.second_factor import InMemorySecondFactor
from core.testing.fakes.sessions import InMemorySessions
from core.testing.fakes.signing_keys import InMemorySigningKeys
from tests.apps import echo

PASSWORD = "eight blue boxes of tea"


class TurnedClock:
    """Stands still until the test turns it."""

    def __init__(self) -> None:
        self._now = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self._now

    def elapsed(self) -> float:
        return self._now.timestamp()

    def turn(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)


class Storage(Readiness):
    """A storage of which the test says how it is."""

    def __init__(self) -> None:
        self.reasons: list[str] = []
        self.hangs = False

    async def faults(self) -> Sequence[str]:
        if self.hangs:
            await asyncio.Event().wait()
        return self.reasons

    def usage(self) -> Mapping[str, float]:
        return {"pool_size": 3}


class World(Provider):
    """Companies techcorp and comercia with the people of their names, and what the tests need to look at."""

    scope = Scope.APP

    def __init__(self) -> None:
        super().__init__()
        self.people = InMemoryIdentities()
        self.sign_ins = InMemorySignIns()
        self.sessions = InMemorySessions()
        self.second_factor = InMemorySecondFactor()
        self.programs = InMemoryIntegrations()
        self.post = InMemoryMailbox()
        self.turned = TurnedClock()
        self.storage = Storage()
        self.log: list[bytes] = []
        self.techcorp = self.people.add_company("techcorp", "TechCorp Ecuador")
        self.comercia = self.people.add_company("comercia", "Comercial Andina")
        self.admin = self.person("techcorp_admin", (self.techcorp, "admin"))
        self.person("techcorp_manaudi", (self.techcorp, "auditor"))
        self.person("comercia_admin", (self.comercia, "admin"))

    @provide
    def identities(self) -> IdentityStore:
        return self.people

    @provide
    def profiles(self) -> Profiles:
        return InMemoryProfiles()

    @provide
    def companies(self) -> CompanyReader:
        return AlikeCompanies()

    @provide
    def record(self) -> SignInRecord:
        return self.sign_ins

    @provide
    def open_sessions(self) -> Sessions:
        return self.sessions

    @provide
    def factor(self) -> SecondFactor:
        return self.second_factor

    @provide
    def integrations(self) -> Integrations:
        return self.programs

    @provide
    def mailbox(self) -> Mailbox:
        return self.post

    @provide
    def attempts(self, clock: Clock) -> Attempts:
        return InMemoryAttempts(clock)

    @provide
    def signing_keys(self) -> SigningKeys:
        return InMemorySigningKeys()

    @provide
    def clock(self) -> Clock:
        return self.turned

    @provide
    def elapsed(self) -> Elapsed:
        return self.turned.elapsed

    @provide
    def readiness(self) -> Readiness:
        return self.storage

    def person(self, login: str, *memberships: tuple[CompanyIdentity, str], **kind: bool) -> UUID:
        user_id = self.people.add_person(login, hash_of(PASSWORD), **kind)
        for company, role in memberships:
            self.people.add_membership(user_id, company, role)
        return user_id

    def lines(self, event: str) -> list[dict[str, Any]]:
        """What the log has of one kind."""
        return [line for line in map(msgspec.json.decode, self.log) if line["event"] == event]


class Caller:
    """Makes requests to the application."""

    def __init__(self, world: World, client: TestClient[Any]) -> None:
        self.world = world
        self.client = client

    def log_in(self, login: str, password: str = PASSWORD, **more: object) -> httpx.Response:
        return self.client.post("/api/v1/auth/login", json={"login": login, "password": password, **more})

    def token(self, login: str = "techcorp_admin") -> dict[str, str]:
        """The headers of somebody who signed in."""
        answer = self.log_in(login)
        assert answer.status_code == 200, answer.text
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}


@contextmanager
def serving(
    world: World,
    data: Path,
    *,
    host: str = "127.0.0.1",
    log: LogFormat = "json",
    proxies: tuple[str, ...] = (),
    public_url: str | None = None,
) -> Iterator[Caller]:
    """The application, started."""
    settings = Settings(data=data, host=host, log=log, trusted_proxies=proxies, public_url=public_url)
    with TestClient(create_app(settings, world, routes=[echo.router], write_log=world.log.append)) as client:
        yield Caller(world, client)


def assert_problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The problem, after a look at all that every problem has."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["code"] == code
    assert problem["status"] == status
    assert problem["type"] == f"urn:pirwa:problem:{code}"
    assert problem["title"]
    assert problem["detail"]
    assert problem["instance"].startswith("/")
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert "Traceback" not in answer.text
    return problem


def pointers(problem: Mapping[str, Any]) -> dict[str, str]:
    """The faults of a problem: their codes by their places."""
    return {fault["pointer"]: fault["code"] for fault in problem["errors"]}


@cache
def hash_of(password: str) -> str:
    """A real hash, quick to check."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(password)
