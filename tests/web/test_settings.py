"""Settings of the company, its sites, the programs that it lets in, and what it tells other programs."""

import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from core.domain.event_types import EVENT_TYPES
from tests.shop import Shop
from tests.web.visiting import PHONE, Visits
from tests.web.watching import Watch

pytestmark = pytest.mark.anyio

FEATURES = Path(__file__).parents[2] / "apps" / "web" / "src" / "features"


def test_a_webhook_is_offered_every_event_that_there_is() -> None:
    offered = set(re.findall(r'"(\w+)"', (FEATURES / "settings" / "eventTypes.ts").read_text("utf-8")))
    assert offered == {one for one in EVENT_TYPES if not one.startswith("webhook_")}


async def test_the_company_is_renamed_and_its_books_are_closed(visit: Visits, shop: Shop) -> None:
    """Seen to fail when the last closed day ended at its beginning, by another clock."""
    page = await visit("admin", path="/settings", language="en")
    await page.get_by_label("Name").fill("Casa Verde")
    await page.get_by_label("Approve no own request above").fill("250")
    await page.get_by_label("Closed up to and including").fill("2026-01-31")
    assert await visit.barriers(page) == []
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved.")).to_be_visible()
    [(name, threshold, locked)] = await shop.fetch(
        "SELECT name, approval_threshold, locked_through AT TIME ZONE time_zone FROM company WHERE id = %s",
        shop.company_id,
    )
    assert (name, threshold, f"{locked:%Y-%m-%d %H:%M}") == ("Casa Verde", 250, "2026-02-01 00:00")
    await expect(page.get_by_label("Closed up to and including")).to_have_value("2026-01-31")


async def test_a_site_gets_a_place_and_is_closed_with_undo(visit: Visits) -> None:
    page = await visit("admin", path="/settings/sites", size=PHONE, scheme="dark")
    await page.get_by_role("button", name="Agregar lugar: UIO").click()
    drawer = page.get_by_role("dialog")
    await drawer.get_by_label("Código").fill("a-1")
    await drawer.get_by_label("Nombre").fill("Percha uno")
    assert await visit.barriers(page) == []
    await drawer.get_by_role("button", name="Agregar").click()
    await expect(page.get_by_role("list", name="Lugares en UIO")).to_contain_text("A-1")
    await page.get_by_role("button", name="Más: LAB").click()
    await page.get_by_role("menuitem", name="Cerrar").click()
    await expect(page.get_by_text("Cerrado", exact=True)).to_be_visible()
    await page.get_by_role("button", name="Deshacer").click()
    await expect(page.get_by_text("Cerrado", exact=True)).to_have_count(0)
    assert await visit.barriers(page) == []


async def test_an_api_key_is_shown_once_and_revoked(visit: Visits) -> None:
    """Seen to fail when revoked keys were listed unasked."""
    page = await visit("admin", path="/settings/programs", language="en")
    await page.get_by_role("button", name="New API key").click()
    drawer = page.get_by_role("dialog")
    await drawer.get_by_label("Name").fill("Web shop")
    await drawer.get_by_role("group", name="Stock", exact=True).get_by_role("checkbox", name="See").check()
    assert await visit.barriers(page) == []
    await drawer.get_by_role("button", name="Create").click()
    await expect(page.get_by_label("API key", exact=True)).to_have_value(re.compile(r"pirwa_test_\w+"))
    assert await visit.barriers(page) == []
    await page.get_by_role("button", name="I have kept it").click()
    await page.get_by_role("button", name="More: Web shop").click()
    await page.get_by_role("menuitem", name="Revoke").click()
    await page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    await expect(page.get_by_text("No API keys")).to_be_visible()
    assert await visit.barriers(page) == []


async def test_a_webhook_shows_its_secret_once_and_says_why_it_does_not_answer(visit: Visits, watch: Watch) -> None:
    page = await visit("admin", path="/settings/webhooks", language="en")
    await page.get_by_role("button", name="New webhook").first.click()
    drawer = page.get_by_role("dialog")
    await drawer.get_by_label("Address").fill("http://127.0.0.1:9/pirwa")
    await drawer.get_by_role("combobox", name="Events").fill("sale_rec")
    await page.get_by_role("option", name="sale_recorded").click()
    await page.keyboard.press("Escape")
    await drawer.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("textbox", name="Signing secret")).to_have_value(re.compile(r"whsec_.+"))
    await page.get_by_role("button", name="I have kept it").click()
    assert await visit.barriers(page) == []
    await page.get_by_role("link", name="http://127.0.0.1:9/pirwa").click()
    await expect(page.get_by_text("Not proven yet")).to_be_visible()
    await page.get_by_role("button", name="Send a ping").click()
    await expect(page.get_by_text("It could not be reached.")).to_be_visible()
    assert await visit.barriers(page) == []


@pytest.mark.parametrize("path", ["sign-in", "blocked", "deliveries"])
async def test_the_other_settings_say_what_will_stand_there(visit: Visits, path: str) -> None:
    page = await visit("admin", path=f"/settings/{path}", scheme="dark")
    await expect(page.get_by_role("main").get_by_role("heading", level=1)).to_have_text("Configuración")
    await expect(page.get_by_text(re.compile("No hay|No se ha"))).to_be_visible()
    assert await visit.barriers(page) == []


async def test_a_provider_that_is_named_can_be_checked(visit: Visits) -> None:
    page = await visit("admin", path="/settings/sign-in?provider=%2B", language="en")
    drawer = page.get_by_role("dialog")
    await drawer.get_by_label("Name").fill("Workforce")
    await drawer.get_by_label("Code").fill("workforce")
    await drawer.get_by_label("Issuer").fill("http://127.0.0.1:9")
    await drawer.get_by_label("Client ID").fill("pirwa")
    assert await visit.barriers(page) == []
    await drawer.get_by_role("button", name="Save").click()
    await page.get_by_role("button", name="Check: Workforce").click()
    await expect(page.get_by_role("textbox", name="Redirect address")).to_have_value(
        re.compile("/api/v1/auth/oidc/callback$")
    )
    assert await visit.barriers(page) == []
