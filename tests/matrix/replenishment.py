"""What is proposed to be ordered for the sites of a company."""

from tests.matrix.builder import Builder, done

_POLICY = {"product": "MILK", "minimum": "5000", "target": "6000", "sources": "buy_only"}


async def build_replenishment(builder: Builder) -> None:
    """A proposal for each of the sites UIO and GYE, one after the other: lists show the newest first."""
    policies = [{**_POLICY, "site": site} for site in ("UIO", "GYE")]
    await done(await builder.admin.put("/stock/policies", json={"policies": policies}))
    for site in ("UIO", "GYE"):
        await builder.admin.post_ok("/replenishment/run", {"products": ["MILK"], "sites": [site]})
    found = (await builder.admin.get_ok("/replenishment/proposals"))["items"]
    proposals = {one["site"]: one["id"] for one in found}
    builder.name("proposal", own=proposals["UIO"], other=proposals["GYE"])
