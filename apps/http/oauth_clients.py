"""OAuth 2 clients, as the people see them who let programs in."""

from uuid import UUID

import msgspec
from dishka import FromDishka
from dishka.integrations.litestar import DishkaRouter
from litestar import Response, delete, get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody

from apps.http.answer import Answer
from apps.http.cookies import NO_STORE
from apps.http.parameters import Cursor, IfMatch, Limit
from apps.http.rules import needs
from apps.http.versions import etag, known_version
from core.commands.integrations import ChangeIntegration, NewIntegration
from core.commands.oauth_clients import (
    add_client_secret,
    change_oauth_client,
    create_oauth_client,
    revoke_client_secret,
    revoke_oauth_client,
)
from core.domain.access import Actor
from core.ports.clock import Clock
from core.ports.storage import Run
from core.queries.integrations import IntegrationReader, OAuthClientView
from core.queries.paging import DEFAULT_LIMIT, Page

_READ, _CHANGE = needs("api_key:read"), needs("api_key:write", recent=True)


class NewOAuthClient(OAuthClientView, frozen=True, kw_only=True):
    """A client that has just been made, and its first secret, shown this once."""

    client_secret: str

    def __repr__(self) -> str:
        return f"NewOAuthClient(id={self.id!r})"


class NewClientSecret(msgspec.Struct, frozen=True):
    """A secret that has just been made, shown this once."""

    number: int
    client_id: str
    client_secret: str

    def __repr__(self) -> str:
        return f"NewClientSecret(number={self.number!r}, client_id={self.client_id!r})"


def _shown(client: OAuthClientView) -> Response[OAuthClientView]:
    return Answer(client, headers={"ETag": etag(client.version)})


@get("/oauth-clients", opt=_READ)
async def list_oauth_clients(
    actor: FromDishka[Actor],
    integrations: FromDishka[IntegrationReader],
    live: FromQuery[bool | None] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[OAuthClientView]:
    """The clients of the company, the newest first, those out of force too; with `live` only those in force, or only the
    others."""
    return await integrations.oauth_clients(actor, live, limit, cursor)


@post("/oauth-clients", opt=_CHANGE)
async def create_new_oauth_client(
    data: JSONBody[NewIntegration],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    clock: FromDishka[Clock],
    integrations: FromDishka[IntegrationReader],
) -> Response[NewOAuthClient]:
    """Makes a client that acts on the caller's behalf, with nothing that the caller lacks, and its first secret."""
    made = (await run(create_oauth_client, actor, (data, clock.now()))).result
    shown = msgspec.structs.asdict(await integrations.oauth_client(actor, made.id))
    headers = {"ETag": etag(shown["version"]), "Cache-Control": "no-store"}
    return Answer(NewOAuthClient(**shown, client_secret=made.client_secret), status_code=201, headers=headers)


@get("/oauth-clients/{oauth_client_id:uuid}", opt=_READ)
async def show_oauth_client(
    oauth_client_id: FromPath[UUID], actor: FromDishka[Actor], integrations: FromDishka[IntegrationReader]
) -> Response[OAuthClientView]:
    """One client, by the `id` of its own."""
    return _shown(await integrations.oauth_client(actor, oauth_client_id))


@patch("/oauth-clients/{oauth_client_id:uuid}", opt=_CHANGE)
async def change_one_oauth_client(
    oauth_client_id: FromPath[UUID],
    data: JSONBody[ChangeIntegration],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    clock: FromDishka[Clock],
    integrations: FromDishka[IntegrationReader],
    if_match: IfMatch = None,
) -> Response[OAuthClientView]:
    """Changes the name of a client, or the networks from which it may call."""
    await run(change_oauth_client, actor, (oauth_client_id, data, known_version(if_match), clock.now()))
    return _shown(await integrations.oauth_client(actor, oauth_client_id))


@delete("/oauth-clients/{oauth_client_id:uuid}", opt=_CHANGE)
async def revoke_one_oauth_client(
    oauth_client_id: FromPath[UUID],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    clock: FromDishka[Clock],
    if_match: IfMatch = None,
) -> None:
    """Revokes a client for good, and within five seconds every token that it has. It stays listed."""
    await run(revoke_oauth_client, actor, (oauth_client_id, known_version(if_match), clock.now()))


@post("/oauth-clients/{oauth_client_id:uuid}/secrets", opt=_CHANGE, cache_control=NO_STORE)
async def add_secret_to_oauth_client(
    oauth_client_id: FromPath[UUID], actor: FromDishka[Actor], run: FromDishka[Run], clock: FromDishka[Clock]
) -> NewClientSecret:
    """A second secret beside the first, to exchange one for the other. For the creator of the client alone."""
    made = (await run(add_client_secret, actor, (oauth_client_id, clock.now()))).result
    return NewClientSecret(made.number, made.client_id, made.client_secret)


@delete("/oauth-clients/{oauth_client_id:uuid}/secrets/{number:int}", opt=_CHANGE)
async def revoke_secret_of_oauth_client(
    oauth_client_id: FromPath[UUID],
    number: FromPath[int],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    clock: FromDishka[Clock],
) -> None:
    """Revokes one secret. Tokens that the client got with it stay good for their ten minutes, unless the client is revoked."""
    await run(revoke_client_secret, actor, (oauth_client_id, number, clock.now()))


router = DishkaRouter(
    "/",
    route_handlers=[
        list_oauth_clients,
        create_new_oauth_client,
        show_oauth_client,
        change_one_oauth_client,
        revoke_one_oauth_client,
        add_secret_to_oauth_client,
        revoke_secret_of_oauth_client,
    ],
    tags=["integrations"],
)
