"""What people wait for: pages of the web application in a real browser, from the address to the content."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median

from playwright.sync_api import Browser, BrowserContext, Page, StorageState, sync_playwright

from bench.product_shop import PASSWORD
from bench.results import Figure
from bench.stage import Stage
from tests.web.chromium import find_chromium
from tools import web

_TIMES = 7
_ROWS = "table tbody tr:nth-child(25)"
_PRODUCT = "table tbody tr:first-child a"
_FIRST_PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
_PATIENCE = 60_000

Figures = dict[str, list[float]]


def measure(stage: Stage) -> Iterator[Figure]:
    """Milliseconds, the median of some visits: with an empty cache, with a warm one, and from one page to the next."""
    web.build_if_needed()
    with stage.product.serving(workers=1) as (port, _), _browser() as browser:
        address = f"http://127.0.0.1:{port}"
        state = _sign_in(browser, address)
        seen: Figures = {}
        for _ in range(_TIMES):
            context = browser.new_context(base_url=address, storage_state=state, locale="en-US")
            context.set_default_timeout(_PATIENCE)
            _visit(context, seen)
            context.close()
    for name, values in seen.items():
        yield Figure(name, "pirwa", median(values), "ms", {"worst": round(max(values)), "best": round(min(values))})


def _visit(context: BrowserContext, seen: Figures) -> None:
    """The list of products with an empty cache and again, one of them by its link, and the start page."""
    page = context.new_page()
    for cache in ("cold", "warm"):
        page.goto("/products")
        page.locator(_ROWS).wait_for()
        shown = page.evaluate("performance.now()")
        seen.setdefault(f"page, products, {cache}, first paint", []).append(page.evaluate(_FIRST_PAINT))
        seen.setdefault(f"page, products, {cache}, all rows", []).append(shown)
    for when in ("the first time", "again"):
        took = _timed(page, lambda: page.locator(_PRODUCT).first.click(), "main h1")
        seen.setdefault(f"page, from the list to a product, {when}", []).append(took)
        page.go_back()
        page.locator(_ROWS).wait_for()
    page.goto("/")
    page.locator("main h1").wait_for()
    seen.setdefault("page, home, warm, heading", []).append(page.evaluate("performance.now()"))
    page.close()


def _timed(page: Page, act: Callable[[], None], wanted: str) -> float:
    """Milliseconds by the page's own clock from the act until the wanted element of another address is there."""
    address, before = page.url, float(page.evaluate("performance.now()"))
    act()
    page.wait_for_url(lambda url: url != address)
    page.locator(wanted).first.wait_for()
    return float(page.evaluate("performance.now()")) - before


def _sign_in(browser: Browser, address: str) -> StorageState:
    with browser.new_context(base_url=address) as context:
        answer = context.request.post(
            "/api/v1/auth/login",
            data={"login": "techcorp_admin", "password": PASSWORD, "cookie": True},
            timeout=_PATIENCE,
        )
        if not answer.ok:
            raise RuntimeError(f"signing in was answered with {answer.status}: {answer.text()}")
        return context.storage_state()


@contextmanager
def _browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = find_chromium(playwright.chromium.executable_path)
        browser = playwright.chromium.launch(
            executable_path=found.path, env=dict(found.environment), chromium_sandbox=False
        )
        yield browser
        browser.close()
