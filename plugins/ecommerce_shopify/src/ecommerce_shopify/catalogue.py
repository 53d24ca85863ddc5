"""What the shop sells: small shops page by page, large ones as a file that Shopify prepares."""

import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import msgspec

from core.ports.failures import Misconfigured, PermanentlyRejected, Transient
from core.ports.storefront import Item, ItemPage

from . import documents
from .answers import in_words, user_errors
from .client import ShopifyClient
from .mapping import item_of

MOST_BY_PAGES = 2_000
CHUNK = 900_000  # bytes of the file that are read at once, some 3,000 variants

_PAGE, _START, _FILE = "page", "start", "file"
_PREPARING, _OTHERS_FIRST = timedelta(seconds=5), timedelta(seconds=30)
_END = re.compile(r"bytes (\d+)-(\d+)/(\d+)")


class Catalogue:
    """Cursors say where they go on: `page <cursor>`, `start` (of a file), `file <bulk operation> <first byte>`."""

    def __init__(self, client: ShopifyClient) -> None:
        self._client = client

    async def items(self, cursor: str | None) -> ItemPage:
        if cursor is None:
            counted = await self._client.execute(documents.COUNT_VARIANTS)
            cursor = _PAGE if counted["productVariantsCount"]["count"] <= MOST_BY_PAGES else _START
        match cursor.split(" "):
            case [name] if name == _PAGE:
                return await self._page(None)
            case [name, after] if name == _PAGE:
                return await self._page(after)
            case [name] if name == _START:
                return await self._start()
            case [name, operation, offset] if name == _FILE:
                return await self._file(operation, int(offset))
        raise PermanentlyRejected("this cursor is none of ours")

    async def _page(self, after: str | None) -> ItemPage:
        page = (await self._client.execute(documents.VARIANTS, {"after": after}))["productVariants"]
        following = f"{_PAGE} {page['pageInfo']['endCursor']}" if page["pageInfo"]["hasNextPage"] else None
        return ItemPage(_items(page["nodes"]), following)

    async def _start(self) -> ItemPage:
        """Has the file prepared. A second start, where the answer to the first was lost, does no harm."""
        data = await self._client.execute(documents.START_BULK, {"query": documents.VARIANTS_IN_BULK}, repeatable=True)
        payload = data["bulkOperationRunQuery"]
        if errors := user_errors(payload):
            if {error.code for error in errors} & {"OPERATION_IN_PROGRESS", "LIMIT_REACHED"}:
                return ItemPage([], _START, _OTHERS_FIRST)
            raise PermanentlyRejected(in_words(errors))
        return ItemPage([], f"{_FILE} {payload['bulkOperation']['id']} 0", _PREPARING)

    async def _file(self, operation: str, offset: int) -> ItemPage:
        state = (await self._client.execute(documents.BULK, {"id": operation}))["bulkOperation"]
        match state["status"] if state else "EXPIRED":
            case "COMPLETED":
                return await self._chunk(state["url"], operation, offset) if state["url"] else ItemPage([])
            case "CREATED" | "RUNNING" | "CANCELING":
                return ItemPage([], f"{_FILE} {operation} {offset}", _PREPARING)
            case "FAILED" if state["errorCode"] == "ACCESS_DENIED":
                raise Misconfigured("Shopify does not let the app read the products")
            case _:  # what cannot be had as a file can be had by pages
                return ItemPage([], _PAGE)

    async def _chunk(self, url: str, operation: str, offset: int) -> ItemPage:
        answer = await self._client.download(url, offset, CHUNK)
        end = _END.fullmatch(answer.headers.get("content-range", ""))
        if answer.status != 206 or end is None:
            raise Transient(f"the list of products cannot be read: the answer is {answer.status}")
        last = int(end[2]) + 1 >= int(end[3])
        lines = answer.body if last else answer.body[: answer.body.rfind(b"\n") + 1]
        following = None if last else f"{_FILE} {operation} {offset + len(lines)}"
        return ItemPage(_items(map(msgspec.json.decode, lines.splitlines())), following)


def _items(variants: Iterable[Any]) -> list[Item]:
    """Variants that share their stock are one item."""
    return list({item.id: item for item in map(item_of, variants)}.values())
