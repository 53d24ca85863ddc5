"""Suppliers of a company, and what it has ordered of them."""

from tests.matrix.builder import Builder, done

_TO_SEND = ("submit", "send")


async def build_buying(builder: Builder) -> None:
    """A supplier with items, one with nothing, and orders in every state from which they can go on."""
    await _suppliers(builder)
    await _orders(builder)


async def _suppliers(builder: Builder) -> None:
    only = f"SELLS-{builder.side.only}"
    acme, idle, _ = [await _supplier(builder, code) for code in ("ACME", "IDLE", only)]
    tea, milk = [await _item(builder, acme, sku) for sku in ("TEA", "MILK")]
    builder.name("supplier", own=acme, own_code="ACME", only_code=only)
    builder.name("idle_supplier", own=idle)
    builder.name("supplier_item", own=tea)
    builder.name("idle_item", own=await _item(builder, acme, "TEA", valid_to="2000-12-31"), another=milk)


async def _supplier(builder: Builder, code: str) -> str:
    mark = builder.side.mark
    return await builder.made("/suppliers", {"code": code, "name": f"{mark} {code}", "currency": "USD"})


async def _item(builder: Builder, supplier: str, sku: str, valid_to: str | None = None) -> str:
    validity = {"valid_to": valid_to} if valid_to else {"valid_from": "2001-01-01"}
    breaks = [{"from_quantity": "1", "unit_price": "2.5"}]
    return await builder.made(f"/suppliers/{supplier}/items", {"product": sku, "price_breaks": breaks, **validity})


async def _orders(builder: Builder) -> None:
    await _threshold(builder, "1000")
    for kind, sku, quantity, deeds in (
        ("purchase_order", "TEA", "3", ()),
        ("waiting_order", "TEA", "1000", ("submit",)),
        ("approved_order", "TEA", "3", ("submit",)),
        ("sent_order", "TEA", "3", _TO_SEND),
        ("milk_order", "MILK", "3", _TO_SEND),
        ("begun_order", "TEA", "3", (*_TO_SEND, "receive")),
    ):
        own, other = [await _order(builder, site, sku, quantity, deeds) for site in ("UIO", "GYE")]
        builder.name(kind, own=own, other=other)
    await _threshold(builder, None)
    begun = builder.side.named["begun_order"]
    orders = [await builder.admin.get_ok(f"/purchase-orders/{begun[label]}") for label in ("own", "other")]
    own, other = [order["receipts"][0]["posting"] for order in orders]
    builder.name("receipt", own=own, other=other)


async def _threshold(builder: Builder, value: str | None) -> None:
    await done(await builder.admin.patch("/company", json={"purchase_approval_threshold": value}))


async def _order(builder: Builder, site: str, sku: str, quantity: str, deeds: tuple[str, ...]) -> str:
    line = {"product": sku, "quantity": quantity}
    wish = {"supplier": "ACME", "site": site, "lines": [line], "note": builder.side.at(site)}
    order = await builder.made("/purchase-orders", wish)
    for deed in deeds:
        body = {"lines": [{"line": 1, "quantity": "1"}]} if deed == "receive" else None
        await builder.admin.post_ok(f"/purchase-orders/{order}/{deed}", body)
    return order
