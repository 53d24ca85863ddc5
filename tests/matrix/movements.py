"""Transfers, requests and files of a company."""

from tests.matrix.builder import Builder, done


async def build_movements(builder: Builder) -> None:
    """Transfers and requests in every state from which they can go on, and a file at each of two postings."""
    await _transfers(builder)
    await _requests(builder)
    await _attachments(builder)


async def _transfers(builder: Builder) -> None:
    for kind, leaving, state, sent in (
        ("draft", True, "draft", False),
        ("transfer", True, "pending", False),
        ("sent", True, "pending", True),
        ("arriving", False, "pending", True),
    ):
        own, other = [await _transfer(builder, site, state, leaving=leaving, sent=sent) for site in ("UIO", "GYE")]
        builder.name(kind, own=own, other=other)


async def _transfer(builder: Builder, site: str, state: str, *, leaving: bool, sent: bool) -> str:
    ends = {"source": site, "destination": "LAB"} if leaving else {"source": "LAB", "destination": site}
    wish = {
        **ends,
        "lines": [{"product": "TEA", "quantity": "3"}],
        "state": state,
        "note": builder.side.at(site),
    }
    transfer = await builder.made("/transfers", wish)
    if sent:
        await builder.admin.post_ok(f"/transfers/{transfer}/dispatch", {})
    return transfer


async def _requests(builder: Builder) -> None:
    askers = {
        site: builder.client(await builder.person(f"asker-{site.lower()}", "requester", site))
        for site in ("UIO", "GYE")
    }
    orders = {site: await builder.ask(asker, site) for site, asker in askers.items()}
    granted = {site: await builder.ask(asker, site) for site, asker in askers.items()}
    restocks = {site: await builder.ask(asker, site, kind="restock") for site, asker in askers.items()}
    milk = {site: await builder.ask(asker, site, product="MILK") for site, asker in askers.items()}
    for request in (*granted.values(), *milk.values()):
        await builder.admin.post_ok(f"/requests/{request}/approve", {})
    begun = {site: await builder.ask(asker, site) for site, asker in askers.items()}
    for request in begun.values():
        await builder.admin.post_ok(f"/requests/{request}/approve", {})
        await builder.admin.post_ok(f"/requests/{request}/fulfil", {"lines": [{"line": 1, "quantity": "1"}]})
    builder.name("begun_request", own=begun["UIO"], other=begun["GYE"])
    here, there = (builder.side.people[f"asker-{site}"] for site in ("uio", "gye"))
    builder.name(
        "asker", own=here.id, other=there.id, own_code=here.login, other_code=there.login, only_code=here.login
    )
    builder.name("request", own=orders["UIO"], other=orders["GYE"])
    builder.name("own_request", another=orders["UIO"], other=orders["GYE"])
    builder.name("granted_request", own=granted["UIO"], other=granted["GYE"])
    builder.name("granted_milk", own=milk["UIO"], other=milk["GYE"])
    builder.name("restock", own=restocks["UIO"], other=restocks["GYE"])


async def _attachments(builder: Builder) -> None:
    own, other = [
        await _attach(builder, builder.side.named["posting"][which], site)
        for which, site in (("own", "uio"), ("other", "gye"))
    ]
    builder.name("attachment", own=own, other=other)


async def _attach(builder: Builder, posting: str, site: str) -> str:
    named = f"{builder.side.mark}-{site}"
    form = {"subject_type": "posting", "subject_id": posting}
    answer = await builder.admin.post("/attachments", data=form, files={"file": (f"{named}.txt", named.encode())})
    return str((await done(answer))["id"])
