"""A test's own company on the web server's database, and the people who work in it."""

from dataclasses import dataclass
from uuid import UUID

import httpx

from adapters.postgres.engine import Database, Scope
from adapters.postgres.sessions import PostgresSessions
from core.commands.sign_in import COOKIE
from core.domain.access import Origin
from core.domain.ids import new_id
from core.domain.secret import new_secret
from core.ports.clock import SystemClock
from core.ports.identity import AccessTokens
from core.ports.sessions import NewSession, SessionKind
from tests.api import Client, token_of
from tests.shop import Shop

LOCALES = {"es": "es-EC", "en": "en-US"}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the test's company: `cookie` is the session of their browser, `client` the API as a program of theirs has it."""

    cookie: str
    client: Client


async def hire(
    shop: Shop, tokens: AccessTokens, address: str, role: str, sites: tuple[str, ...], language: str
) -> Person:
    """Somebody new with a role, at all sites or at the named ones, who has signed in."""
    user_id, reach = await _account(shop.database, role, language), [shop.sites[code] for code in sites] or None
    await shop.fetch(
        "INSERT INTO membership (company_id, user_id, role, write_site_ids, read_site_ids) VALUES (%s, %s, %s, %s, %s)",
        shop.company_id,
        user_id,
        role,
        reach,
        reach,
    )
    cookie = await _session(shop.database, user_id, shop.company_id)
    token = await token_of(shop.database, tokens, user_id, shop.company_id)
    transport = httpx.AsyncHTTPTransport()
    headers = {"Authorization": f"Bearer {token}"}
    client = Client(transport=transport, base_url=f"{address}/api/v1", headers=headers, timeout=20)
    return Person(cookie, client)


async def cookie_of_owner(database: Database, language: str) -> str:
    """The session of a new owner of the platform, who works in no company."""
    user_id = await _account(database, "owner", language, owns_platform=True)
    return await _session(database, user_id, None)


async def _account(database: Database, name: str, language: str, *, owns_platform: bool = False) -> UUID:
    user_id = new_id()
    await database.fetch(
        Scope(),
        "INSERT INTO app_user (id, login, name, password_hash, locale, is_platform_owner)"
        " VALUES (%s, %s, %s, 'no password', %s, %s)",
        (user_id, f"{name}_{user_id.hex[-12:]}", name.title(), LOCALES[language], owns_platform),
    )
    return user_id


async def _session(database: Database, user_id: UUID, company_id: UUID | None) -> str:
    secret, clock = new_secret(user_id), SystemClock()
    origin = Origin("127.0.0.1", "test", "test")
    session = NewSession(new_id(), user_id, SessionKind.COOKIE, company_id, ("pwd",), origin, secret.digest)
    await PostgresSessions(database).begin(session, clock.now())
    return secret.text(COOKIE)
