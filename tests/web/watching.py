"""Watches what happens in a browser beside what a test looks at, and finds fault with it."""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, ConsoleMessage, Request, Response

# Tells of violations before any script of the page runs; errors on the console are heard by the watch.
_TELL = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy: ${event.effectiveDirective} refused ${event.blockedURI} ${event.sourceFile ?? ""}`));
"""
_OF_A_RESPONSE = "Failed to load resource"  # the response itself is judged
_LEFT = "net::ERR_ABORTED"  # the page went away, or the browser itself turned the answer into a download


@dataclass
class Watch:
    """Errors on the console and in the page, violations of the policy, requests that failed, went elsewhere or were refused."""

    origin: str
    faults: list[str] = field(default_factory=list)
    _allowed: list[tuple[int, re.Pattern[str]]] = field(default_factory=list)
    _offline: bool = False

    def allow(self, status: int, path: str) -> None:
        """From now on an answer of this status is no fault where the path matches this expression."""
        self._allowed.append((status, re.compile(path)))

    def allow_offline(self) -> None:
        """From now on it is no fault that a request reaches nobody."""
        self._offline = True

    async def over(self, context: BrowserContext) -> None:
        """Begins to watch all pages of this context."""
        await context.add_init_script(_TELL)
        context.on("console", self._hear)
        context.on("weberror", lambda raised: self.faults.append(f"the page raised {raised.error}"))
        context.on("request", self._see_request)
        context.on("requestfailed", self._see_failure)
        context.on("response", self._see_response)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error" and _OF_A_RESPONSE not in message.text:
            self.faults.append(f"the console says: {message.text[:400]}")

    def _see_request(self, request: Request) -> None:
        if not request.url.startswith((self.origin, "data:", "blob:")):
            self.faults.append(f"a request went elsewhere: {request.url}")

    def _see_failure(self, request: Request) -> None:
        if request.failure != _LEFT and not self._offline:
            self.faults.append(f"{request.method} {request.url} failed: {request.failure}")

    def _see_response(self, response: Response) -> None:
        path = urlsplit(response.url).path
        if response.status >= 400 and not any(
            status == response.status and pattern.search(path) for status, pattern in self._allowed
        ):
            self.faults.append(f"{response.request.method} {path} was answered {response.status}")
