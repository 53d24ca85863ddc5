"""The stock counts of a company."""

from tests.matrix.builder import Builder

_DEEDS = {"planned_count": (), "count": ("lines",), "submitted_count": ("lines", "submit")}


async def build_counting(builder: Builder) -> None:
    """A count in every state from which it can go on, of tea."""
    for kind, deeds in _DEEDS.items():
        own, other = [await _count(builder, site, deeds) for site in ("UIO", "GYE")]
        builder.name(kind, own=own, other=other)
    lines = {kind: await _line(builder, builder.side.named["submitted_count"][kind]) for kind in ("own", "other")}
    elsewhere = await _line(builder, builder.side.named["count"]["own"])
    builder.name("count_line", own=lines["own"], other=lines["other"], another=elsewhere)


async def _count(builder: Builder, site: str, deeds: tuple[str, ...]) -> str:
    scope = {"kind": "products", "products": ["TEA"]}
    count = await builder.made("/stock/counts", {"site": site, "scope": scope, "note": builder.side.at(site)})
    bodies: dict[str, object] = {
        "lines": {"lines": [{"product": "TEA", "quantity": "3"}]},
        "submit": {"uncounted": "keep"},
    }
    for deed in deeds:
        await builder.admin.post_ok(f"/stock/counts/{count}/{deed}", bodies[deed])
    return count


async def _line(builder: Builder, count: str) -> str:
    page = await builder.admin.get_ok(f"/stock/counts/{count}/lines", state="counted")
    return str(page["items"][0]["id"])
