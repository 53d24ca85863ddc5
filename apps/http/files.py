"""Files in and out: sheets of products, pictures of products."""

from uuid import UUID

import msgspec
from dishka import FromDishka
from dishka.integrations.litestar import DishkaRouter
from litestar import delete, get, patch, post
from litestar.datastructures import CacheControlHeader, UploadFile
from litestar.params import FromPath, FromQuery, JSONBody, MultipartBody
from litestar.response import Stream

from apps.http.file_answers import CSV, XLSX, file_answer
from apps.http.parameters import IfMatch, Text
from apps.http.rules import needs
from apps.http.versions import known_version
from core.commands.catalogue_import import ImportReport, ProductImport
from core.commands.product_images import MoveImage, ProductImages, move_image
from core.domain.access import Actor
from core.domain.product import ProductKind
from core.ports.catalogue import ProductFilter
from core.ports.files import FileStore
from core.ports.storage import Run
from core.queries.catalogue import CatalogueReader, ImageView
from core.queries.catalogue_export import ProductExport, SheetFormat

SHEET_LIMIT = 20_000_000  # bytes of an upload
PICTURE_LIMIT = 11_000_000

# The content behind the address of an image never changes, but only its company may see it.
_FOR_GOOD = CacheControlHeader(private=True, max_age=31_536_000, immutable=True)
_PICTURE = file_answer("The picture", "image/webp")
_SHEET = file_answer("The sheet", CSV, XLSX)


class Upload(msgspec.Struct, forbid_unknown_fields=True):
    """A form with one file."""

    file: UploadFile


@post("/products:import", opt=needs("product:write"), status_code=200, request_max_body_size=SHEET_LIMIT)
async def import_products(
    data: MultipartBody[Upload],
    actor: FromDishka[Actor],
    imports: FromDishka[ProductImport],
    dry_run: FromQuery[bool] = False,
) -> ImportReport:
    """Creates and updates products by SKU from a CSV or XLSX file: all rows, or none and the faults of every row."""
    return await imports(actor, await data.file.read(), data.file.filename, dry_run=dry_run)


@get("/products:export", opt=needs("export:read"), responses=_SHEET)
async def export_products(
    actor: FromDishka[Actor],
    exports: FromDishka[ProductExport],
    format: FromQuery[SheetFormat] = SheetFormat.CSV,
    q: Text = None,
    category: FromQuery[UUID | None] = None,
    kind: FromQuery[ProductKind | None] = None,
    active: FromQuery[bool | None] = None,
    low: FromQuery[bool] = False,
    out: FromQuery[bool] = False,
    site: Text = None,
) -> Stream:
    """The products that the same filters list, as a sheet that can be imported again."""
    sheet = await exports(actor, ProductFilter(q, category, kind, active, low, out, site), format)
    headers = {"Content-Disposition": f'attachment; filename="{sheet.file_name}"', "Cache-Control": "no-store"}
    return Stream(sheet.content, media_type=sheet.media_type.partition(";")[0], headers=headers)


@get("/products/{product_id:uuid}/images", opt=needs("product:read"))
async def list_images(
    product_id: FromPath[UUID], actor: FromDishka[Actor], catalogue: FromDishka[CatalogueReader]
) -> list[ImageView]:
    """The images of a product in their order."""
    return (await catalogue.product(actor, product_id)).images


@post("/products/{product_id:uuid}/images", opt=needs("product:write"), request_max_body_size=PICTURE_LIMIT)
async def add_image(
    product_id: FromPath[UUID],
    data: MultipartBody[Upload],
    actor: FromDishka[Actor],
    images: FromDishka[ProductImages],
    catalogue: FromDishka[CatalogueReader],
) -> ImageView:
    """Adds a picture (JPEG, PNG, WEBP, GIF, AVIF), drawn anew, as the last image of a product."""
    image_id = await images.add(actor, product_id, await data.file.read())
    product = await catalogue.product(actor, product_id)
    return next(image for image in product.images if image.id == image_id)


@patch("/products/{product_id:uuid}/images/{image_id:uuid}", opt=needs("product:write"))
async def move_one_image(
    product_id: FromPath[UUID],
    image_id: FromPath[UUID],
    data: JSONBody[MoveImage],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    catalogue: FromDishka[CatalogueReader],
    if_match: IfMatch = None,
) -> list[ImageView]:
    """Puts an image at another place among those of its product."""
    await run(move_image, actor, (product_id, image_id, data, known_version(if_match)))
    return (await catalogue.product(actor, product_id)).images


@delete("/products/{product_id:uuid}/images/{image_id:uuid}", opt=needs("product:write"))
async def delete_image(
    product_id: FromPath[UUID],
    image_id: FromPath[UUID],
    actor: FromDishka[Actor],
    images: FromDishka[ProductImages],
    if_match: IfMatch = None,
) -> None:
    """Removes an image."""
    await images.remove(actor, product_id, image_id, known_version(if_match))


@get("/images/{image_id:uuid}", opt=needs("product:read"), cache_control=_FOR_GOOD, responses=_PICTURE)
async def show_image(
    image_id: FromPath[UUID],
    actor: FromDishka[Actor],
    catalogue: FromDishka[CatalogueReader],
    store: FromDishka[FileStore],
) -> Stream:
    """The content of an image."""
    return await _picture(actor, catalogue, store, image_id, thumbnail=False)


@get("/images/{image_id:uuid}/thumbnail", opt=needs("product:read"), cache_control=_FOR_GOOD, responses=_PICTURE)
async def show_thumbnail(
    image_id: FromPath[UUID],
    actor: FromDishka[Actor],
    catalogue: FromDishka[CatalogueReader],
    store: FromDishka[FileStore],
) -> Stream:
    """A small version of an image."""
    return await _picture(actor, catalogue, store, image_id, thumbnail=True)


async def _picture(
    actor: Actor, catalogue: CatalogueReader, store: FileStore, image_id: UUID, *, thumbnail: bool
) -> Stream:
    image = await catalogue.image(actor, image_id, thumbnail=thumbnail)
    return Stream(await store.open(actor.company, image.digest), media_type=image.media_type)


router = DishkaRouter(
    "/",
    route_handlers=[
        import_products,
        export_products,
        list_images,
        add_image,
        move_one_image,
        delete_image,
        show_image,
        show_thumbnail,
    ],
    tags=["files"],
)
