"""The servers that vouch for people of the company."""

from uuid import UUID

import msgspec
from dishka import FromDishka
from dishka.integrations.litestar import DishkaRouter
from litestar import Response, delete, get, patch, post
from litestar.params import FromPath, JSONBody

from apps.http.answer import Answer
from apps.http.parameters import Cursor, IfMatch, Limit
from apps.http.rules import needs
from apps.http.versions import etag, known_version
from apps.ioc.single_sign_on import redirect_uri
from apps.settings import Settings
from core.commands.identity_provider_fields import ChangeIdentityProvider, CreateIdentityProvider
from core.commands.identity_providers import IdentityProviderDesk
from core.domain.access import Actor
from core.queries.identity_providers import IdentityProviderReader, IdentityProviderView
from core.queries.paging import DEFAULT_LIMIT, Page

_READ, _CHANGE = needs("identity_provider:read"), needs("identity_provider:write", recent=True)


class ProblemView(msgspec.Struct, frozen=True):
    """Something for which signing in by the provider cannot work."""

    code: str
    detail: str


class ProviderCheck(msgspec.Struct, frozen=True):
    """What the provider publishes, and everything that is wrong with it. `redirect_uri` must be registered there; `keys` are those
    that can check a signature which is allowed."""

    sound: bool
    problems: list[ProblemView]
    redirect_uri: str
    authorization_endpoint: str | None
    token_endpoint: str | None
    algorithms: list[str]
    keys: int


def _shown(provider: IdentityProviderView, status_code: int = 200) -> Response[IdentityProviderView]:
    return Answer(provider, status_code=status_code, headers={"ETag": etag(provider.version)})


@get("/identity-providers", opt=_READ)
async def list_identity_providers(
    actor: FromDishka[Actor],
    providers: FromDishka[IdentityProviderReader],
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[IdentityProviderView]:
    """The providers of single sign-on by code."""
    return await providers.providers(actor, limit, cursor)


@post("/identity-providers", opt=_CHANGE)
async def create_new_identity_provider(
    data: JSONBody[CreateIdentityProvider],
    actor: FromDishka[Actor],
    desk: FromDishka[IdentityProviderDesk],
    providers: FromDishka[IdentityProviderReader],
) -> Response[IdentityProviderView]:
    """Lets a server say who is who in this company. With `domains`, the administrator states that they are the company's: whoever
    has a verified address there becomes a member with the default role."""
    saved = await desk.create(actor, data)
    return _shown(await providers.provider(actor, saved.id), 201)


@get("/identity-providers/{provider_id:uuid}", opt=_READ)
async def show_identity_provider(
    provider_id: FromPath[UUID], actor: FromDishka[Actor], providers: FromDishka[IdentityProviderReader]
) -> Response[IdentityProviderView]:
    """One provider. Of its secret nothing is shown but since when it is set and its last characters."""
    return _shown(await providers.provider(actor, provider_id))


@patch("/identity-providers/{provider_id:uuid}", opt=_CHANGE)
async def change_one_identity_provider(
    provider_id: FromPath[UUID],
    data: JSONBody[ChangeIdentityProvider],
    actor: FromDishka[Actor],
    desk: FromDishka[IdentityProviderDesk],
    providers: FromDishka[IdentityProviderReader],
    if_match: IfMatch = None,
) -> Response[IdentityProviderView]:
    """Changes a provider. Another issuer needs the secret anew."""
    await desk.change(actor, provider_id, data, known_version(if_match))
    return _shown(await providers.provider(actor, provider_id))


@delete("/identity-providers/{provider_id:uuid}", opt=_CHANGE)
async def delete_one_identity_provider(
    provider_id: FromPath[UUID],
    actor: FromDishka[Actor],
    desk: FromDishka[IdentityProviderDesk],
    if_match: IfMatch = None,
) -> None:
    """Nobody signs in by it any more. Who came by it stays, and so do their links."""
    await desk.remove(actor, provider_id, known_version(if_match))


@post("/identity-providers/{provider_id:uuid}/check", opt=needs("identity_provider:write"), status_code=200)
async def check_identity_provider(
    provider_id: FromPath[UUID],
    actor: FromDishka[Actor],
    desk: FromDishka[IdentityProviderDesk],
    settings: FromDishka[Settings],
) -> ProviderCheck:
    """Asks the provider for its metadata and its keys, and says every problem with them. Thirty times in 15 minutes at most."""
    report = await desk.check(actor, provider_id)
    return ProviderCheck(
        not report.problems,
        [ProblemView(problem.code, problem.detail) for problem in report.problems],
        redirect_uri(settings),
        report.authorization_endpoint,
        report.token_endpoint,
        list(report.algorithms),
        report.keys,
    )


router = DishkaRouter(
    "/",
    route_handlers=[
        list_identity_providers,
        create_new_identity_provider,
        show_identity_provider,
        change_one_identity_provider,
        delete_one_identity_provider,
        check_identity_provider,
    ],
    tags=["single sign-on"],
)
