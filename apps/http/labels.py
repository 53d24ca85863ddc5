"""Barcodes, matrix codes and labels of products."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec
from dishka import FromDishka
from dishka.integrations.litestar import DishkaRouter
from litestar import Response, get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from apps.http.file_answers import PDF, file_answer
from apps.http.rules import needs
from core.commands.in_house_codes import AssignBarcodes, AssignedBarcodes, assign_barcodes
from core.commands.labels import Gs1Extra, Labels, PrintLabels
from core.domain.access import Actor
from core.domain.label import FORMATS
from core.domain.symbol import Symbology
from core.ports.storage import Run
from core.ports.symbols import PictureFormat

_HARMLESS = {"Content-Security-Policy": "sandbox; default-src 'none'", "Cache-Control": "private, no-cache"}
_MEDIA = {PictureFormat.SVG: "image/svg+xml", PictureFormat.PNG: "image/png"}


class LabelFormatView(msgspec.Struct, frozen=True):
    """A sheet or roll; millimetres."""

    id: str
    title: str
    page_width: float
    page_height: float
    columns: int
    rows: int
    width: float
    height: float


@get("/labels/formats", opt=needs("product:read"))
async def list_label_formats() -> Sequence[LabelFormatView]:
    """The sheets and rolls that labels can be printed on."""
    return [
        LabelFormatView(one.id, one.title, *one.page, one.columns, one.rows, one.width, one.height)
        for one in FORMATS.values()
    ]


@post("/labels", opt=needs("product:read"), status_code=200, responses=file_answer("The labels", PDF))
async def print_labels(
    data: JSONBody[PrintLabels], actor: FromDishka[Actor], labels: FromDishka[Labels]
) -> Response[bytes]:
    """Labels as a PDF, to be printed without scaling: given numbers of each, or as many as there are pieces on hand."""
    headers = {
        **_HARMLESS,
        "Content-Disposition": 'attachment; filename="labels.pdf"',
        "Cache-Control": "private, no-store",
    }
    return Response(await labels.print(actor, data), media_type="application/pdf", headers=headers)


@post("/products:assign-barcodes", opt=needs("product:write"), status_code=200)
async def assign_product_barcodes(
    data: JSONBody[AssignBarcodes], actor: FromDishka[Actor], run: FromDishka[Run]
) -> AssignedBarcodes:
    """Gives products without a barcode one of our own: an EAN-13 that means something in this company alone."""
    return (await run(assign_barcodes, actor, data)).result


Chosen = Annotated[
    str | None, QueryParameter(min_length=1, max_length=100, description="which of its codes, if not the first")
]
Lot = Annotated[str | None, QueryParameter(min_length=1, max_length=20, description="for a GS1 symbol")]
Serial = Lot
ExpiresOn = Annotated[date | None, QueryParameter(description="for a GS1 symbol")]


@get(
    "/products/{product_id:uuid}/barcode.svg",
    opt=needs("product:read"),
    responses=file_answer("The symbol", "image/svg+xml"),
)
async def show_barcode_as_svg(
    product_id: FromPath[UUID],
    actor: FromDishka[Actor],
    labels: FromDishka[Labels],
    symbology: FromQuery[Symbology | None] = None,
    code: Chosen = None,
    lot: Lot = None,
    expires_on: ExpiresOn = None,
    serial: Serial = None,
) -> Response[bytes]:
    """A barcode of a product, or its SKU where it has none, in its nominal size. With a lot, a day or a serial number a GS1 symbol."""
    extra = Gs1Extra(lot or "", expires_on, serial or "")
    return _picture(
        await labels.symbol(actor, product_id, PictureFormat.SVG, symbology, code, extra), PictureFormat.SVG
    )


@get(
    "/products/{product_id:uuid}/barcode.png",
    opt=needs("product:read"),
    responses=file_answer("The symbol", "image/png"),
)
async def show_barcode_as_png(
    product_id: FromPath[UUID],
    actor: FromDishka[Actor],
    labels: FromDishka[Labels],
    symbology: FromQuery[Symbology | None] = None,
    code: Chosen = None,
    lot: Lot = None,
    expires_on: ExpiresOn = None,
    serial: Serial = None,
) -> Response[bytes]:
    """The same as pixels, six for the narrowest bar."""
    extra = Gs1Extra(lot or "", expires_on, serial or "")
    return _picture(
        await labels.symbol(actor, product_id, PictureFormat.PNG, symbology, code, extra), PictureFormat.PNG
    )


@get(
    "/products/{product_id:uuid}/qr.svg",
    opt=needs("product:read"),
    responses=file_answer("The symbol", "image/svg+xml"),
)
async def show_qr_code(
    product_id: FromPath[UUID], actor: FromDishka[Actor], labels: FromDishka[Labels], code: Chosen = None
) -> Response[bytes]:
    """A QR code: of a GTIN as a GS1 Digital Link, of any other code as it is."""
    return _picture(await labels.symbol(actor, product_id, PictureFormat.SVG, Symbology.QR, code), PictureFormat.SVG)


def _picture(content: bytes, form: PictureFormat) -> Response[bytes]:
    return Response(content, media_type=_MEDIA[form], headers=_HARMLESS)


router = DishkaRouter(
    "/",
    route_handlers=[
        list_label_formats,
        print_labels,
        assign_product_barcodes,
        show_barcode_as_svg,
        show_barcode_as_png,
        show_qr_code,
    ],
    tags=["labels"],
)
