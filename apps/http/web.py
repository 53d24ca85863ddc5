"""The web application's files, before the API: no request for one of them opens a container or asks the database."""

from collections.abc import Mapping
from secrets import token_urlsafe

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send

from apps.http.web_files import INDEX, WebFile, WebFiles

# Below these, what is not found is a problem of the API's, never a page.
OF_THE_API = frozenset({"api", "assets", "docs", "health", "metrics", "oauth", "schema", ".well-known"})
ASSETS = "/assets/"

_POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'{nonce}; style-src-attr 'none'; "
    "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; "
    "media-src 'self' blob:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_COMMON = ((b"permissions-policy", b"camera=(self)"), (b"cross-origin-opener-policy", b"same-origin"))
_FILE_POLICY = (b"content-security-policy", _POLICY.format(nonce="").encode())  # scripts of workers live by it
_FOREVER = (b"cache-control", b"public, max-age=31536000, immutable")  # their names change with their content
_ASK_AGAIN = (b"cache-control", b"no-cache")

_READING = frozenset({"GET", "HEAD"})
_NO_GZIP = {b"gzip;q=0", b"gzip;q=0.0", b"gzip;q=0.00", b"gzip;q=0.000"}

Headers = list[tuple[bytes, bytes]]


class Web:
    """Answers with the built files, and with the one page wherever a browser asks for a page; leaves the rest to the API."""

    def __init__(self, api: ASGIApp, files: WebFiles) -> None:
        self._api = api
        self._page, self._files = files.page, files.files

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or scope["path"].startswith("/api/") or scope["method"] not in _READING:
            await self._api(scope, receive, send)
            return
        path, headers = scope["path"], scope["state"]["headers"]
        if (file := self._files.get(path)) is not None:
            scope["path_template"] = f"{ASSETS}{{file}}" if path.startswith(ASSETS) else path
            await _answer(scope, send, *_of_file(file, path, headers))
        elif path in ("/", INDEX) or _asks_for_page(path, headers):
            scope["path_template"] = "/{page}"
            nonce = token_urlsafe(16).encode()
            await _answer(scope, send, 200, _page_headers(nonce), self._page.with_nonce(nonce))
        else:
            await self._api(scope, receive, send)


def _asks_for_page(path: str, headers: Mapping[bytes, bytes]) -> bool:
    return path.removeprefix("/").partition("/")[0] not in OF_THE_API and b"text/html" in headers.get(b"accept", b"")


def _page_headers(nonce: bytes) -> Headers:
    """The page has no ETag: a browser that kept it would put a new policy beside an old nonce."""
    policy = _POLICY.format(nonce=f" 'nonce-{nonce.decode()}'").encode()
    return [(b"content-type", b"text/html; charset=utf-8"), (b"content-security-policy", policy), _ASK_AGAIN]


def _of_file(file: WebFile, path: str, asked: Mapping[bytes, bytes]) -> tuple[int, Headers, bytes]:
    headers = [
        (b"etag", file.etag),
        _FOREVER if path.startswith(ASSETS) else _ASK_AGAIN,
        (b"vary", b"accept-encoding"),
        _FILE_POLICY,
    ]
    if file.etag in asked.get(b"if-none-match", b""):
        return 304, headers, b""
    headers.append((b"content-type", file.media_type))
    if _takes_gzip(asked.get(b"accept-encoding", b"")) and (gzipped := file.gzipped) is not None:
        return 200, [*headers, (b"content-encoding", b"gzip")], gzipped
    return 200, headers, file.body


def _takes_gzip(accepted: bytes) -> bool:
    codings = {one.replace(b" ", b"") for one in accepted.lower().split(b",")}
    return any(one.partition(b";")[0] == b"gzip" for one in codings - _NO_GZIP)


async def _answer(scope: HTTPScope, send: Send, status: int, headers: Headers, body: bytes) -> None:
    full = [*headers, *_COMMON]
    if status != 304:
        full.append((b"content-length", b"%d" % len(body)))
    await send({"type": "http.response.start", "status": status, "headers": full})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body, "more_body": False})
