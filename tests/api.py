"""People of a test's company at the HTTP API."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID

import httpx
from litestar import Litestar

from adapters.postgres.engine import Database, Scope
from adapters.postgres.sessions import PostgresSessions
from adapters.postgres.signing_keys import PostgresSigningKeys
from adapters.secrets.key_ring import key_ring
from adapters.tokens.access_tokens import SignedAccessTokens
from adapters.tokens.key_set import KeySet
from apps.settings import Settings
from core.commands.sign_in import REFRESH
from core.domain.access import Origin
from core.domain.ids import new_id
from core.domain.secret import new_secret
from core.ports.clock import SystemClock
from core.ports.identity import AccessTokens
from core.ports.sessions import NewSession, SessionKind
from tests.shop import Shop


class Client(httpx.AsyncClient):
    """Somebody signed in. POSTs carry an Idempotency-Key of their own unless one is given."""

    async def send_json(
        self, path: str, body: object, *, key: str | None = None, method: str = "POST"
    ) -> httpx.Response:
        headers = {"Idempotency-Key": key or str(new_id())}
        return await self.request(method, path, json=body, headers=headers)

    async def post_ok(self, path: str, body: object, *, key: str | None = None) -> Any:
        """The answer to a POST that must succeed."""
        response = await self.send_json(path, body, key=key)
        assert response.is_success, response.text
        return response.json()

    async def get_ok(self, path: str, **query: Any) -> Any:
        """The answer to a GET that must succeed."""
        response = await self.get(path, params=query)
        assert response.is_success, response.text
        return response.json()


@dataclass
class Api:
    """The API as people of one company reach it."""

    app: Litestar
    shop: Shop
    tokens: AccessTokens
    users: dict[str, UUID] = field(default_factory=dict)

    async def client(self, role: str = "admin", *sites: str) -> Client:
        """Somebody new with this role, on all sites or on the named ones, signed in."""
        user_id = new_id()
        await self.shop.database.fetch(
            Scope(),
            "INSERT INTO app_user (id, login, name, password_hash) VALUES (%s, %s, %s, 'no password')",
            (user_id, f"test_{user_id.hex}", role),
        )
        reach = [self.shop.sites[code] for code in sites] if sites else None
        await self.shop.fetch(
            "INSERT INTO membership (company_id, user_id, role, write_site_ids, read_site_ids) VALUES (%s, %s, %s, %s, %s)",
            self.shop.company_id,
            user_id,
            role,
            reach,
            reach,
        )
        self.users[role] = user_id
        return await self.sign_in(user_id)

    async def sign_in(self, user_id: UUID, headers: Mapping[str, str] | None = None) -> Client:
        token = await self.token(user_id, self.shop.company_id)
        return Client(
            transport=httpx.ASGITransport(cast("Any", self.app)),
            base_url="http://test/api/v1",
            headers={"Authorization": f"Bearer {token}", **(headers or {})},
        )

    async def token(self, user_id: UUID, company_id: UUID | None) -> str:
        """The access token of a session that somebody has just begun."""
        return await token_of(self.shop.database, self.tokens, user_id, company_id)


def tokens_of(database: Database, settings: Settings) -> AccessTokens:
    """Issues tokens as the application with these settings does."""
    clock = SystemClock()
    keys = KeySet(PostgresSigningKeys(database), key_ring(settings.secret_keys, settings.data), clock, time.monotonic)
    return SignedAccessTokens(keys, clock, settings.issuer)


async def token_of(database: Database, tokens: AccessTokens, user_id: UUID, company_id: UUID | None) -> str:
    """The access token of a session that somebody begins."""
    return (await signed_in(database, tokens, user_id, company_id))[0]


async def signed_in(
    database: Database, tokens: AccessTokens, user_id: UUID, company_id: UUID | None
) -> tuple[str, str]:
    """The access token of a session that somebody begins, and what gets them the next one."""
    sessions, clock = PostgresSessions(database), SystemClock()
    origin, secret = Origin("127.0.0.1", "test", "test"), new_secret(user_id)
    new = NewSession(new_id(), user_id, SessionKind.TOKEN, company_id, ("pwd",), origin, secret.digest)
    await sessions.begin(new, clock.now())
    session = await sessions.in_force(user_id, new.id, clock.now())
    assert session is not None
    return (await tokens.issue(session, company_id)).text, secret.text(REFRESH)
