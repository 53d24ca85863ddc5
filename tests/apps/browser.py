"""A browser at the HTTP API that is sent to identity providers and comes back, and a clock for it that can be put forward."""

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import httpx
from dishka import Provider, Scope, provide
from litestar import Litestar

from adapters.oidc.open_id import AuthlibOpenId
from adapters.outgoing.transport import OutgoingHttp
from apps.ioc.shared import Elapsed
from apps.ioc.single_sign_on import redirect_uri
from apps.settings import Settings
from core.domain.ids import new_id
from core.ports.clock import Clock
from core.ports.single_sign_on import OpenId
from tests.api import Api, Client
from tests.lying_provider import LyingProvider

CALLBACK = "http://127.0.0.1:8000/api/v1/auth/oidc/callback"

_addresses = count(1)


class PutForward:
    """The time, and more."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.seconds)

    def elapsed(self) -> float:
        return time.monotonic() + self.seconds


class Ahead(Provider):
    """The application by a clock that can be put forward, which waits for providers as long as it is told."""

    scope = Scope.APP

    def __init__(self, clock: PutForward, patience: float = 8.0) -> None:
        super().__init__()
        self._clock, self._patience = clock, patience

    @provide
    def clock(self) -> Clock:
        return self._clock

    @provide
    def elapsed(self) -> Elapsed:
        return self._clock.elapsed

    @provide
    def openid(self, settings: Settings) -> Iterator[OpenId]:
        with closing(OutgoingHttp(loopback=True, seconds=self._patience)) as outgoing:
            openid = AuthlibOpenId(
                outgoing.transport, redirect_uri(settings), self._clock, self._clock.elapsed, on_loopback=True
            )
            yield openid
            openid.close()


@dataclass
class Sent:
    """Where a browser was sent, and with what."""

    url: str
    question: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.question = dict(parse_qsl(urlsplit(self.url).query))


class Browser(httpx.AsyncClient):
    """Keeps cookies, follows nothing by itself, and has an address of its own."""

    def __init__(self, app: Litestar) -> None:
        number = next(_addresses)
        client = (f"10.77.{number // 250}.{number % 250 + 1}", 1)
        super().__init__(transport=httpx.ASGITransport(cast("Any", app), client=client), base_url="http://test/api/v1")

    async def start(self, company: str, provider: str = "workforce", **query: Any) -> httpx.Response:
        return await self.get(f"/auth/oidc/{provider}/start", params={"company": company, **query})

    async def sent(self, company: str, provider: str = "workforce", **query: Any) -> Sent:
        """Where a start that must succeed leads."""
        answer = await self.start(company, provider, **query)
        assert answer.status_code == 303, answer.text
        return Sent(answer.headers["location"])

    async def back(self, **told: str) -> httpx.Response:
        """Comes back to the callback with this."""
        return await self.get("/auth/oidc/callback", params=told)

    async def through(
        self, provider: LyingProvider, company: str, code: str = "workforce", **query: Any
    ) -> httpx.Response:
        """The answer at the end of the whole way."""
        sent = await self.sent(company, code, **query)
        provider.claims.setdefault("aud", sent.question["client_id"])
        provider.claims["nonce"] = sent.question["nonce"]
        return await self.back(code="any", state=sent.question["state"])

    async def me(self) -> dict[str, Any]:
        """Who the browser's session is of."""
        answer = await self.get("/me")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


def a_provider(issuer: str, **more: Any) -> dict[str, Any]:
    """A request that makes a provider."""
    return {"code": "workforce", "name": "Staff", "issuer": issuer, "client_id": "pirwa", **more}


async def with_provider(api: Api, issuer: str, **more: Any) -> tuple[Client, dict[str, Any]]:
    """An administrator, and the provider that they made."""
    admin = await api.client("admin")
    made: dict[str, Any] = await admin.post_ok("/identity-providers", a_provider(issuer, **more))
    return admin, made


async def member(
    api: Api, email: str | None = None, *, proven: bool = True, active: bool = True, role: str = "viewer"
) -> UUID:
    """A member of the company with this address."""
    client_role = role
    await api.client(client_role)
    user_id = api.users[client_role]
    await api.shop.fetch(
        "UPDATE app_user SET email = %s, proven_email = %s WHERE id = %s", email, email if proven else None, user_id
    )
    await api.shop.fetch("UPDATE membership SET active = %s WHERE user_id = %s", active, user_id)
    return user_id


def an_email(domain: str = "techcorp.example") -> str:
    return f"ana.{new_id().hex}@{domain}"


def told(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]
