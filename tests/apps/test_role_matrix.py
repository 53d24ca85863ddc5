"""The matrix of deeds in core/domain/presets.toml, tried over HTTP: who may do a deed does it, everybody else gets 403.

Seen to fail when the operator still had category:read, when deactivating a product needed no more than product:write, when the
auditor had report:read, and with a route in the file that does not exist.
"""

import io
import re
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from itertools import count
from typing import Any

import httpx
import pytest
from PIL import Image

from core.domain.ids import new_id
from tests.api import Api, Client

pytestmark = pytest.mark.anyio

ROLES = ("admin", "manager", "operator", "auditor")
DEEDS = tomllib.loads(files("core.domain").joinpath("presets.toml").read_text(encoding="utf-8"))["deeds"]
CELLS = [pytest.param(row, route, id=route) for row in DEEDS for route in row["routes"]]

LINE = {"product": "$stocked", "site": "UIO", "quantity": "1"}
ROLE = {"code": "$name", "name": "Own", "permissions": ["stock:read"]}
# A sound body for each route that takes one; "$..." is made anew for every request.
BODIES: Mapping[str, Any] = {
    "PATCH /company": {"name": "Other"},
    "POST /sites": {"code": "$code", "name": "Other", "type": "warehouse"},
    "PATCH /sites/{site_id}": {"name": "Other"},
    "POST /sites/{site_id}/locations": {"code": "$code", "name": "Shelf"},
    "POST /users": {"login": "$login", "name": "Ana", "password": "eight blue boxes of tea", "role": "auditor"},
    "PATCH /users/{user_id}": {"active": False},
    "POST /roles": ROLE,
    "PATCH /roles/{role}": {"name": "Other"},
    "POST /categories": {"name": "$name"},
    "PATCH /categories/{category_id}": {"name": "$name"},
    "POST /products": {"sku": "$name", "name": "Tea"},
    "PATCH /products/{product_id}": {"name": "Other"},
    "PATCH /products/{product_id} {active}": {"active": False},
    "PUT /products/{product_id}/components": {"components": [{"product": "$product", "quantity": "1"}]},
    "POST /products/{product_id}/barcodes": {"code": "$code", "kind": "custom"},
    "PATCH /products/{product_id}/images/{image_id}": {"position": 1},
    "POST /transfers": {"source": "UIO", "destination": "LAB", "lines": [{"product": "$stocked", "quantity": "1"}]},
    "POST /transfers/{transfer_id}/dispatch": {},
    "POST /transfers/{transfer_id}/receive": {},
    "POST /stock/postings": {"kind": "receipt", "lines": [LINE]},
    "POST /stock/postings:batch": {"postings": [{"kind": "receipt", "lines": [LINE]}]},
    "POST /sales": {"lines": [LINE]},
    "POST /sales/{posting_id}/return": {},
}
STATES = {"submit": "draft", "recall": "in_transit", "receive": "in_transit"}
QUERIES = {"GET /lookup": {"code": "UIO"}}


