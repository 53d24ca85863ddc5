"""The category tree."""

from typing import Literal
from uuid import UUID

from dishka import FromDishka
from dishka.integrations.litestar import DishkaRouter
from litestar import Response, delete, get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody

from apps.http.answer import Answer
from apps.http.parameters import IfMatch
from apps.http.rules import needs
from apps.http.versions import etag, known_version
from core.commands.categories import (
    ChangeCategory,
    CreateCategory,
    change_category,
    create_category,
    delete_category,
)
from core.domain.access import Actor
from core.ports.storage import Run
from core.queries.catalogue import CatalogueReader, CategoryNode, CategoryView
from core.queries.paging import Page


def _category(shown: CategoryView, status_code: int = 200) -> Response[CategoryView]:
    return Answer(shown, status_code=status_code, headers={"ETag": etag(shown.version)})


@get("/categories", opt=needs("category:read"))
async def list_categories(
    actor: FromDishka[Actor],
    catalogue: FromDishka[CatalogueReader],
    include: FromQuery[list[Literal["products"]] | None] = None,
) -> Page[CategoryNode]:
    """The whole tree: categories, their subcategories, their classes; with `products`, how many products are in and below each."""
    return await catalogue.category_tree(actor, with_products=bool(include))


@post("/categories", opt=needs("category:write"))
async def create_new_category(
    data: JSONBody[CreateCategory],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    catalogue: FromDishka[CatalogueReader],
) -> Response[CategoryView]:
    """Creates a category, or below a parent a subcategory or a class."""
    saved = (await run(create_category, actor, data)).result
    return _category(await catalogue.category(actor, saved.id), 201)


@get("/categories/{category_id:uuid}", opt=needs("category:read"))
async def show_category(
    category_id: FromPath[UUID], actor: FromDishka[Actor], catalogue: FromDishka[CatalogueReader]
) -> Response[CategoryView]:
    """One category."""
    return _category(await catalogue.category(actor, category_id))


@patch("/categories/{category_id:uuid}", opt=needs("category:write"))
async def change_one_category(
    category_id: FromPath[UUID],
    data: JSONBody[ChangeCategory],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    catalogue: FromDishka[CatalogueReader],
    if_match: IfMatch = None,
) -> Response[CategoryView]:
    """Renames a category, or moves it with all that lies below it."""
    await run(change_category, actor, (category_id, data, known_version(if_match)))
    return _category(await catalogue.category(actor, category_id))


@delete("/categories/{category_id:uuid}", opt=needs("category:delete"))
async def delete_one_category(
    category_id: FromPath[UUID],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    if_match: IfMatch = None,
) -> None:
    """Deletes a category without subcategories and products."""
    await run(delete_category, actor, (category_id, known_version(if_match)))


router = DishkaRouter(
    "/",
    route_handlers=[
        list_categories,
        create_new_category,
        show_category,
        change_one_category,
        delete_one_category,
    ],
    tags=["catalogue"],
)
