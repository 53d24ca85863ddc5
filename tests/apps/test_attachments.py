"""Files that support a posting."""

import asyncio
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

import pytest

from adapters.attachment_types.sniffer import AttachmentSniffer
from adapters.local_disk.file_store import LocalDiskStore
from adapters.pictures.encoder import WebpEncoder
from apps.settings import Settings
from core.commands.attachments import Attachments
from core.commands.product_images import ProductImages
from core.domain.ids import new_id
from core.ports.attachments import SubjectType
from core.ports.files import PUT_AT_ONCE, StoredFile
from tests.api import Api
from tests.shop import Shop

pytestmark = pytest.mark.anyio

INVOICE = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


async def test_a_file_is_attached_to_a_posting_and_downloaded_as_it_came(api: Api) -> None:
    await api.shop.product("A")
    posting = await api.shop.post("receipt", "A", 1)
    client = await api.client("operator", "UIO")
    form = {"subject_type": "posting", "subject_id": str(posting.id)}
    added = await client.post("/attachments", data=form, files={"file": ("../factura 77.pdf", INVOICE)})
    assert added.status_code == 201, added.text
    assert (added.json()["name"], added.json()["media_type"]) == ("factura 77.pdf", "application/pdf")
    listed = await client.get_ok("/attachments", subject_id=str(posting.id))
    assert [one["id"] for one in listed] == [added.json()["id"]]
    download = await client.get(f"/attachments/{added.json()['id']}")
    assert download.content == INVOICE
    assert download.headers["content-disposition"].startswith("attachment;")


@pytest.mark.promise("S9")
async def test_a_page_with_script_is_no_document(api: Api) -> None:
    await api.shop.product("A")
    posting = await api.shop.post("receipt", "A", 1)
    client = await api.client("operator")
    form = {"subject_type": "posting", "subject_id": str(posting.id)}
    refused = await client.post("/attachments", data=form, files={"file": ("x.html", b"<html><script>1</script>")})
    assert refused.status_code == 422


async def test_files_of_other_sites_and_of_nothing_do_not_exist(api: Api, settings: Settings) -> None:
    await api.shop.product("A")
    posting = await api.shop.post("receipt", "A", 1)
    owner, stranger = await api.client("operator", "UIO"), await api.client("operator", "GYE")
    form = {"subject_type": "posting", "subject_id": str(posting.id)}
    added = (await owner.post("/attachments", data=form, files={"file": ("a.pdf", INVOICE)})).json()
    assert (await stranger.get(f"/attachments/{added['id']}")).status_code == 404
    assert await stranger.get_ok("/attachments", subject_id=str(posting.id)) == []
    other = INVOICE + b"%other"
    assert (await stranger.post("/attachments", data=form, files={"file": ("a.pdf", other)})).status_code == 404
    nothing = {"subject_type": "posting", "subject_id": str(new_id())}
    assert (await owner.post("/attachments", data=nothing, files={"file": ("a.pdf", other)})).status_code == 404
    kept = [path.name for path in (settings.data / "files" / str(api.shop.company_id)).rglob("*") if path.is_file()]
    assert kept == [sha256(INVOICE).hexdigest()]


class TidiedStore(LocalDiskStore):
    """Somebody begins to clear away a file in the moment in which it has been stored."""

    def __init__(self, root: Path, shop: Shop) -> None:
        super().__init__(root)
        self._shop = shop
        self._images = ProductImages(shop.run, self, WebpEncoder())
        self.clearing: asyncio.Task[None] | None = None

    async def put(self, company_id: UUID, content: BinaryIO) -> StoredFile:
        stored = await super().put(company_id, content)
        self.clearing = asyncio.create_task(self._images.forget(self._shop.admin, [stored.digest]))
        while not self.clearing.done() and not await self._somebody_waits():
            pass
        return stored

    async def _somebody_waits(self) -> bool:
        waiting = (
            "SELECT 1 FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
            " WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()"
        )
        return bool(await self._shop.fetch(waiting))


class HungStore(LocalDiskStore):
    """Takes files and never finishes, as a service does that is out of reach."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.begun = 0

    async def put(self, company_id: UUID, content: BinaryIO) -> StoredFile:
        self.begun += 1
        await asyncio.Event().wait()
        return await super().put(company_id, content)


async def test_where_the_store_hangs_whoever_sells_still_finds_a_connection(shop: Shop, tmp_path: Path) -> None:
    """Seen to fail when every upload held a connection while its file was put."""
    product = await shop.product("A")
    store, connections = HungStore(tmp_path), 16  # that the tests' database has
    attachments = Attachments(shop.run, store, AttachmentSniffer())
    uploads = [
        asyncio.create_task(
            attachments.add(shop.admin, SubjectType.PRODUCT, product, f"{number}.pdf", INVOICE + b"%d" % number)
        )
        for number in range(2 * connections)
    ]
    async with asyncio.timeout(20):
        while store.begun < PUT_AT_ONCE:  # noqa: ASYNC110 - the store sets no event of ours
            await asyncio.sleep(0.01)
        await asyncio.gather(*(shop.post("receipt", "A", 1) for _ in range(connections)))
    assert store.begun == PUT_AT_ONCE
    for upload in uploads:
        upload.cancel()
    await asyncio.gather(*uploads, return_exceptions=True)


async def test_a_file_that_is_cleared_away_while_it_is_attached_stays(shop: Shop, tmp_path: Path) -> None:
    """Seen to fail when the content was stored before the claim that keeps files was taken."""
    product = await shop.product("A")
    store = TidiedStore(tmp_path, shop)
    attachments = Attachments(shop.run, store, AttachmentSniffer())
    added = await attachments.add(shop.admin, SubjectType.PRODUCT, product, "a.pdf", INVOICE)
    assert store.clearing is not None
    await store.clearing
    _, content = await attachments.content(shop.admin, added.id)
    assert b"".join([chunk async for chunk in content]) == INVOICE
