"""The built files of the web application, in memory: read once, compressed once, when first asked for so."""

import gzip
import mimetypes
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

BUILT = Path(__file__).parents[1] / "web" / "dist"
INDEX = "/index.html"
UNBUILT = Path(__file__).with_name("web_unbuilt.html")  # what people see where nothing was built
NONCE = b"__CSP_NONCE__"

_TYPES = {".js": "text/javascript", ".wasm": "application/wasm", ".webmanifest": "application/manifest+json"}
_LEVEL = 9
_WORTH_IT = 0.9  # of its size must a file shrink below, or it goes out as it is


@dataclass(frozen=True, slots=True)
class WebFile:
    """One file as it goes out."""

    media_type: bytes
    body: bytes
    etag: bytes

    @property
    def gzipped(self) -> bytes | None:
        """None where that would not make it smaller."""
        return _gzipped(self.body)


@dataclass(frozen=True, slots=True)
class WebPage:
    """The one page, in the pieces between which each answer puts a nonce of its own."""

    pieces: tuple[bytes, ...]

    def with_nonce(self, nonce: bytes) -> bytes:
        """The page of one answer."""
        return nonce.join(self.pieces)


@dataclass(frozen=True, slots=True)
class WebFiles:
    """All that a browser can be given, by path."""

    page: WebPage
    files: Mapping[str, WebFile]


def load_web_files(folder: Path = BUILT) -> WebFiles:
    """The files of this folder; without an index.html in it, a page that says how to build them."""
    index = folder / INDEX[1:]
    return _load(folder, index.stat().st_mtime_ns if index.is_file() else None)


@cache
def _load(folder: Path, built_at: int | None) -> WebFiles:
    if built_at is None:
        return WebFiles(WebPage(_pieces(UNBUILT)), {})
    return WebFiles(WebPage(_pieces(folder / INDEX[1:])), dict(_files(folder)))


def _files(folder: Path) -> Iterator[tuple[str, WebFile]]:
    for path in sorted(folder.rglob("*")):
        address = f"/{path.relative_to(folder).as_posix()}"
        if path.is_file() and address != INDEX:
            yield address, _file(path)


def _file(path: Path) -> WebFile:
    body = path.read_bytes()
    digest = sha256(body).hexdigest()[:32]
    return WebFile(_media_type(path), body, f'"{digest}"'.encode())


@cache
def _gzipped(body: bytes) -> bytes | None:
    """Kept for as long as the process lives. To compress all files when it starts would take as long as to import Litestar."""
    gzipped = gzip.compress(body, _LEVEL, mtime=0)
    return gzipped if len(gzipped) < len(body) * _WORTH_IT else None


def _media_type(path: Path) -> bytes:
    known = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return f"{known}; charset=utf-8".encode() if known.startswith("text/") else known.encode()


def _pieces(page: Path) -> tuple[bytes, ...]:
    return tuple(page.read_bytes().split(NONCE))
