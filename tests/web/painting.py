"""What a browser tells of a page: what it loaded, when it painted, and how far what it showed has moved."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from playwright.async_api import Page, expect

KB = 1000
LAYOUT_SHIFT = 0.05
SLOW_NETWORK = {"offline": False, "latency": 150, "downloadThroughput": 200 * KB, "uploadThroughput": 90 * KB}
"""Slow 4G, as a phone in a warehouse has it."""

_SETTLED = "() => !document.querySelector('.MuiSkeleton-root, [aria-busy=true], [role=progressbar]')"
_LOADED = """() => {
  const page = performance.getEntriesByType("navigation");
  const rest = performance.getEntriesByType("resource");
  return [...page, ...rest].map((one) => [one.name, one.transferSize]);
}"""
_PAINTED = """() => new Promise((tell) => new PerformanceObserver((list) => {
  const paint = list.getEntriesByName("first-contentful-paint")[0];
  if (paint) { tell(paint.startTime / 1000); }
}).observe({type: "paint", buffered: true}))"""
_SHIFTED = """() => new Promise((tell) => {
  let sum = 0;
  new PerformanceObserver((list) => {
    sum += list.getEntries().filter((one) => !one.hadRecentInput).reduce((so, one) => so + one.value, 0);
  }).observe({type: "layout-shift", buffered: true});
  setTimeout(() => tell(sum), 50);
})"""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A file or an answer that a page has fetched, and the bytes that came over the network for it."""

    path: str
    bytes: int

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def is_part(self) -> bool:
        """Whether it is one of the files of the application."""
        return self.path.startswith("/assets/")


async def settle(page: Page) -> None:
    """Waits until the page shows its title and what it asked for."""
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await page.wait_for_function(_SETTLED)  # never "networkidle": the page listens to events


async def loaded(page: Page) -> list[Loaded]:
    """All that the page has fetched, in the order in which it came."""
    found: list[tuple[str, int]] = await page.evaluate(_LOADED)
    return [Loaded(urlsplit(name).path, size) for name, size in found]


async def painted(page: Page) -> float:
    """The seconds from its beginning until the page showed something."""
    seconds: float = await page.evaluate(_PAINTED)
    return seconds


async def shifted(page: Page) -> float:
    """How far things have moved that nobody moved."""
    sum_of_shifts: float = await page.evaluate(_SHIFTED)
    return sum_of_shifts


async def throttle(page: Page, *, processor: float, from_cache: bool) -> None:
    """From now on the page has a slow network, a processor so many times slower, and what the browser has kept or nothing of it."""
    tools = await page.context.new_cdp_session(page)
    await tools.send("Emulation.setCPUThrottlingRate", {"rate": processor})
    await tools.send("Network.enable")
    await tools.send("Network.emulateNetworkConditions", SLOW_NETWORK)
    await tools.send("Network.setCacheDisabled", {"cacheDisabled": not from_cache})
    await tools.send("Network.setBypassServiceWorker", {"bypass": not from_cache})
