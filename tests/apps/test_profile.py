"""What people change about themselves."""

import io
import re
from uuid import UUID

import httpx
import pytest
from PIL import Image

from core.commands.profile import LINK_HOURS
from core.domain.ids import new_id
from tests.api import Api, Client
from tests.apps.edge_world import assert_problem, pointers
from tests.apps.front_door import FrontDoor
from tests.apps.test_audit import awaited
from tests.mail_server import PostOffice
from tests.shop import open_shop

pytestmark = pytest.mark.anyio


def drawn(colour: str, size: int = 800) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (size, size), colour).save(content, "PNG")
    return content.getvalue()


async def put_picture(client: Client, content: bytes) -> httpx.Response:
    return await client.put("/me/picture", files={"file": ("me.png", content, "image/png")})


async def my_id(client: Client) -> UUID:
    return UUID((await client.get_ok("/me"))["id"])


async def test_name_language_and_time_zone_are_ones_own(api: Api) -> None:
    clerk = await api.client("operator", "GYE")
    change = {"name": "Ana Torres", "locale": "en", "time_zone": "Pacific/Galapagos"}
    changed = await clerk.patch("/me", json=change)
    assert changed.status_code == 200, changed.text
    assert {name: changed.json()[name] for name in change} == change
    assert {name: (await clerk.get_ok("/me"))[name] for name in change} == change
    await clerk.patch("/me", json={"time_zone": None})
    profile = await clerk.get_ok("/me")
    assert (profile["name"], profile["time_zone"]) == ("Ana Torres", None)
    colleagues = await (await api.client("admin")).get_ok("/users")
    assert "Ana Torres" in [one["name"] for one in colleagues["items"]]


async def test_everybody_learns_how_the_company_writes_numbers_and_times(api: Api) -> None:
    admin = await api.client("admin")
    await admin.patch("/company", json={"time_zone": "Pacific/Galapagos", "locale": "en-US"})
    clerk = await api.client("auditor")
    customs = {"locale": "en-US", "time_zone": "Pacific/Galapagos", "currency": "USD"}
    assert (await clerk.get_ok("/me"))["customs"] == customs
    renamed = await clerk.patch("/me", json={"name": "Ana Torres"})
    assert renamed.json()["customs"] == customs


async def test_every_fault_of_a_change_is_named(api: Api) -> None:
    clerk = await api.client("requester")
    change = {"name": "", "locale": "qu", "login": "root", "is_platform_owner": True}
    assert pointers(assert_problem(await clerk.patch("/me", json=change), 422, "invalid")).keys() == {
        "/name",
        "/locale",
        "/login",
        "/is_platform_owner",
    }
    answer = await clerk.patch("/me", json={"time_zone": "Mars/Olympus"})
    assert pointers(assert_problem(answer, 422, "invalid")) == {"/time_zone": "unknown_value"}


async def test_a_picture_is_drawn_anew_and_seen_by_colleagues_alone(api: Api) -> None:
    """Seen to fail without the policy of the table, to strangers."""
    clerk, colleague = await api.client("operator", "GYE"), await api.client("auditor")
    stranger = await Api(api.app, await open_shop(api.shop.database), api.tokens).client("admin")
    path = f"/users/{await my_id(clerk)}/picture"
    assert_problem(await clerk.get(path), 404, "picture_not_found")
    assert (await clerk.get_ok("/me"))["picture"] is None
    assert (await put_picture(clerk, drawn("red"))).status_code == 204
    assert (await clerk.get(path)).headers["etag"] == f'"{(await clerk.get_ok("/me"))["picture"]}"'
    shown = await colleague.get(path)
    assert shown.headers["content-type"] == "image/webp"
    assert max(Image.open(io.BytesIO(shown.content)).size) <= 320
    assert (await colleague.get(path, headers={"If-None-Match": shown.headers["etag"]})).status_code == 304
    assert_problem(await stranger.get(path), 404, "picture_not_found")
    assert (await put_picture(clerk, drawn("blue"))).status_code == 204
    assert (await colleague.get(path, headers={"If-None-Match": shown.headers["etag"]})).status_code == 200
    assert (await clerk.delete("/me/picture")).status_code == 204
    assert_problem(await colleague.get(path), 404, "picture_not_found")


