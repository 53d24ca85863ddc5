"""The built web application as browsers are given it: what is kept for good, what is asked for again, and what never is a page."""

import gzip
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

from apps.http.app import create_app
from apps.http.web_files import load_web_files
from apps.settings import Settings

pytestmark = pytest.mark.anyio

PAGE = '<meta name="csp-nonce" content="__CSP_NONCE__"><script type="module" src="/assets/index-a1b2.js"></script>'
SCRIPT = "export const greeting = 'hola';\n" * 100
BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a build leaves behind, on a small scale."""
    folder = tmp_path_factory.mktemp("dist")
    (folder / "assets").mkdir()
    (folder / "index.html").write_text(PAGE, encoding="utf-8")
    (folder / "sw.js").write_text("self.skipWaiting();", encoding="utf-8")
    (folder / "manifest.webmanifest").write_text('{"name": "Pirwa"}', encoding="utf-8")
    (folder / "assets" / "index-a1b2.js").write_text(SCRIPT, encoding="utf-8")
    (folder / "assets" / "reader-c3d4.wasm").write_bytes(b"\0asm\1\0\0\0")
    return folder


@pytest.fixture(scope="module")
async def browser(built: Path, settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """It keeps nothing from one page to the next: no page sets a cookie."""
    async with visiting(settings, built) as client:
        yield client


@asynccontextmanager
async def visiting(settings: Settings, built: Path) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(settings, write_log=lambda _: None, web=built)
    transport = httpx.ASGITransport(cast("Any", app))
    async with (
        app.lifespan(),
        httpx.AsyncClient(transport=transport, base_url="http://test", headers=BROWSER) as client,
    ):
        yield client


def policy_of(answer: httpx.Response) -> dict[str, str]:
    """The directives of its content security policy."""
    directives = answer.headers["content-security-policy"].split("; ")
    return {name: sources for name, _, sources in (one.partition(" ") for one in directives)}


@pytest.mark.parametrize("path", ["/", "/index.html", "/products", "/products/8f2c", "/login?next=/scan", "/apiary"])
async def test_every_page_is_the_one_page(browser: httpx.AsyncClient, path: str) -> None:
    answer = await browser.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "/assets/index-a1b2.js" in answer.text
    assert answer.headers["cache-control"] == "no-cache"
    assert "etag" not in answer.headers  # with one, a browser would put the policy of a 304 beside the nonce it kept


@pytest.mark.parametrize(
    "path",
    [
        *("/api", "/api/v1/nothing", "/assets/index-old.js", "/assets", "/schema/nothing", "/health/nothing"),
        *("/docs", "/docs/nothing", "/oauth/authorize", "/metrics/nothing", "/.well-known/nothing", "/api//"),
    ],
)
async def test_what_the_api_or_an_older_page_asks_for_is_never_a_page(browser: httpx.AsyncClient, path: str) -> None:
    """Seen to fail when the paths below /assets were not excepted: a missing script was HTML."""
    answer = await browser.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


async def test_a_program_is_told_that_nothing_is_there(browser: httpx.AsyncClient) -> None:
    for accept in ("*/*", "application/json"):
        answer = await browser.get("/products", headers={"accept": accept})
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


async def test_a_page_is_read_only(browser: httpx.AsyncClient) -> None:
    for method in ("POST", "PUT", "DELETE"):
        answer = await browser.request(method, "/products")
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


async def test_styles_need_the_nonce_of_their_own_answer(browser: httpx.AsyncClient) -> None:
    """Seen to fail when the nonce was made once for the process."""
    nonces = set()
    for answer in (await browser.get("/"), await browser.get("/")):
        (nonce,) = re.findall(r'name="csp-nonce" content="([^"]{20,})"', answer.text)
        assert policy_of(answer)["style-src"] == f"'self' 'nonce-{nonce}'"
        nonces.add(nonce)
    assert len(nonces) == 2


async def test_the_policy_lets_nothing_in_from_elsewhere(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/")
    policy = policy_of(answer)
    assert policy.pop("style-src").startswith("'self' 'nonce-")
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self' 'wasm-unsafe-eval'",
        "style-src-attr": "'none'",
        "img-src": "'self' data: blob:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "worker-src": "'self'",
        "manifest-src": "'self'",
        "media-src": "'self' blob:",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    assert answer.headers["permissions-policy"] == "camera=(self)"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_what_has_its_content_in_its_name_is_kept_for_good(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/assets/index-a1b2.js")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.text == SCRIPT
    wasm = await browser.get("/assets/reader-c3d4.wasm")
    assert wasm.headers["content-type"] == "application/wasm"
    assert policy_of(wasm)["script-src"] == "'self' 'wasm-unsafe-eval'"


@pytest.mark.parametrize("path", ["/sw.js", "/manifest.webmanifest"])
async def test_the_rest_is_asked_for_again(browser: httpx.AsyncClient, path: str) -> None:
    answer = await browser.get(path)
    assert answer.headers["cache-control"] == "no-cache"
    again = await browser.get(path, headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert policy_of(again) == policy_of(answer)  # what a 304 says replaces what was kept
    assert (await browser.get(path, headers={"if-none-match": '"another"'})).content == answer.content


@pytest.mark.parametrize("accepted", ["gzip", "br, gzip;q=0.8", "deflate,  GZIP ; q=1"])
async def test_text_goes_out_compressed(browser: httpx.AsyncClient, accepted: str) -> None:
    async with browser.stream("GET", "/assets/index-a1b2.js", headers={"accept-encoding": accepted}) as answer:
        sent = b"".join([piece async for piece in answer.aiter_raw()])
    assert (answer.headers["content-encoding"], answer.headers["vary"]) == ("gzip", "accept-encoding")
    assert gzip.decompress(sent) == SCRIPT.encode()
    assert len(sent) == int(answer.headers["content-length"]) < len(SCRIPT) / 10


@pytest.mark.parametrize("accepted", ["identity", "br", "gzip;q=0", "gzip; q=0.0, br", "x-gzip"])
async def test_whoever_cannot_unpack_gets_it_plain(browser: httpx.AsyncClient, accepted: str) -> None:
    answer = await browser.get("/assets/index-a1b2.js", headers={"accept-encoding": accepted})
    assert "content-encoding" not in answer.headers
    assert answer.content == SCRIPT.encode()


async def test_what_is_too_small_to_shrink_goes_out_plain(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/sw.js", headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize("path", ["/", "/assets/index-a1b2.js"])
async def test_head_tells_the_length_alone(browser: httpx.AsyncClient, path: str) -> None:
    asked = {"accept-encoding": "identity"}
    answer, whole = await browser.head(path, headers=asked), await browser.get(path, headers=asked)
    assert answer.content == b""
    assert answer.headers["content-length"] == str(len(whole.content))


@pytest.mark.parametrize("path", ["/assets/../index.html", "/assets/%2e%2e/%2e%2e/etc/passwd", "//etc/passwd", "/%00"])
async def test_no_path_leads_out_of_the_folder(browser: httpx.AsyncClient, path: str) -> None:
    answer = await browser.get(httpx.URL("http://test", raw_path=path.encode()))
    assert "root:" not in answer.text


async def test_without_a_build_people_are_told_how_to_make_one(settings: Settings, tmp_path: Path) -> None:
    async with visiting(settings, tmp_path) as browser:
        page = await browser.get("/products")
        assert page.status_code == 200
        assert "make web" in page.text
        assert "no está construida" in page.text
        assert "has not been built" in page.text
        assert f'nonce="{policy_of(page)["style-src"].partition("nonce-")[2][:-1]}"' in page.text
        assert (await browser.get("/health/live")).json() == {"status": "ok"}
        assert (await browser.get("/assets/index-a1b2.js")).status_code == 404


async def test_a_new_build_is_seen_at_the_next_start(tmp_path: Path) -> None:
    assert b"make web" in load_web_files(tmp_path).page.with_nonce(b"x")
    (tmp_path / "index.html").write_text("first", encoding="utf-8")
    assert load_web_files(tmp_path).page.with_nonce(b"x") == b"first"
