"""The company itself: its sites, its people and their roles, the ways into it."""

from uuid import UUID

from tests.matrix.builder import Builder, done, picture

ISSUER = "http://127.0.0.1:9/"
"""Where nobody answers: the matrix asks no provider anything."""


async def build_office(builder: Builder) -> None:
    """The company with its sites, its roles and two of its people, who have all that one can have oneself."""
    await _company(builder)
    await _sites(builder)
    await _roles_and_members(builder)


async def _company(builder: Builder) -> None:
    side, owner = builder.side, builder.registry.client(builder.owner.token)
    created = await owner.post_ok("/companies", {"code": side.code, "name": f"{side.mark} company"})
    side.company = UUID(created["id"])
    await builder.person("admin", "admin", None)
    builder.name("company", own=side.company, own_code=side.code, only_code=side.code)


async def _sites(builder: Builder) -> None:
    side = builder.side
    for code, kind in {"UIO": "warehouse", "GYE": "warehouse", "LAB": "laboratory", side.only: "warehouse"}.items():
        site = {"code": code, "name": f"{side.mark}-{code.lower()}", "type": kind}
        side.sites[code] = UUID(await builder.made("/sites", site))
    shelf = {
        code: await builder.made(f"/sites/{side.sites[code]}/locations", {"code": "A1", "name": "Shelf"})
        for code in ("UIO", "GYE")
    }
    here, there, elsewhere = (side.sites[code] for code in ("UIO", "GYE", "LAB"))
    builder.name("site", own=here, other=there, own_code="UIO", other_code="GYE", only_code=side.only)
    builder.name("source", own=elsewhere, other=there, own_code="LAB", other_code="GYE", only_code=side.only)
    builder.name("location", own=shelf["UIO"], other=shelf["GYE"])


async def _roles_and_members(builder: Builder) -> None:
    mark = builder.side.mark
    role = await builder.made("/roles", {"code": "picker", "name": f"{mark} picker", "permissions": ["stock:read"]})
    only = f"only_{builder.side.only.lower()}"
    await builder.made("/roles", {"code": only, "name": mark, "permissions": ["stock:read"]})
    spare = await builder.made("/roles", {"code": "spare", "name": mark, "permissions": []})
    builder.name("spare_role", own=spare, own_code="spare", only_code=only)
    nothing = await builder.made("/roles", {"code": "nothing", "name": mark, "permissions": []})
    builder.name("role", own=role, own_code="picker", only_code=only)
    builder.name("empty_role", own=nothing)
    await builder.person("packer", UUID(role))
    people = [await builder.person(f"{mark}-{code.lower()}", "viewer", code) for code in ("UIO", "GYE")]
    for person in people:
        await builder.registry.give_belongings(person, mark, builder.side.company)
        await done(await builder.client(person).put("/me/picture", files={"file": ("me.png", picture("navy"))}))
    here, there = people
    builder.name("user", own=here.id, other=there.id, own_code=here.login, other_code=there.login, only_code=here.login)
    for kind in ("session", "passkey", "link", "notification", "job", "report_schedule"):
        builder.name(kind, another=here.belongings[kind])


async def build_ways_in(builder: Builder) -> None:
    """Invitations, keys, clients and providers of single sign-on."""
    mark = builder.side.mark
    invited, keys, clients = [], [], []
    for site in ("UIO", "GYE"):
        named = f"{mark}-{site.lower()}"
        invited.append(
            await builder.made("/invitations", {"email": f"{named}@example.org", "role": "viewer", "sites": [site]})
        )
        scopes = {"name": named, "scopes": ["stock:read"], "sites": [site]}
        keys.append(await builder.made("/api-keys", scopes))
        clients.append(await builder.made("/oauth-clients", scopes))
    builder.name("invitation", own=invited[0], other=invited[1])
    builder.name("api_key", own=keys[0], other=keys[1])
    builder.name("oauth_client", own=clients[0], other=clients[1])
    provider = {"name": mark, "issuer": ISSUER + mark, "client_id": mark}
    providers = [
        await builder.made("/identity-providers", {"code": code, **provider})
        for code in ("work", f"only-{builder.side.only.lower()}")
    ]
    builder.name("provider", own=providers[0], own_code="work", only_code=f"only-{builder.side.only.lower()}")


async def find_fresh_names(builder: Builder) -> None:
    """Names that are given to nothing yet, but in the other company perhaps."""
    side, only, stranger = builder.side, builder.side.only.lower(), builder.side.people["admin"]
    for kind, fresh, taken in (
        ("new_sku", "FRESH", f"ONLY-{side.only}"),
        ("new_barcode", "CODE-NEW", f"CODE-{side.only}"),
        ("new_site", "NEW", side.only),
        ("new_role", "fresh", f"only_{only}"),
        ("new_provider", "fresh", f"only-{only}"),
        ("new_login", "fresh.login", stranger.login),
        ("new_email", "fresh@example.org", f"{side.mark}-uio@example.org"),
        ("new_company", "nueva", side.code),
    ):
        builder.name(kind, own_code=fresh, only_code=taken)
    builder.name("login", own_code=side.people["admin"].login, only_code=stranger.login)
    builder.name("provider_code", own_code="work", only_code=f"only-{only}")
    builder.name("key", own="", another="")
    first = (await builder.admin.get_ok("/events", limit=1))["items"][0]
    builder.name("event", own=first["cursor"])
