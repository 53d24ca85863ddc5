"""Files that support a posting."""

import pytest

from core.domain.ids import new_id
from tests.api import Api

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


async def test_a_page_with_script_is_no_document(api: Api) -> None:
    await api.shop.product("A")
    posting = await api.shop.post("receipt", "A", 1)
    client = await api.client("operator")
    form = {"subject_type": "posting", "subject_id": str(posting.id)}
    refused = await client.post("/attachments", data=form, files={"file": ("x.html", b"<html><script>1</script>")})
    assert refused.status_code == 422


async def test_files_of_other_sites_and_of_nothing_do_not_exist(api: Api) -> None:
    await api.shop.product("A")
    posting = await api.shop.post("receipt", "A", 1)
    owner, stranger = await api.client("operator", "UIO"), await api.client("operator", "GYE")
    form = {"subject_type": "posting", "subject_id": str(posting.id)}
    added = (await owner.post("/attachments", data=form, files={"file": ("a.pdf", INVOICE)})).json()
    assert (await stranger.get(f"/attachments/{added['id']}")).status_code == 404
    assert await stranger.get_ok("/attachments", subject_id=str(posting.id)) == []
    assert (await stranger.post("/attachments", data=form, files={"file": ("a.pdf", INVOICE)})).status_code == 404
    nothing = {"subject_type": "posting", "subject_id": str(new_id())}
    assert (await owner.post("/attachments", data=nothing, files={"file": ("a.pdf", INVOICE)})).status_code == 404
