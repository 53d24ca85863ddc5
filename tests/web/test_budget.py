"""What the application may weigh and ask for, so that it opens quickly on a phone in a warehouse. Sizes are those of gzip -9.

How many seconds things take, `test_speed.py` measures where nothing else runs.
"""

import gzip
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from playwright.async_api import Request, expect

from tests.shop import Shop
from tests.web.long_lists import open_long_list, way_on
from tests.web.painting import KB, LAYOUT_SHIFT, loaded, settle, shifted, throttle
from tests.web.visiting import PHONE, Visits
from tests.web.watching import Watch

pytestmark = pytest.mark.anyio

ENTRY, KIT, ROUTE, FIRST_LOAD, WASM, OTHER = 190 * KB, 80 * KB, 70 * KB, 260 * KB, 450 * KB, 10 * KB
# Files: scripts that every page needs, those of Home with its words, and those of the page that has most.
ENTRY_FILES, FIRST_LOAD_FILES, PAGE_FILES = 3, 20, 45
# The table and the fields: the first list or form brings them, all others find them there. Most are named in vite.config.ts.
KIT_PARTS = ("inputs", "fields", "choices", "rows", "lists", "drawer", "popper", "pickers", "SitePicker")

_STATIC = re.compile(r"""(?:\bfrom|\bimport)\s*["'`]\./([^"'`]+\.js)["'`]""")
_LAZY = re.compile(r"""\bimport\(\s*["'`]\./([^"'`]+\.js)["'`]""")


class Chunks:
    """The scripts of a build and how they lead to each other."""

    def __init__(self, folder: Path) -> None:
        texts = {file.name: file.read_text("utf-8") for file in (folder / "assets").glob("*.js")}
        self.sizes: Mapping[str, int] = {name: weight(text.encode()) for name, text in texts.items()}
        self._static = {name: set(_STATIC.findall(text)) for name, text in texts.items()}
        self._asks_for = {name: set(_LAZY.findall(text)) for name, text in texts.items()}
        self.lazy = set[str]().union(*self._asks_for.values())
        page = (folder / "index.html").read_text("utf-8")
        self.entry = self.with_all_it_needs(*re.findall(r'src="/assets/([\w.-]+\.js)"', page))
        (shell,) = (name for name in self.lazy if name.startswith("Shell-"))
        self.frame = self.entry | self.with_all_it_needs(shell)
        parts = [name for name in texts if name.partition("-")[0] in KIT_PARTS]
        assert len(parts) == len(KIT_PARTS), sorted(parts)
        self.kit = self.with_all_it_needs(*parts) - self.frame

    def with_all_it_needs(self, *names: str) -> frozenset[str]:
        """The chunks that are there before the first of these runs."""
        found: set[str] = set()
        waiting = list(names)
        while waiting:
            if (name := waiting.pop()) not in found:
                found.add(name)
                waiting += self._static[name]
        return frozenset(found)

    def routes(self) -> Iterator[tuple[str, int]]:
        """What comes on demand, with what each adds to the frame that all have who signed in, the kit, and whatever asks for it."""
        for name in sorted(self.lazy):
            asking = [self.with_all_it_needs(one) for one, wanted in self._asks_for.items() if name in wanted]
            there = frozenset.intersection(*asking)
            yield name, self.weigh(self.with_all_it_needs(name) - self.frame - self.kit - there)

    def pages(self) -> Iterator[tuple[str, int]]:
        """The pages within the frame, with the number of files that come before each is seen."""
        for name in sorted(self.lazy):
            if "Page-" in name:
                yield name, len(self.frame | self.with_all_it_needs(name))

    def weigh(self, names: frozenset[str]) -> int:
        return sum(self.sizes[name] for name in names)


def weight(content: bytes) -> int:
    return len(gzip.compress(content, 9))


def test_what_every_page_needs_is_light(built: Path) -> None:
    chunks = Chunks(built)
    assert 1 < len(chunks.entry) <= ENTRY_FILES, sorted(chunks.entry)
    assert chunks.weigh(chunks.entry) <= ENTRY, sorted((chunks.sizes[name], name) for name in chunks.entry)


def test_tables_and_fields_are_light(built: Path) -> None:
    chunks = Chunks(built)
    assert 0 < chunks.weigh(chunks.kit) <= KIT, sorted((chunks.sizes[name], name) for name in chunks.kit)


def test_what_comes_on_demand_is_light(built: Path) -> None:
    routes = dict(Chunks(built).routes())
    assert routes
    assert {name: size for name, size in routes.items() if size > ROUTE} == {}