async def test_what_is_no_picture_is_refused(api: Api) -> None:
    clerk = await api.client("operator")
    assert (await put_picture(clerk, b"<svg onload='alert(1)'/>")).status_code == 422


# ------------------------------------------------------------------ mail address


async def ask(client: Client, email: str) -> httpx.Response:
    return await client.post("/me/email", json={"email": email})


async def follow(client: httpx.AsyncClient, post: PostOffice, address: str) -> httpx.Response:
    link = (await post.mail_to(address)).link
    found = re.search(r"/confirm-email#token=(\S+)$", link)
    assert found, link
    return await client.post("/auth/email/confirm", json={"token": found[1]})


def address() -> str:
    return f"ana.{new_id().hex}@example.org"


async def test_an_address_counts_once_its_link_was_followed(api: Api, post: PostOffice) -> None:
    """Seen to fail when the address was set before, and when other sessions went on."""
    clerk, first, second = await api.client("operator"), address(), address()
    await api.sign_in(await my_id(clerk))
    assert (await ask(clerk, f" {first.upper()} ")).status_code == 202
    assert (await clerk.get_ok("/me"))["email"] is None
    assert (await follow(clerk, post, first)).status_code == 204
    assert (await clerk.get_ok("/me"))["email"] == first
    assert len((await clerk.get_ok("/auth/sessions"))["items"]) == 1
    await ask(clerk, second)
    assert (await follow(clerk, post, second)).status_code == 204
    assert second in (await post.mail_to(first)).text


async def test_a_link_of_former_times_changes_nothing(api: Api, post: PostOffice) -> None:
    clerk, first, second = await api.client("operator"), address(), address()
    await ask(clerk, first)
    await ask(clerk, second)
    assert (await follow(clerk, post, second)).status_code == 204
    assert_problem(await follow(clerk, post, first), 409, "email_changed_meanwhile")


async def test_an_address_belongs_to_one_account(api: Api, post: PostOffice) -> None:
    one, other, wanted = await api.client("operator"), await api.client("operator"), address()
    await ask(one, wanted)
    await follow(one, post, wanted)
    assert (await ask(other, wanted)).status_code == 202
    assert_problem(await follow(other, post, wanted), 409, "email_taken")


async def test_a_link_is_good_for_so_many_hours(door: FrontDoor, post: PostOffice) -> None:
    """Seen to fail when it was good for ever."""
    clerk, wanted = (await door.come_in(await door.person())).client, address()
    await ask(clerk, wanted)
    door.time.turn(hours=LINK_HOURS)
    assert_problem(await follow(door.stranger(), post, wanted), 401, "invalid_email_token")


@pytest.mark.parametrize("token", ["x", "v1.1.AAAA", "v1.2." + "A" * 80])
async def test_a_made_up_link_is_refused(api: Api, token: str) -> None:
    clerk = await api.client("operator")
    answer = await clerk.post("/auth/email/confirm", json={"token": token})
    assert_problem(answer, 401, "invalid_email_token")


async def test_nobody_makes_us_write_to_many_addresses(api: Api) -> None:
    clerk = await api.client("operator")
    statuses = [(await ask(clerk, address())).status_code for _ in range(6)]
    assert statuses == [202] * 5 + [429]
    answer = await ask(clerk, "ana@example.org\nBcc: all@example.org")
    assert answer.status_code in (422, 429)


async def test_what_is_done_to_an_account_stands_in_the_trail_of_its_companies(api: Api) -> None:
    clerk, admin = await api.client("operator"), await api.client("admin")
    await clerk.patch("/me", json={"name": "Ana"})
    (entry,) = await awaited(admin, 1, action="profile_changed")
    assert entry["subject_id"] == str(await my_id(clerk))
