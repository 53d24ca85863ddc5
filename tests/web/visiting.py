"""People at the web application, in a real browser, each in a browser profile of their own."""

from dataclasses import dataclass, field
from typing import Any, Literal

from playwright.async_api import Browser, BrowserContext, Page, expect

from core.ports.identity import AccessTokens
from tests.api import Client
from tests.shop import Shop
from tests.web.people import LOCALES, Person, hire
from tests.web.watching import Watch

Language = Literal["es", "en"]
Scheme = Literal["light", "dark"]
Size = tuple[int, int]

PATIENCE = 30_000  # milliseconds: on a machine that runs everything else at the same time
expect.set_options(timeout=PATIENCE)

LANGUAGES: tuple[Language, ...] = ("es", "en")
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
DESKTOP: Size = (1366, 768)
PHONE: Size = (390, 844)

# axe finds no fault with what is still coming in, so it looks when the page has come to rest.
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_LOOK = """async (tags) => {
  const ending = document.getAnimations().filter((one) => one.effect?.getComputedTiming().iterations !== Infinity);
  await Promise.allSettled(ending.map((one) => one.finished));
  const found = await axe.run(document, { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"], selectors: false, iframes: false });
  return found.violations.flatMap((one) => one.nodes.map((node) => `${one.id} (${one.help}): ${node.html}`));
}"""


# What has been fetched once is there without a network, though nobody has needed it yet.
_MESSAGES_ARE_THERE = (
    "() => performance.getEntriesByType('resource').some(({name}) => name.includes('/assets/Message-'))"
)


async def lose_the_network(page: Page) -> None:
    """Takes it away once the page has fetched what it says things with: it does so right after it is shown."""
    await page.wait_for_function(_MESSAGES_ARE_THERE)
    await page.context.set_offline(True)


@dataclass
class Visits:
    """Opens the application for people of the test's company. All that was opened is watched, and closed with the test."""

    browser: Browser
    address: str
    shop: Shop
    tokens: AccessTokens
    axe: str
    watch: Watch
    _contexts: list[BrowserContext] = field(default_factory=list)
    _people: list[Person] = field(default_factory=list)

    async def __call__(
        self,
        role: str | None = "admin",
        *sites: str,
        path: str = "/",
        language: Language = "es",
        scheme: Scheme = "light",
        size: Size = DESKTOP,
        **more: Any,
    ) -> Page:
        """A page that somebody new with this role has opened, at all sites or at the named ones. With `None` nobody is signed in.
        `more` goes to Playwright's `new_context`, such as `has_touch=True` or `service_workers="allow"` for who goes on without a
        network."""
        context = await self.context(language=language, scheme=scheme, size=size, **more)
        if role is not None:
            await self.enter(context, (await self.person(role, *sites, language=language)).cookie)
        page = await context.new_page()
        await page.goto(path)
        return page

    async def context(self, *, language: Language, scheme: Scheme, size: Size, **more: Any) -> BrowserContext:
        """A browser profile in which nobody is signed in. No service worker keeps the application in it, unless the test needs that:
        it is thrown away before the worker is of use, and a fifth of what opening the application costs goes into keeping it."""
        context = await self.browser.new_context(
            base_url=self.address,
            locale=LOCALES[language],
            color_scheme=scheme,
            viewport={"width": size[0], "height": size[1]},
            timezone_id="America/Guayaquil",
            reduced_motion="reduce",
            **({"service_workers": "block"} | more),
        )
        context.set_default_timeout(PATIENCE)
        await self.watch.over(context)
        self._contexts.append(context)
        return context

    async def enter(self, context: BrowserContext, cookie: str) -> None:
        """Gives the browser the session of somebody."""
        await context.add_cookies(
            [
                {
                    "name": "pirwa_session",
                    "value": cookie,
                    "url": self.address,
                    "httpOnly": True,
                    "sameSite": "Strict",
                }
            ]
        )

    async def person(self, role: str, *sites: str, language: Language = "es") -> Person:
        """Somebody new of the test's company, for tests that look at the same things by the API."""
        person = await hire(self.shop, self.tokens, self.address, role, sites, language)
        self._people.append(person)
        return person

    async def client(self, role: str = "admin", *sites: str) -> Client:
        """The API of the same server, as somebody new with this role reaches it."""
        return (await self.person(role, *sites)).client

    async def barriers(self, page: Page) -> list[str]:
        """What axe finds on the page against WCAG 2.0 to 2.2, A and AA: none is the only good answer."""
        if not await page.evaluate("() => 'axe' in window"):
            await page.evaluate(self.axe)
        found: list[str] = await page.evaluate(_LOOK, _RULES)
        return found

    async def close(self) -> None:
        """Ends all visits."""
        for context in self._contexts:
            await context.close()
        for person in self._people:
            await person.client.aclose()
