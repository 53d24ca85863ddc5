"""Products with their barcodes and components, and what a code names."""

from typing import Annotated, Literal
from uuid import UUID

from dishka import FromDishka
from dishka.integrations.litestar import DishkaRouter
from litestar import Response, delete, get, patch, post, put
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from apps.http.answer import Answer
from apps.http.parameters import Cursor, IfMatch, Limit, Text
from apps.http.rules import needs
from apps.http.versions import etag, known_version
from core.commands.catalogue import (
    ChangeProduct,
    CreateProduct,
    change_product,
    create_product,
    delete_product,
)
from core.commands.product_activation import ActiveSet, SetActive, set_active
from core.commands.product_images import ProductImages
from core.commands.product_parts import NewBarcode, SetComponents, add_barcode, delete_barcode, set_components
from core.domain.access import Actor
from core.domain.product import ProductKind
from core.ports.catalogue import ProductFilter
from core.ports.storage import Run
from core.ports.symbols import ScanReader
from core.queries.catalogue import (
    CatalogueReader,
    Found,
    ProductItem,
    ProductSort,
    ProductView,
)
from core.queries.lookup import look_up as find_code
from core.queries.paging import DEFAULT_LIMIT, Page


def _product(shown: ProductView, status_code: int = 200) -> Response[ProductView]:
    return Answer(shown, status_code=status_code, headers={"ETag": etag(shown.version)})


@get("/products", opt=needs("product:read"))
async def list_products(
    actor: FromDishka[Actor],
    catalogue: FromDishka[CatalogueReader],
    q: Text = None,
    category: FromQuery[UUID | None] = None,
    kind: FromQuery[ProductKind | None] = None,
    active: FromQuery[bool | None] = None,
    low: FromQuery[bool] = False,
    out: FromQuery[bool] = False,
    site: Text = None,
    sort: FromQuery[ProductSort] = ProductSort.NAME,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
    include: FromQuery[list[Literal["total"]] | None] = None,
) -> Page[ProductItem]:
    """Products with their stock. `q` is part of a name, a SKU or a barcode; `category` includes what lies below it; `low`
    is at or below the minimum, `out` without stock: at `site` (id or code) or, without one, anywhere and everywhere."""
    wanted = ProductFilter(q, category, kind, active, low, out, site)
    return await catalogue.products(actor, wanted, sort, limit, cursor, with_total=bool(include))


@post("/products", opt=needs("product:write"))
async def create_new_product(
    data: JSONBody[CreateProduct],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    catalogue: FromDishka[CatalogueReader],
) -> Response[ProductView]:
    """Creates a product, with its barcodes and, for a kit, its components."""
    saved = (await run(create_product, actor, data)).result
    return _product(await catalogue.product(actor, saved.id), 201)


@post("/products:set-active", opt=needs("product:write"), status_code=200)
async def set_products_active(data: JSONBody[SetActive], actor: FromDishka[Actor], run: FromDishka[Run]) -> ActiveSet:
    """Takes products out of what is sold, or back in: those that are named, or all that a list with these filters shows. Needs the
    permission product:delete as well."""
    return (await run(set_active, actor, data)).result


@get("/products/{product_id:uuid}", opt=needs("product:read"))
async def show_product(
    product_id: FromPath[UUID], actor: FromDishka[Actor], catalogue: FromDishka[CatalogueReader]
) -> Response[ProductView]:
    """One product with its barcodes, images, components and its stock at each site."""
    return _product(await catalogue.product(actor, product_id))


@patch("/products/{product_id:uuid}", opt=needs("product:write"))
async def change_one_product(
    product_id: FromPath[UUID],
    data: JSONBody[ChangeProduct],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    catalogue: FromDishka[CatalogueReader],
    if_match: IfMatch = None,
) -> Response[ProductView]:
    """Changes a product. `active` needs the permission product:delete, `cost` cost:read."""
    await run(change_product, actor, (product_id, data, known_version(if_match)))
    return _product(await catalogue.product(actor, product_id))


@delete("/products/{product_id:uuid}", opt=needs("product:delete"))
async def delete_one_product(
    product_id: FromPath[UUID],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    images: FromDishka[ProductImages],
    if_match: IfMatch = None,
) -> None:
    """Deletes a product that never moved. One with a history can only be deactivated."""
    deleted = await run(delete_product, actor, (product_id, known_version(if_match)))
    await images.forget(actor, deleted.result)


@put("/products/{product_id:uuid}/components", opt=needs("product:write"))
async def set_product_components(
    product_id: FromPath[UUID],
    data: JSONBody[SetComponents],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    catalogue: FromDishka[CatalogueReader],
    if_match: IfMatch = None,
) -> Response[ProductView]:
    """Replaces the components of a kit."""
    await run(set_components, actor, (product_id, data, known_version(if_match)))
    return _product(await catalogue.product(actor, product_id))


@post("/products/{product_id:uuid}/barcodes", opt=needs("product:write"))
async def add_product_barcode(
    product_id: FromPath[UUID],
    data: JSONBody[NewBarcode],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    catalogue: FromDishka[CatalogueReader],
) -> Response[ProductView]:
    """Gives a product one more barcode, of a single unit or of a pack."""
    await run(add_barcode, actor, (product_id, data))
    return _product(await catalogue.product(actor, product_id), 201)


@delete("/products/{product_id:uuid}/barcodes/{code:path}", opt=needs("product:write"))
async def delete_product_barcode(
    product_id: FromPath[UUID],
    code: FromPath[str],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    if_match: IfMatch = None,
) -> None:
    """Takes a barcode, in any written form, from a product."""
    await run(delete_barcode, actor, (product_id, code.removeprefix("/"), known_version(if_match)))


@get("/lookup", opt=needs("lookup:read"))
async def look_up(
    actor: FromDishka[Actor],
    catalogue: FromDishka[CatalogueReader],
    scans: FromDishka[ScanReader],
    code: Annotated[str, QueryParameter(min_length=1, max_length=200)],
) -> Found:
    """What a barcode, a GS1 code, a SKU, a site code, a document number, the number of a transfer or purchase order, or an id names. A
    code may be given as a scanner reads it. Where it names nothing, the answer says how it could be given to a product."""
    return await find_code(catalogue, scans, actor, code)


router = DishkaRouter(
    "/",
    route_handlers=[
        list_products,
        create_new_product,
        set_products_active,
        show_product,
        change_one_product,
        delete_one_product,
        set_product_components,
        add_product_barcode,
        delete_product_barcode,
        look_up,
    ],
    tags=["catalogue"],
)
