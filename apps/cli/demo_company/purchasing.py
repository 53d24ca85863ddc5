"""Of whom a demonstration company buys, and what it has ordered."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from adapters.postgres.uow import PostgresRun
from apps.cli.demo_company.catalogue import PRODUCTS
from core.commands.purchase_order_decisions import submit_order
from core.commands.purchase_order_sending import SendOrder, send
from core.commands.purchase_orders import CreateOrder, OrderedLine, create_order
from core.commands.supplier_items import AddItem, PriceBreakFields, add_item
from core.commands.suppliers import ContactFields, CreateSupplier, create_supplier
from core.domain.access import Actor

_CHEAPER = Decimal("0.96")  # from a good quantity on


@dataclass(frozen=True, slots=True)
class DemoSupplier:
    """A supplier, the beginnings of the SKUs of what it sells, in packs of how many, and after how many days it delivers."""

    code: str
    name: str
    contact: str
    skus: tuple[str, ...]
    pack: int
    days: int


SUPPLIERS = (
    DemoSupplier("ANDITEC", "Anditec Mayorista", "Lucía Paredes", ("LAP", "DSK", "TAB", "CEL"), 1, 9),
    DemoSupplier("PAPELSUR", "Papelera del Sur", "Jorge Cueva", ("PAP", "ESF"), 10, 3),
    DemoSupplier("MADERAS", "Maderas y Oficinas", "Rosa Ibarra", ("SIL", "ESC"), 1, 15),
)


async def buy(run: PostgresRun, admin: Actor, site: str) -> None:
    """Suppliers with what they sell, an order on its way and one that is still a draft."""
    for supplier in SUPPLIERS:
        await _introduce(run, admin, supplier)
    sent = await run(create_order, admin, _order("PAPELSUR", site, {"PAP-A4": 120, "ESF-AZ": 60}))
    await run(submit_order, admin, (sent.result.id, None))
    await run(send, admin, (sent.result.id, SendOrder(), None))
    await run(create_order, admin, _order("ANDITEC", site, {"CEL-128": 20, "TAB-010": 10}))


async def _introduce(run: PostgresRun, admin: Actor, supplier: DemoSupplier) -> None:
    mail = f"ventas@{supplier.code.lower()}.example"
    command = CreateSupplier(
        code=supplier.code,
        name=supplier.name,
        currency="USD",
        contacts=[ContactFields(supplier.contact, mail, "+593 2 555 0100")],
        payment_days=30,
    )
    made = await run(create_supplier, admin, command)
    for product in PRODUCTS:
        if product.sku.startswith(supplier.skus):
            item = AddItem(
                product=product.sku,
                supplier_sku=f"{supplier.code[:3]}-{product.sku}",
                price_breaks=[
                    PriceBreakFields(Decimal(1), product.cost),
                    PriceBreakFields(Decimal(50), round(product.cost * _CHEAPER, 2)),
                ],
                order_multiple=Decimal(supplier.pack),
                lead_time_days=supplier.days,
            )
            await run(add_item, admin, (made.result.id, item))


def _order(supplier: str, site: str, goods: Mapping[str, int]) -> CreateOrder:
    lines = [OrderedLine(product=sku, quantity=Decimal(quantity)) for sku, quantity in goods.items()]
    return CreateOrder(supplier=supplier, site=site, lines=lines)
