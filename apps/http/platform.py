"""The companies of the platform, for its owner."""

from typing import Literal
from uuid import UUID

from dishka import FromDishka
from dishka.integrations.litestar import DishkaRouter
from litestar import Response, get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import UNSET

from apps.http.answer import Answer
from apps.http.parameters import Cursor, IfMatch, Limit
from apps.http.rules import needs
from apps.http.versions import etag, known_version
from core.commands.companies import CreateCompany, Created, create_company
from core.commands.platform import ChangeTenant, change_tenant
from core.domain.access import Actor
from core.domain.ids import new_id
from core.ports.storage import Run
from core.queries.paging import DEFAULT_LIMIT, Page
from core.queries.platform import TenantReader, TenantView


def _tenant(shown: TenantView) -> Response[TenantView]:
    return Answer(shown, headers={"ETag": etag(shown.version)})


def _inside(actor: Actor, company_id: UUID, reason: str | None = None) -> Actor:
    """The platform owner at work on one company, with no right beyond those of the platform."""
    return Actor(actor.user_id, company_id, actor.permissions, origin=actor.origin, reason=reason)


@post("/companies", opt=needs("platform:company"))
async def create_new_company(data: JSONBody[CreateCompany], actor: FromDishka[Actor], run: FromDishka[Run]) -> Created:
    """Creates a company. For the platform owner."""
    return (await run(create_company, _inside(actor, new_id()), data)).result


@get("/companies", opt=needs("platform:company"))
async def list_companies(
    actor: FromDishka[Actor],
    tenants: FromDishka[TenantReader],
    suspended: FromQuery[bool | None] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
    include: FromQuery[list[Literal["total"]] | None] = None,
) -> Page[TenantView]:
    """The companies of the platform by code, the suspended ones too unless the filter says otherwise."""
    return await tenants.tenants(actor, suspended, limit, cursor, total=bool(include))


@get("/companies/{company_id:uuid}", opt=needs("platform:company"))
async def show_one_company(
    company_id: FromPath[UUID], actor: FromDishka[Actor], tenants: FromDishka[TenantReader]
) -> Response[TenantView]:
    """One company, as the platform owner sees it."""
    return _tenant(await tenants.tenant(actor, company_id))


@patch("/companies/{company_id:uuid}", opt=needs("platform:company"))
async def change_one_company(
    company_id: FromPath[UUID],
    data: JSONBody[ChangeTenant],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    tenants: FromDishka[TenantReader],
    if_match: IfMatch = None,
) -> Response[TenantView]:
    """Renames, suspends or resumes a company. Within five seconds nobody can act in a suspended one."""
    why = None if data.reason is UNSET else data.reason
    await run(change_tenant, _inside(actor, company_id, why), (data, known_version(if_match)))
    return _tenant(await tenants.tenant(actor, company_id))


router = DishkaRouter(
    "/",
    route_handlers=[create_new_company, list_companies, show_one_company, change_one_company],
    tags=["platform"],
)
