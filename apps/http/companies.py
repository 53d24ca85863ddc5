"""The company, its sites and places."""

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
    Created,
    CreateLocation,
    CreateSite,
    change_company,
    change_site,
    create_location,
    create_site,
)
from core.domain.access import Actor
from core.ports.storage import Run
from core.queries.companies import CompanyReader, CompanyView, SiteView


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


router = DishkaRouter(
    "/",
    route_handlers=[
        show_company,
        change_own_company,
        list_sites,
        create_new_site,
        change_one_site,
        create_new_location,
    ],
    tags=["company"],
)
