"""The application as a browser gets it from the product: under its policy, by its cookie, without anything from elsewhere."""

import json
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.shop import Shop
from tests.web.visiting import Visits
from tests.web.watching import Watch

pytestmark = pytest.mark.anyio

ASK = """async ({method, path, headers, body}) => {
  const answer = await fetch(path, {method, headers, body});
  return {status: answer.status, type: answer.headers.get("content-type"), text: await answer.text()};
}"""


async def ask(page: Page, method: str, path: str, body: object = None, **headers: str) -> dict[str, Any]:
    """What the API answers to a script of the page."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    if body is not None:
        given["content-type"] = "application/json"
    asked = {"method": method, "path": path, "headers": given, "body": None if body is None else json.dumps(body)}
    answer: dict[str, Any] = await page.evaluate(ASK, asked)
    return answer


async def test_the_page_opens(visit: Visits) -> None:
    page = await visit("admin")
    await expect(page.get_by_role("heading", level=1)).to_be_visible()


async def test_a_style_without_the_nonce_is_refused_and_told(visit: Visits, watch: Watch) -> None:
    """What finds violations finds this one."""
    page = await visit("admin")
    style = "document.head.append(Object.assign(document.createElement('style'), {textContent: 'body{color:red}'}))"
    async with page.expect_console_message(lambda message: message.text.startswith("policy: style-src-elem")):
        await page.evaluate(style)
    assert watch.faults
    watch.faults.clear()


async def test_a_script_of_the_page_changes_things_with_the_csrf_token_of_its_session(
    visit: Visits, watch: Watch
) -> None:
    watch.allow(403, "/api/v1/categories")
    page = await visit("admin")
    profile = json.loads((await ask(page, "GET", "/api/v1/me"))["text"])
    body = {"name": "Café"}
    assert (await ask(page, "POST", "/api/v1/categories", body))["status"] == 403
    assert (await ask(page, "POST", "/api/v1/categories", body, x_csrf_token="wrong"))["status"] == 403
    made = await ask(page, "POST", "/api/v1/categories", body, x_csrf_token=profile["csrf_token"])
    assert made["status"] == 201, made


async def test_a_browser_signs_in_and_out_by_cookie(visit: Visits, watch: Watch) -> None:
    """The session is in a cookie that no script can read, and the answer holds no token."""
    watch.allow(401, "/api/v1/")
    person = await visit.person("admin")
    page = await visit(None)
    await expect(page.get_by_role("heading", level=1)).to_be_visible()  # the application knows that nobody is signed in
    refused = await ask(page, "POST", "/api/v1/auth/login", {"login": "nobody", "password": "x", "cookie": True})
    assert refused["status"] == 401
    await visit.enter(page.context, person.cookie)
    profile = json.loads((await ask(page, "GET", "/api/v1/me"))["text"])
    assert "pirwa_session" not in await page.evaluate("document.cookie")
    left = await ask(page, "POST", "/api/v1/auth/logout", x_csrf_token=profile["csrf_token"])
    assert left["status"] == 204
    assert (await ask(page, "GET", "/api/v1/me"))["status"] == 401


async def test_events_reach_the_page_by_its_cookie(visit: Visits, shop: Shop) -> None:
    """Seen live: what somebody else sells while the page is open."""
    await shop.product("COFFEE")
    await shop.post("receipt", "COFFEE", 10)
    page = await visit("admin")
    await page.evaluate("""() => new Promise((open, fail) => {
      window.heard = [];
      window.source = new EventSource("/api/v1/events/stream");
      source.onopen = open;
      source.onerror = () => fail(new Error("no stream"));
      source.addEventListener("sale_recorded", (event) => heard.push(event.data));
      source.onmessage = (event) => heard.push(event.data);
    })""")
    await shop.sell(("COFFEE", 1))
    await page.wait_for_function("() => window.heard.length > 0")
    await page.evaluate("() => window.source.close()")


async def test_files_come_down_by_the_cookie_of_the_page(visit: Visits, shop: Shop) -> None:
    await shop.product("COFFEE")
    page = await visit("admin")
    async with page.expect_download() as coming:
        await page.evaluate("""() => {
          const link = Object.assign(document.createElement("a"), {href: "/api/v1/products:export", download: ""});
          document.body.append(link);
          link.click();
        }""")
    with (await (await coming.value).path()).open(encoding="utf-8-sig") as file:
        assert "COFFEE" in file.read()
