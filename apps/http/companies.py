"""The company, its sites and places, its people; companies for the platform owner."""

from uuid import UUID

from dishka import FromDishka
from dishka.integrations.litestar import DishkaRouter
from litestar import get, patch, post
from litestar.params import FromPath, JSONBody

from apps.http.parameters import IfMatch
from apps.http.rules import needs
from apps.http.versions import known_version
from core.commands.companies import (
    ChangeCompany,
    Changed,
    ChangeSite,
    CreateCompany,
    Created,
    CreateLocation,
    CreateSite,
    CreateUser,
    NewMember,
    change_company,
    change_site,
    create_company,
    create_location,
    create_site,
    create_user,
)
from core.domain.access import PRESETS, Actor
from core.domain.ids import new_id
from core.ports.identity import Passwords
from core.ports.storage import Run
from core.queries.companies import CompanyReader, CompanyView, SiteView, UserView


@post("/companies", opt=needs("platform:company"))
async def create_new_company(data: JSONBody[CreateCompany], actor: FromDishka[Actor], run: FromDishka[Run]) -> Created:
    """Creates a company. For the platform owner."""
    founder = Actor(actor.user_id, new_id(), PRESETS["platform_owner"])
    return (await run(create_company, founder, data)).result


@get("/company", opt=needs("profile:read"))
async def show_company(actor: FromDishka[Actor], companies: FromDishka[CompanyReader]) -> CompanyView:
    """The caller's company: currency, time zone, costing method, period lock."""
    return await companies.company(actor)


@patch("/company", opt=needs("company:write"))
async def change_own_company(
    data: JSONBody[ChangeCompany],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    if_match: IfMatch = None,
) -> Changed:
    """Changes the company's settings; `locked_through` closes its books up to that instant."""
    return (await run(change_company, actor, (data, known_version(if_match)))).result


@get("/sites", opt=needs("site:read"))
async def list_sites(actor: FromDishka[Actor], companies: FromDishka[CompanyReader]) -> list[SiteView]:
    """The sites within the caller's reach, with their places."""
    return await companies.sites(actor)


@post("/sites", opt=needs("site:write"))
async def create_new_site(data: JSONBody[CreateSite], actor: FromDishka[Actor], run: FromDishka[Run]) -> Created:
    """Creates a site with its default, quarantine and transit places."""
    return (await run(create_site, actor, data)).result


@patch("/sites/{site_id:uuid}", opt=needs("site:write"))
async def change_one_site(
    site_id: FromPath[UUID],
    data: JSONBody[ChangeSite],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    if_match: IfMatch = None,
) -> Changed:
    """Changes a site."""
    return (await run(change_site, actor, (site_id, data, known_version(if_match)))).result


@post("/sites/{site_id:uuid}/locations", opt=needs("site:write"))
async def create_new_location(
    site_id: FromPath[UUID], data: JSONBody[CreateLocation], actor: FromDishka[Actor], run: FromDishka[Run]
) -> Created:
    """Creates a place at a site."""
    return (await run(create_location, actor, (site_id, data))).result


@get("/users", opt=needs("user:read"))
async def list_users(actor: FromDishka[Actor], companies: FromDishka[CompanyReader]) -> list[UserView]:
    """The people of the company."""
    return await companies.users(actor)


@post("/users", opt=needs("user:write"))
async def create_new_user(
    data: JSONBody[CreateUser], actor: FromDishka[Actor], run: FromDishka[Run], passwords: FromDishka[Passwords]
) -> Created:
    """Adds a person with a role, on all sites or on some."""
    password_hash = await passwords.hash(data.password)
    member = NewMember(data.login, data.name, password_hash, data.role, data.sites)
    return (await run(create_user, actor, member)).result


router = DishkaRouter(
    "/",
    route_handlers=[
        create_new_company,
        show_company,
        change_own_company,
        list_sites,
        create_new_site,
        change_one_site,
        create_new_location,
        list_users,
        create_new_user,
    ],
    tags=["company"],
)
