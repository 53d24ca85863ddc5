"""The catalogue of a company, what it has in stock and what it has promised."""

from tests.matrix.builder import Builder, done, picture
from tests.matrix.requests import used_key


async def build_goods(builder: Builder) -> None:
    """Products with all their parts, postings, sales, policies and reservations."""
    await _catalogue(builder)
    await _stock(builder)
    await _promises(builder)
    await _use_key(builder)


async def _catalogue(builder: Builder) -> None:
    mark = builder.side.mark
    parent = await builder.made("/categories", {"name": f"{mark} drinks"})
    child = await builder.made("/categories", {"name": f"{mark} teas", "parent": parent})
    empty = await builder.made("/categories", {"name": f"{mark} empty"})
    builder.name("category", own=child)
    builder.name("parent_category", own=parent)
    builder.name("empty_category", own=empty)
    tea = await _product(builder, "TEA", mark, category=child, price="5", cost="2")
    await _product(builder, "MILK", mark, tracking="lot")
    await _product(builder, f"ONLY-{builder.side.only}", mark)
    idle = await _product(builder, "IDLE", mark)
    kit = await _product(builder, "KIT", mark, kind="kit", components=[{"product": "TEA", "quantity": "1"}])
    only = f"ONLY-{builder.side.only}"
    builder.name("product", own=tea, own_code="TEA", only_code=only)
    builder.name("idle_product", own=idle)
    builder.name("kit", own=kit)
    for code in ("CODE-1", f"CODE-{builder.side.only}"):
        await builder.admin.post_ok(f"/products/{idle}/barcodes", {"code": code, "kind": "custom"})
    builder.name("barcode", own_code="CODE-1", only_code=f"CODE-{builder.side.only}")
    images = [
        await _picture(builder, product, colour) for product, colour in ((tea, "red"), (tea, "green"), (idle, "blue"))
    ]
    builder.name("image", own=images[0], another=images[2])


async def _product(builder: Builder, sku: str, mark: str, **more: object) -> str:
    return await builder.made("/products", {"sku": sku, "name": f"{mark} {sku}", **more})


async def _picture(builder: Builder, product: str, colour: str) -> str:
    added = await builder.admin.post(f"/products/{product}/images", files={"file": ("p.png", picture(colour))})
    return str((await done(added))["id"])


async def _stock(builder: Builder) -> None:
    only = builder.side.only
    for site in ("UIO", "GYE", "LAB"):
        await _post(builder, "receipt", site, f"IN-{site}", unit_cost="2.5", quantity="1000")
        await _post(builder, "receipt", site, f"MILK-{site}", product="MILK", lot="L1", quantity="100")
    for site in ("UIO", "GYE"):
        place = {"product": "TEA", "quantity": "50", "site": site, "location": "A1"}
        await builder.made("/stock/postings", {"kind": "receipt", "lines": [place], "reason": builder.side.at(site)})
    await _post(builder, "receipt", "UIO", f"MILK-{only}", product="MILK", lot=f"L-{only}", quantity="10")
    await _post(builder, "receipt", only, f"INV-{only}")
    moved = {site: await _post(builder, "receipt", site, f"MORE-{site}", unit_cost="2.5") for site in ("UIO", "GYE")}
    sold = {site: await _sell(builder, site) for site in ("UIO", "GYE")}
    builder.name("posting", own=moved["UIO"], other=moved["GYE"])
    builder.name("sale", own=sold["UIO"], other=sold["GYE"])
    builder.name("document", own_code="INV-UIO", other_code="INV-GYE", only_code=f"INV-{only}")
    builder.name("lot", own_code="L1", only_code=f"L-{only}")
    policies = [{"product": "TEA", "site": site, "minimum": "5", "target": "9"} for site in ("UIO", "GYE")]
    await done(await builder.admin.put("/stock/policies", json={"policies": policies}))


async def _use_key(builder: Builder) -> None:
    """Does something of which the Idempotency-Key is known."""
    line = {"product": "TEA", "site": "UIO", "quantity": "1"}
    await builder.admin.post_ok("/stock/postings", {"kind": "receipt", "lines": [line]}, key=used_key(builder.side))


async def _post(builder: Builder, kind: str, site: str, number: str, quantity: str = "10", **line: str) -> str:
    lines = [{"product": "TEA", "site": site, "quantity": quantity, **line}]
    document = {"type": "invoice", "number": number, "party": builder.side.mark}
    reason = builder.side.at(site)
    return await builder.made("/stock/postings", {"kind": kind, "lines": lines, "document": document, "reason": reason})


async def _sell(builder: Builder, site: str) -> str:
    lines = [{"product": "TEA", "site": site, "quantity": "2", "unit_price": "5"}]
    document = {"type": "invoice", "number": f"INV-{site}", "party": builder.side.mark}
    return await builder.made("/sales", {"lines": lines, "document": document, "note": builder.side.at(site)})


async def _promises(builder: Builder) -> None:
    held = {site: await _reserve(builder, site) for site in ("UIO", "GYE")}
    kept = {site: await _reserve(builder, site, commit=True) for site in ("UIO", "GYE")}
    builder.name("reservation", own=held["UIO"], other=held["GYE"])
    builder.name("commitment", own=kept["UIO"], other=kept["GYE"])


async def _reserve(builder: Builder, site: str, **more: object) -> str:
    lines = [{"product": "TEA", "site": site, "quantity": "1"}]
    wish = {"lines": lines, "note": builder.side.at(site), **more}
    return str((await builder.admin.post_ok("/stock/reservations", wish))["items"][0]["id"])
