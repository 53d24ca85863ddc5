"""Programs that act on behalf of people of a test's company."""

from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

import httpx
from dishka import Provider, Scope, provide

from adapters.postgres.engine import Scope as Rows
from apps.ioc.shared import Elapsed
from tests.api import Api, Client
from tests.apps.edge_world import TurnedClock
from tests.shop import Shop

HERE = "127.0.0.1"
READING = ["stock:read", "site:read", "profile:read"]


class Turned(Provider):
    """The seconds for which is remembered who shows a credential, in the hand of the test."""

    scope = Scope.APP

    def __init__(self, clock: TurnedClock) -> None:
        super().__init__()
        self._clock = clock

    @provide
    def elapsed(self) -> Elapsed:
        return self._clock.elapsed


def wanted(*scopes: str, **more: object) -> dict[str, object]:
    """The body that asks for a key or a client."""
    return {"name": "Web shop", "scopes": list(scopes or READING), **more}


def program(api: Api, credential: str, address: str = HERE) -> Client:
    """Something that shows a key or a token, at this address."""
    return Client(
        transport=httpx.ASGITransport(cast("Any", api.app), client=(address, 50_000)),
        base_url="http://test/api/v1",
        headers={"Authorization": f"Bearer {credential}"},
    )


async def with_key(api: Api, person: Client, *scopes: str, **more: object) -> Client:
    """A program with a key that this person makes for it."""
    return program(api, (await person.post_ok("/api-keys", wanted(*scopes, **more)))["key"])


async def join(shop: Shop, user_id: UUID, role: str) -> None:
    """Makes somebody a member of a company."""
    await shop.fetch(
        "INSERT INTO membership (company_id, user_id, role) VALUES (%s, %s, %s)", shop.company_id, user_id, role
    )


async def prove(api: Api, user_id: UUID, *, minutes_ago: int) -> None:
    """Has somebody proven who they are so long ago."""
    await api.shop.database.fetch(
        Rows(user_id=user_id),
        "UPDATE session SET authenticated_at = %s",
        (datetime.now(UTC) - timedelta(minutes=minutes_ago),),
    )


async def everything_kept(shop: Shop) -> str:
    """All that the application can read in the company, as text."""
    tables = await shop.fetch(
        "SELECT c.relname::text FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace"
        " AND has_table_privilege(c.oid, 'SELECT')"
    )
    texts = []
    for (name,) in tables:
        texts += [row[0] for row in await shop.fetch(f'SELECT t::text FROM "{name}" t')]
    return "\n".join(texts)


def told(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def faults(answer: httpx.Response) -> list[tuple[str, str]]:
    return [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]]