def test_no_page_is_in_pieces(built: Path) -> None:
    """Each file is asked for when another that needs it has come, and small ones are packed worse."""
    pages = dict(Chunks(built).pages())
    assert len(pages) > 50
    assert {name: files for name, files in pages.items() if files > PAGE_FILES} == {}


def test_the_rest_is_light(built: Path) -> None:
    """Fonts and styles stay small, and the reader of barcodes in bounds."""
    files = [file for file in built.rglob("*") if file.is_file()]
    sizes = {file.relative_to(built).as_posix(): weight(file.read_bytes()) for file in files}
    limits = {".wasm": WASM, ".css": OTHER, ".woff2": OTHER, ".woff": OTHER, ".ttf": OTHER}
    heavy = {name: size for name, size in sizes.items() if size > limits.get(Path(name).suffix, ENTRY)}
    assert heavy == {}


async def test_home_is_light_and_stands_still(visit: Visits, shop: Shop, built: Path) -> None:
    """Nothing comes from elsewhere: `watch` sees to that."""
    await shop.product("COFFEE")
    await shop.post("receipt", "COFFEE", 10)
    page = await visit("admin")
    await settle(page)
    assert await shifted(page) <= LAYOUT_SHIFT
    # What draws charts comes when one is in view, and on a small screen none is. Scripts count as they are packed, also those that
    # the browser has already; nor does it count when events let what is shown be read once more.
    packed = Chunks(built).sizes
    came = [one for one in await loaded(page) if not one.name.startswith("Chart")]
    sizes = {one.path: packed.get(one.name, one.bytes) for one in reversed(came)}
    assert sum(sizes.values()) <= FIRST_LOAD, sorted(((size, path) for path, size in sizes.items()), reverse=True)
    assert len([one for one in came if one.is_part]) <= FIRST_LOAD_FILES, [one.path for one in came]


async def test_on_a_slow_network_it_stands_still_and_asks_for_its_files_once(visit: Visits, shop: Shop) -> None:
    """The second time the files are there."""
    await shop.product("COFFEE")
    page = await visit("operator", path="/contact", size=PHONE, service_workers="allow")
    await settle(page)
    for from_cache in (False, True):
        fresh = await page.context.new_page()
        await throttle(fresh, processor=1, from_cache=from_cache)
        await fresh.goto("/")
        await settle(fresh)
        assert await shifted(fresh) <= LAYOUT_SHIFT, from_cache
        parts = [one for one in await loaded(fresh) if one.is_part]
        assert parts
        assert all((one.bytes == 0) is from_cache for one in parts), parts
        await fresh.close()


async def test_the_next_page_of_a_list_is_one_request(visit: Visits, shop: Shop) -> None:
    """Others are of what events have told meanwhile."""
    page = await open_long_list(visit, shop)
    button = await way_on(page)
    asked: list[str] = []

    def note(request: Request) -> None:
        if "/products" in request.url or "/assets/" in request.url:
            asked.append(request.url)

    page.on("request", note)
    await button.click()
    await expect(page.get_by_role("cell", name="P-150", exact=True)).to_be_visible()
    await expect(page.locator("[aria-busy=true]")).to_have_count(0)
    assert len(asked) == 1, asked
    assert await shifted(page) <= LAYOUT_SHIFT


async def test_what_changed_without_a_network_is_shown_after_it(visit: Visits, shop: Shop, watch: Watch) -> None:
    """And what happens from then on. That the page comes back to a stream that broke, `eventStream.test.ts` shows."""
    watch.allow_offline()
    await shop.product("COFFEE")
    await shop.post("receipt", "COFFEE", 10)
    page = await visit("manager", path="/transfers?tab=all", language="en", service_workers="allow")
    await expect(page.get_by_text("No transfers yet")).to_be_visible()
    await page.context.set_offline(True)
    await expect(page.get_by_role("status").get_by_text("Offline", exact=True)).to_be_visible()
    body = {"source": "UIO", "destination": "GYE", "lines": [{"product": "COFFEE", "quantity": "1"}]}
    client = await visit.client("manager")
    await client.post_ok("/transfers", body)
    await expect(page.get_by_text("No transfers yet")).to_be_visible()
    await page.context.set_offline(False)
    await expect(page.get_by_role("link", name="Transfer 1")).to_be_visible()
    await client.post_ok("/transfers", body)
    await expect(page.get_by_role("link", name="Transfer 2")).to_be_visible()