class World:
    """A company in which an administrator prepares what the deeds are done to. Everything is new every time."""

    def __init__(self, api: Api, admin: Client) -> None:
        self._api, self._admin, self._numbers = api, admin, count(1)

    async def request(self, route: str) -> tuple[str, str, dict[str, Any]]:
        """A sound request of a route: method, path and what it carries."""
        method, path = route.removesuffix(" {active}").split(" ")
        found: dict[str, str] = {}
        for name in re.findall(r"{(\w+)}", path):
            found[name] = await self._subject(name, route, found)
        carried: dict[str, Any] = {"params": QUERIES.get(route), "headers": {"Idempotency-Key": str(new_id())}}
        if route in BODIES:
            carried["json"] = await self._filled(BODIES[route])
        elif route.endswith("/images"):
            carried["files"] = {"file": ("picture.png", a_picture())}
        elif route.endswith(":import"):
            carried["files"] = {"file": ("products.csv", f"sku,name\n{self._name()},Tea".encode())}
        return method, path.format(**found), carried

    async def _subject(self, name: str, route: str, found: Mapping[str, str]) -> str:
        match name:
            case "site_id":
                return str(self._api.shop.sites["LAB"])
            case "user_id":
                await self._api.client("requester")
                return str(self._api.users["requester"])
            case "role":
                return await self._made("/roles", ROLE, "code")
            case "category_id":
                return await self._made("/categories", {"name": "$name"})
            case "product_id":
                return await (self._kit() if route.endswith("/components") else self._product())
            case "image_id":
                picture = {"file": ("picture.png", a_picture())}
                added = await self._admin.post(f"/products/{found['product_id']}/images", files=picture)
                return str(added.json()["id"])
            case "code":
                barcode = {"code": self._name(), "kind": "custom"}
                await self._admin.post_ok(f"/products/{found['product_id']}/barcodes", barcode)
                return barcode["code"]
            case "posting_id":
                return await self._made("/sales", BODIES["POST /sales"])
            case _:
                assert name == "transfer_id", name
                return await self._transfer(STATES.get(route.rpartition("/")[2], "pending"))

    async def _made(self, path: str, body: object, key: str = "id") -> str:
        return str((await self._admin.post_ok(path, await self._filled(body)))[key])

    async def _product(self) -> str:
        return await self._made("/products", {"sku": "$name", "name": "Tea"})

    async def _kit(self) -> str:
        return await self._made(
            "/products",
            {"sku": "$name", "name": "Kit", "kind": "kit", "components": [{"product": "$product", "quantity": "2"}]},
        )

    async def _stocked(self) -> str:
        product = await self._product()
        line = {"product": product, "site": "UIO", "quantity": "10"}
        await self._admin.post_ok("/stock/postings", {"kind": "receipt", "lines": [line]})
        return product

    async def _transfer(self, state: str) -> str:
        begun = {**BODIES["POST /transfers"], "state": "draft" if state == "draft" else "pending"}
        transfer = await self._made("/transfers", begun)
        if state == "in_transit":
            await self._admin.post_ok(f"/transfers/{transfer}/dispatch", {})
        return transfer

    async def _filled(self, template: Any) -> Any:
        match template:
            case dict():
                return {name: await self._filled(value) for name, value in template.items()}
            case list():
                return [await self._filled(value) for value in template]
            case "$name":
                return self._name()
            case "$code":
                return self._name().upper()
            case "$login":
                return f"ana_{new_id().hex}"
            case "$product":
                return await self._product()
            case "$stocked":
                return await self._stocked()
        return template

    def _name(self) -> str:
        return f"n{next(self._numbers)}"


def a_picture() -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (40, 40), "red").save(target, "PNG")
    return target.getvalue()


def outcome(answer: httpx.Response) -> str:
    if answer.is_success:
        return "done"
    return str(answer.json()["code"]) if answer.status_code == 403 else answer.text


@pytest.mark.parametrize(("row", "route"), CELLS)
@pytest.mark.promise("S3")
async def test_exactly_those_may_do_the_deed_whom_the_file_names(api: Api, row: dict[str, Any], route: str) -> None:
    world = World(api, await api.client("admin"))
    outcomes = {}
    for role in ROLES:
        client = await api.client(role)
        method, path, carried = await world.request(route)
        outcomes[role] = outcome(await client.request(method, path, **carried))
    may = {*row["presets"], *row.get("own_sites", ())}
    assert outcomes == {role: "done" if role in may else "missing_permission" for role in ROLES}


async def test_pending_transfers_of_other_sites_are_seen_by_those_who_see_the_companys(api: Api) -> None:
    """Seen to fail when the list of transfers had no condition of reach."""
    row = next(row for row in DEEDS if "own_sites" in row)
    world = World(api, await api.client("admin"))
    _, path, _ = await world.request("GET /transfers/{transfer_id}")
    for role in row["presets"]:
        assert len((await (await api.client(role)).get_ok("/transfers", state="pending"))["items"]) == 1
    for role in row["own_sites"]:
        elsewhere = await api.client(role, "GYE")
        assert (await elsewhere.get_ok("/transfers", state="pending"))["items"] == []
        assert (await elsewhere.get(path)).status_code == 404
        assert (await (await api.client(role, "LAB")).get(path)).status_code == 200


def test_the_matrix_has_every_row_of_the_requirements() -> None:
    assert {row["deed"]: row["presets"] for row in DEEDS} == {
        "the company's own settings, sites, users": ["admin"],
        "categories: create, list": ["admin", "manager"],
        "categories: delete": ["admin"],
        "products: create, edit": ["admin", "manager"],
        "products: delete, deactivate": ["admin"],
        "transfers: start": ["admin", "manager"],
        "transfers: see pending ones of the company": ["admin", "manager"],
        "transfers: confirm": ["admin", "manager", "operator"],
        "stock movements": ["admin", "manager", "operator"],
        "reports": ["admin", "manager"],
        "id look-up": ["admin", "manager", "operator", "auditor"],
    }
