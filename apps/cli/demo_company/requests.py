"""What the people of a demonstration company have asked for, and what was said to that."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from adapters.postgres.uow import PostgresRun
from core.commands.order_request_decisions import ApproveRequest, approve_request
from core.commands.order_requests import CreateRequest, RequestedLine, create_request
from core.domain.access import Actor
from core.domain.order_request import RequestKind


async def make_requests(run: PostgresRun, admin: Actor, asking: Actor, site: str) -> None:
    """A restock and a customer order that wait for a decision, and an order that was granted and is to be handed over."""
    waiting = [
        _request(RequestKind.RESTOCK, site, "Se agota antes del fin de semana", {"PAP-A4": 25, "ESF-AZ": 40}),
        _request(RequestKind.CUSTOMER_ORDER, site, "Pedido de la escuela Sucre", {"CEL-128": 2, "ESF-AZ": 12}),
    ]
    for command in waiting:
        await run(create_request, asking, command)
    granted = _request(RequestKind.CUSTOMER_ORDER, site, "Pedido por teléfono, retira el viernes", {"PAP-A4": 1})
    made = await run(create_request, asking, granted)
    await run(approve_request, admin, (made.result.id, ApproveRequest(), None))


def _request(kind: RequestKind, site: str, reason: str, goods: dict[str, int]) -> CreateRequest:
    lines = [RequestedLine(sku, Decimal(quantity)) for sku, quantity in goods.items()]
    needed_on = datetime.now(UTC).date() + timedelta(days=5)
    return CreateRequest(kind=kind, site=site, lines=lines, reason=reason, needed_on=needed_on)
