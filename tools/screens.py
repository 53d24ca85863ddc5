"""Takes the pictures of the web application that docs/web.md shows: `make screens`.

It fills the demo companies anew, opens the main pages in a real Chromium, and writes docs/screens/*.webp. `--at URL` takes them
of a demo that runs already, and names given as arguments take those alone.
"""

import argparse
import asyncio
import io
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from PIL import Image
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.web.chromium import find_chromium  # noqa: E402
from tests.web.server import free_port  # noqa: E402

FOLDER = ROOT / "docs" / "screens"
PASSWORD = "1234"  # noqa: S105 - of the demo, as the README tells everybody
DESK, PHONE = (1366, 768), (390, 844)
QUALITY = 80
SECONDS_TO_FILL = 600
COMING = (
    "main .MuiSkeleton-root",
    "main [aria-busy=true]",
    "[role=progressbar]:not([aria-valuenow])",  # one with a value shows how much has been received
    "[role=dialog] .MuiSkeleton-root",
)
AT_REST = f"() => !document.querySelector('{', '.join(COMING)}')"


@dataclass(frozen=True, slots=True)
class Picture:
    """One page as somebody sees it. `steps` are what is done there first: a selector to press, or one and what is typed."""

    name: str
    path: str
    steps: tuple[str | tuple[str, str], ...] = ()
    login: str | None = "techcorp_admin"
    language: str = "es"
    scheme: str = "light"
    size: tuple[int, int] = field(default=DESK)
    waits_for: str = "h1"
    """What is drawn last."""


def _english(name: str, path: str, *steps: str | tuple[str, str], waits_for: str = "h1") -> Picture:
    return Picture(name, path, steps, language="en", scheme="dark", waits_for=waits_for)


PICTURES = (
    Picture("sign-in", "/login", login=None, size=PHONE),
    Picture("home", "/", scheme="dark", waits_for="canvas"),
    Picture("home-phone", "/", login="techcorp_encargado", language="en", scheme="dark", size=PHONE),
    _english("products", "/products"),
    Picture("product-forecast", "/products", ("main tbody a", "role=tab[name=/Pronóstico/]"), waits_for="canvas"),
    _english("product-movements", "/products", "main tbody a", "role=tab[name=/Movements/]", waits_for="canvas"),
    Picture(
        "scan-phone",
        "/scan",
        ("role=button[name=/Consultar/]", ("role=textbox[name=/Código/]", "PAP-A4")),
        scheme="dark",
        size=PHONE,
        waits_for="main >> text=Resma de papel A4",
    ),
    Picture("record", "/movements", ("role=button[name=/Entrada o salida/]",)),
    _english("transfer", "/transfers", "role=tab[name=/In transit/]", "main tbody a"),
    Picture("requests", "/requests"),
    Picture("requests-phone", "/requests", language="en", size=PHONE),
    Picture("replenishment", "/replenishment"),
    _english("purchase", "/purchases", "main tbody tr:last-child a"),
    Picture("report", "/reports/stock_valuation", waits_for="canvas"),
    _english("forecasts", "/forecasts"),
    Picture("recommendations", "/recommendations"),
    _english("apps", "/apps"),
    _english("audit", "/audit?type=product"),
)


@contextmanager
def demo() -> Iterator[str]:
    """The demo companies, filled anew, for as long as the context lasts: where they are served."""
    with tempfile.TemporaryDirectory(prefix="pw") as folder:
        port = free_port()
        own = {"PIRWA_DATA": folder, "PIRWA_PORT": str(port), "PIRWA_HOST": "127.0.0.1"}
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PIRWA_")}
        command = [sys.executable, "-c", "from apps.cli.main import main; main()", "demo"]
        process = subprocess.Popen(
            command, cwd=ROOT, env=inherited | own, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_for(f"{url}/health/ready", process)
            yield url
        finally:
            process.terminate()
            process.wait(timeout=60)


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + SECONDS_TO_FILL
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx.get(url).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(1)
    raise SystemExit("The demo did not start.")


async def take(url: str, pictures: list[Picture]) -> None:
    async with async_playwright() as playwright:
        found = find_chromium(playwright.chromium.executable_path)
        browser = await playwright.chromium.launch(
            executable_path=found.path, env=dict(found.environment), chromium_sandbox=False
        )
        for picture in pictures:
            context = await _come_in(browser, url, picture)
            page = await context.new_page()
            await _show(page, picture)
            await page.locator(picture.waits_for).first.wait_for()
            await _rest(page)
            _keep(picture, await page.screenshot())
            await context.close()
        await browser.close()


async def _come_in(browser: Browser, url: str, picture: Picture) -> BrowserContext:
    """A profile of the browser in which whoever is wanted has signed in and chosen the language."""
    locale = {"es": "es-EC", "en": "en-US"}[picture.language]
    context = await browser.new_context(
        base_url=url,
        locale=locale,
        color_scheme="dark" if picture.scheme == "dark" else "light",
        viewport={"width": picture.size[0], "height": picture.size[1]},
        timezone_id="America/Guayaquil",
        reduced_motion="reduce",
    )
    if picture.login is not None:
        await context.request.post(
            "/api/v1/auth/login", data={"login": picture.login, "password": PASSWORD, "cookie": True}
        )
        me = await (await context.request.get("/api/v1/me")).json()
        answer = await context.request.patch(
            "/api/v1/me", data={"locale": locale}, headers={"x-csrf-token": me["csrf_token"]}
        )
        if not answer.ok:
            raise SystemExit(await answer.text())
    return context


async def _show(page: Page, picture: Picture) -> None:
    await page.goto(picture.path)
    await _rest(page)
    for step in picture.steps:
        if isinstance(step, str):
            await page.locator(step).first.click()
        else:
            field, text = step
            await page.locator(field).first.fill(text)
            await page.keyboard.press("Enter")
        await _rest(page)


async def _rest(page: Page) -> None:
    """Until everything has come and charts have been drawn."""
    await page.locator("h1").wait_for()
    await page.wait_for_function(AT_REST)
    await page.wait_for_timeout(700)


def _keep(picture: Picture, content: bytes) -> None:
    file = FOLDER / f"{picture.name}.webp"
    with Image.open(io.BytesIO(content)) as image:
        image.convert("RGB").save(file, "WEBP", quality=QUALITY, method=6)
    print(f"{file.relative_to(ROOT)}  {file.stat().st_size // 1000} kB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--at", metavar="URL", help="take them of the demo that runs there")
    parser.add_argument("names", nargs="*", help="take these alone")
    arguments = parser.parse_args()
    pictures = [one for one in PICTURES if not arguments.names or one.name in arguments.names]
    FOLDER.mkdir(exist_ok=True)
    if arguments.at:
        asyncio.run(take(arguments.at, pictures))
        return
    with demo() as url:
        asyncio.run(take(url, pictures))


if __name__ == "__main__":
    main()
