"""Purchase orders on paper, and what became of sending them."""

from collections.abc import Sequence
from uuid import UUID

from dishka import FromDishka
from dishka.integrations.litestar import DishkaRouter
from litestar import Response, get
from litestar.params import FromPath, FromQuery

from apps.http.file_answers import PDF, file_answer
from apps.http.rules import needs
from core.commands.order_documents import OrderDocuments
from core.domain.access import Actor
from core.domain.errors import NotFound
from core.ports.order_sendings import OrderSendingReader, SendingReport

_PDF = file_answer("The order", PDF)


@get("/purchase-orders/{order_id:uuid}/document", opt=needs("purchase:read"), responses=_PDF)
async def show_order_document(
    order_id: FromPath[UUID],
    actor: FromDishka[Actor],
    documents: FromDishka[OrderDocuments],
    sending: FromQuery[int | None] = None,
) -> Response[bytes]:
    """The order as a PDF as it stands, without prices for those who may not see costs. With `sending`, what was handed over that time,
    which needs cost:read."""
    if sending is None:
        printed = await documents.present(actor, order_id)
    else:
        printed = await documents.sent(actor, order_id, sending)
    headers = {
        "Content-Disposition": f'attachment; filename="purchase-order-{printed.order_number}.pdf"',
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-store",
    }
    return Response(printed.content, media_type="application/pdf", headers=headers)


@get("/purchase-orders/{order_id:uuid}/sendings", opt=needs("purchase:read"))
async def list_order_sendings(
    order_id: FromPath[UUID], actor: FromDishka[Actor], sendings: FromDishka[OrderSendingReader]
) -> Sequence[SendingReport]:
    """How often an order was sent, the latest first, with what became of each try."""
    found = await sendings.sendings(actor, order_id)
    if found is None:
        raise NotFound("purchase_order_not_found", "no purchase order has this id")
    return found


router = DishkaRouter("/", route_handlers=[show_order_document, list_order_sendings], tags=["purchasing"])
