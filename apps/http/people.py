"""The people of the company, and the roles that they can have."""

from typing import Annotated, Literal
from uuid import UUID

from dishka import FromDishka
from dishka.integrations.litestar import DishkaRouter
from litestar import Response, delete, get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody, PathParameter

from apps.http.accepted import Accepted
from apps.http.answer import Answer
from apps.http.parameters import Cursor, IfMatch, Limit, Text
from apps.http.rules import needs
from apps.http.versions import etag, known_version
from core.commands.newcomers import Newcomers
from core.commands.password_resets import PasswordResets
from core.commands.people import ChangeUser, CreateUser, change_user, remove_user
from core.commands.roles import ChangeRole, CreateRole, change_role, create_role, delete_role
from core.domain.access import Actor
from core.domain.roles import GRANTABLE
from core.ports.storage import Run
from core.queries.paging import DEFAULT_LIMIT, Page
from core.queries.people import PeopleReader, RoleView, UserFilter, UserView

RoleReference = Annotated[str, PathParameter(max_length=40, description="id, or code")]


def _user(shown: UserView, status_code: int = 200) -> Response[UserView]:
    return Answer(shown, status_code=status_code, headers={"ETag": etag(shown.version)})


def _role(shown: RoleView, status_code: int = 200) -> Response[RoleView]:
    return Answer(shown, status_code=status_code, headers={"ETag": etag(shown.version)})


@get("/users", opt=needs("user:read"))
async def list_users(
    actor: FromDishka[Actor],
    people: FromDishka[PeopleReader],
    q: Text = None,
    role: Text = None,
    active: FromQuery[bool | None] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
    include: FromQuery[list[Literal["total"]] | None] = None,
) -> Page[UserView]:
    """The people of the company by login. `q` is part of a login or a name, `role` the code of a role."""
    return await people.users(actor, UserFilter(q, role, active), limit, cursor, total=bool(include))


@post("/users", opt=needs("user:write"))
async def create_new_user(
    data: JSONBody[CreateUser],
    actor: FromDishka[Actor],
    newcomers: FromDishka[Newcomers],
    people: FromDishka[PeopleReader],
) -> Response[UserView]:
    """Adds somebody new with a role, on all sites or on some. Whoever has an account already is invited instead."""
    saved = await newcomers.add(actor, data)
    return _user(await people.user(actor, saved.id), 201)


@get("/users/{user_id:uuid}", opt=needs("user:read"))
async def show_user(
    user_id: FromPath[UUID], actor: FromDishka[Actor], people: FromDishka[PeopleReader]
) -> Response[UserView]:
    """One member of the company."""
    return _user(await people.user(actor, user_id))


@patch("/users/{user_id:uuid}", opt=needs("user:write"))
async def change_one_user(
    user_id: FromPath[UUID],
    data: JSONBody[ChangeUser],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    people: FromDishka[PeopleReader],
    if_match: IfMatch = None,
) -> Response[UserView]:
    """Changes what a member may do here: role, sites, whether the membership is in force. Name and login are the person's own."""
    await run(change_user, actor, (user_id, data, known_version(if_match)))
    return _user(await people.user(actor, user_id))


@delete("/users/{user_id:uuid}", opt=needs("user:write"))
async def remove_one_user(
    user_id: FromPath[UUID], actor: FromDishka[Actor], run: FromDishka[Run], if_match: IfMatch = None
) -> None:
    """Ends a membership. The person's account, and what they did, stay."""
    await run(remove_user, actor, (user_id, known_version(if_match)))


@post("/users/{user_id:uuid}/reset-password", opt=needs("user:write"), status_code=202)
async def send_reset_link(
    user_id: FromPath[UUID], actor: FromDishka[Actor], resets: FromDishka[PasswordResets]
) -> Accepted:
    """Sends a member a link to choose another password, to their own mail address. Nothing changes until they do."""
    await resets.send(actor, user_id)
    return Accepted()


@get("/permissions", opt=needs("role:read"))
async def list_permissions() -> Page[str]:
    """Everything that a role can hold."""
    return Page(sorted(GRANTABLE))


@get("/roles", opt=needs("role:read"))
async def list_roles(actor: FromDishka[Actor], people: FromDishka[PeopleReader]) -> Page[RoleView]:
    """The presets, which are the same in every company, then the company's own roles."""
    return await people.roles(actor)


@post("/roles", opt=needs("role:write"))
async def create_new_role(
    data: JSONBody[CreateRole], actor: FromDishka[Actor], run: FromDishka[Run], people: FromDishka[PeopleReader]
) -> Response[RoleView]:
    """Makes a role of the company's own, with nothing in it that its maker lacks."""
    await run(create_role, actor, data)
    return _role(await people.role(actor, data.code), 201)


@get("/roles/{role:str}", opt=needs("role:read"))
async def show_role(
    role: RoleReference, actor: FromDishka[Actor], people: FromDishka[PeopleReader]
) -> Response[RoleView]:
    """One role, by id or code."""
    return _role(await people.role(actor, role))


@patch("/roles/{role:str}", opt=needs("role:write"))
async def change_one_role(
    role: RoleReference,
    data: JSONBody[ChangeRole],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    people: FromDishka[PeopleReader],
    if_match: IfMatch = None,
) -> Response[RoleView]:
    """Changes a role of the company's own, for everybody who has it, within five seconds."""
    await run(change_role, actor, (role, data, known_version(if_match)))
    return _role(await people.role(actor, role))


@delete("/roles/{role:str}", opt=needs("role:write"))
async def delete_one_role(
    role: RoleReference, actor: FromDishka[Actor], run: FromDishka[Run], if_match: IfMatch = None
) -> None:
    """Deletes a role that nobody has."""
    await run(delete_role, actor, (role, known_version(if_match)))


router = DishkaRouter(
    "/",
    route_handlers=[
        list_users,
        create_new_user,
        show_user,
        change_one_user,
        remove_one_user,
        send_reset_link,
        list_permissions,
        list_roles,
        create_new_role,
        show_role,
        change_one_role,
        delete_one_role,
    ],
    tags=["people"],
)
