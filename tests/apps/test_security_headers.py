"""What browsers are told of every answer: that it is what it says, is shown in no frame, runs nothing, and is not kept."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from litestar import Litestar

from apps.http.app import create_app
from apps.settings import Settings

pytestmark = pytest.mark.anyio

ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-resource-policy": "same-origin",
}
NOBODY = "00000000-0000-7000-8000-000000000000"
PUBLIC = "/.well-known/"  # keys and addresses for whoever asks


@asynccontextmanager
async def visiting(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(cast("Any", app)), base_url="http://test") as client:
        yield client


def addresses(app: Litestar) -> list[tuple[str, str]]:
    """Every method of every route, at an address where nothing is."""
    found = []
    for route in app.routes:
        path = "".join(f"/{NOBODY}" if not isinstance(part, str) else f"/{part}" for part in route.path_components)
        methods = sorted(getattr(route, "methods", ()))
        found += [(method, path or "/") for method in methods if method != "OPTIONS"]
    return found


async def test_every_route_and_page_tells_browsers_to_be_careful(app: Litestar) -> None:
    """Seen to fail when the headers were given with successes alone."""
    tried = [
        *addresses(app),
        ("GET", "/nothing"),
        ("BREW", "/"),
        ("GET", "/api/v1/%01"),
        ("OPTIONS", "/api/v1/products"),
    ]
    assert len(tried) > 200
    async with visiting(app) as client:
        for method, path in tried:
            async with client.stream(method, path) as answer:
                said = answer.headers
            assert {name: said.get(name) for name in ALWAYS} == ALWAYS, (method, path)
            policy = said.get_list("content-security-policy")
            assert len(policy) == 1, (method, path)
            assert "default-src 'none'" in policy[0], (method, path)
            assert "unsafe-inline" not in policy[0], (method, path)
            assert "unsafe-eval" not in policy[0].replace("wasm-unsafe-eval", ""), (method, path)
            kept = said.get_list("cache-control")
            assert len(kept) == 1, (method, path)
            assert "no-store" in kept[0] or "no-cache" in kept[0] or path.startswith(PUBLIC), (method, path, kept)
            assert "server" not in said, (method, path)
            assert "x-powered-by" not in said, (method, path)


async def test_browsers_that_came_by_tls_are_told_to_stay_with_it(settings: Settings, tmp_path: Path) -> None:
    """Seen to fail without the header; over plain HTTP on this machine it would lock people out."""
    for public_url, said in (("https://stock.example.org", "max-age=31536000"), (None, None)):
        served = Settings(data=tmp_path, database_url=settings.database_url, public_url=public_url)
        async with visiting(create_app(served, write_log=lambda _: None)) as client:
            for path in ("/health/live", "/", "/api/v1/nothing"):
                answer = await client.get(path, headers={"accept": "text/html"})
                assert answer.headers.get("strict-transport-security") == said
