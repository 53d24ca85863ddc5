"""API keys, as the people see them who let programs in."""

from uuid import UUID

import msgspec
from dishka import FromDishka
from dishka.integrations.litestar import DishkaRouter
from litestar import Response, delete, get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody

from apps.http.answer import Answer
from apps.http.parameters import Cursor, IfMatch, Limit
from apps.http.rules import needs
from apps.http.versions import etag, known_version
from apps.settings import Settings
from core.commands.api_keys import change_api_key, create_api_key, revoke_api_key
from core.commands.integrations import ChangeIntegration, NewIntegration
from core.domain.access import Actor
from core.domain.integration_secret import Environment
from core.ports.clock import Clock
from core.ports.storage import Run
from core.queries.integrations import ApiKeyView, IntegrationReader
from core.queries.paging import DEFAULT_LIMIT, Page

_READ, _CHANGE = needs("api_key:read"), needs("api_key:write", recent=True)


class NewApiKey(ApiKeyView, frozen=True, kw_only=True):
    """A key that has just been made. `key` is its text, shown this once: nobody can look it up."""

    key: str

    def __repr__(self) -> str:
        return f"NewApiKey(id={self.id!r})"


def _shown(key: ApiKeyView) -> Response[ApiKeyView]:
    return Answer(key, headers={"ETag": etag(key.version)})


@get("/api-keys", opt=_READ)
async def list_api_keys(
    actor: FromDishka[Actor],
    integrations: FromDishka[IntegrationReader],
    live: FromQuery[bool | None] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[ApiKeyView]:
    """The keys of the company, the newest first, those out of force too; with `live` only those in force, or only the others."""
    return await integrations.api_keys(actor, live, limit, cursor)


@post("/api-keys", opt=_CHANGE)
async def create_new_api_key(
    data: JSONBody[NewIntegration],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    clock: FromDishka[Clock],
    integrations: FromDishka[IntegrationReader],
    settings: FromDishka[Settings],
) -> Response[NewApiKey]:
    """Makes a key that acts on the caller's behalf, with nothing that the caller lacks. Two live keys can have one name, so that
    one can be exchanged for the other."""
    environment = Environment.TEST if settings.on_loopback else Environment.LIVE
    made = (await run(create_api_key, actor, (data, environment, clock.now()))).result
    shown = msgspec.structs.asdict(await integrations.api_key(actor, made.id))
    headers = {"ETag": etag(shown["version"]), "Cache-Control": "no-store"}
    return Answer(NewApiKey(**shown, key=made.text), status_code=201, headers=headers)


@get("/api-keys/{key_id:uuid}", opt=_READ)
async def show_api_key(
    key_id: FromPath[UUID], actor: FromDishka[Actor], integrations: FromDishka[IntegrationReader]
) -> Response[ApiKeyView]:
    """One key."""
    return _shown(await integrations.api_key(actor, key_id))


@patch("/api-keys/{key_id:uuid}", opt=_CHANGE)
async def change_one_api_key(
    key_id: FromPath[UUID],
    data: JSONBody[ChangeIntegration],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    clock: FromDishka[Clock],
    integrations: FromDishka[IntegrationReader],
    if_match: IfMatch = None,
) -> Response[ApiKeyView]:
    """Changes the name of a key, or the networks from which it may be used."""
    await run(change_api_key, actor, (key_id, data, known_version(if_match), clock.now()))
    return _shown(await integrations.api_key(actor, key_id))


@delete("/api-keys/{key_id:uuid}", opt=_CHANGE)
async def revoke_one_api_key(
    key_id: FromPath[UUID],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    clock: FromDishka[Clock],
    if_match: IfMatch = None,
) -> None:
    """Revokes a key for good, everywhere within a second. It stays listed."""
    await run(revoke_api_key, actor, (key_id, known_version(if_match), clock.now()))


router = DishkaRouter(
    "/",
    route_handlers=[list_api_keys, create_new_api_key, show_api_key, change_one_api_key, revoke_one_api_key],
    tags=["integrations"],
)
