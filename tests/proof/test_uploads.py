"""Whatever is uploaded, nothing active ever comes from our address: it is refused, drawn anew, or given as a download that runs nowhere.

Seen to fail when attachments were shown instead of downloaded, when one of HTML was called so, when names kept their paths, and when
pictures were kept as they came.
"""

import gzip
import io
import zipfile
from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from litestar import Litestar
from PIL import Image

from tests.api import Api, Client
from tests.proof import bombs
from tests.proof.recording import Reach

pytestmark = [pytest.mark.anyio, pytest.mark.promise("S9")]

MARK = b"<script>alert('mark-7f3a')</script>"
PAGE = b"<!doctype html><html><body>" + MARK + b"</body></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)">' + MARK + b"</svg>"
NAMES = (
    "invoice.pdf",
    "../../../etc/cron.d/x.html",
    "..\\..\\page.html",
    'a"; filename="b.html',
    "a.pdf\u202efdp.exe",
    "<img src=x onerror=alert(1)>.svg",
    "x" * 195 + ".html",
    "%0d%0aSet-Cookie:a=b.html",
    "=cmd|' /C calc'!A0.csv",
)


def picture(kind: str, **options: Any) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (9, 9), (200, 20, 20)).save(target, kind, **options)
    return target.getvalue()


def archive(**parts: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as file:
        for name, content in parts.items():
            file.writestr(name.replace("__", "/"), content)
    return target.getvalue()


CORPUS: Mapping[str, bytes] = {
    "page": PAGE,
    "page after a mark": b"\xef\xbb\xbf" + PAGE,
    "page after blanks": b" \r\n\t" * 300 + PAGE,
    "page after a comment": b"<!-- x -->" + PAGE,
    "page in capitals": PAGE.upper(),
    "page in utf-16": PAGE.decode().encode("utf-16"),
    "page in utf-7": b"+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
    "page after words": b"hello " + PAGE,
    "page in xml": b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">' + MARK + b"</html>",
    "page within xml": b'<a><h:script xmlns:h="http://www.w3.org/1999/xhtml">alert(1)</h:script></a>',
    "xml with a style": b'<?xml-stylesheet type="text/xsl" href="https://example.org/x"?><a>' + MARK + b"</a>",
    "xml with entities": b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
    "xml with a foreign type": b'<!DOCTYPE a SYSTEM "https://example.org/a.dtd"><a/>',
    "svg": SVG,
    "svg with its type": b'<?xml version="1.0"?><!DOCTYPE svg>' + SVG,
    "svg by a prefix": b'<s:svg xmlns:s="http://www.w3.org/2000/svg"><s:script>alert(1)</s:script></s:svg>',
    "svg, packed": gzip.compress(SVG),
    "script": b"alert(document.cookie)",
    "mhtml": b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n" + PAGE,
    "gif and script": b"GIF89a/*" + bytes(3) + b"*/=1;alert(1)//" + MARK,
    "gif and page": picture("GIF") + PAGE,
    "png and page": picture("PNG") + PAGE,
    "jpeg with a page in it": picture("JPEG", comment=PAGE),
    "jpeg and archive": picture("JPEG") + archive(x__html=PAGE),
    "webp and svg": picture("WEBP") + SVG,
    "avif": picture("AVIF"),
    "bitmap": picture("BMP"),
    "tiff": picture("TIFF"),
    "icon": picture("ICO"),
    "pdf with an action": b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n%%EOF",
    "pdf and page": b"%PDF-1.4\n" + PAGE,
    "postscript": b"%!PS-Adobe-3.0\n(/etc/passwd) (r) file",
    "program": b"MZ" + bytes(300),
    "elf": b"\x7fELF" + bytes(300),
    "shell": b"#!/bin/sh\nrm -rf /\n",
    "flash": b"CWS" + bytes(300),
    "archive": archive(a__html=PAGE),
    "archive that climbs": archive(**{"..__..__x": PAGE}),
    "workbook with macros": archive(xl__workbook=b"x", **{"xl__vbaProject.bin": b"x", "xl__workbook.xml": b"x"}),
    "workbook that asks outside": bombs.workbook(
        texts="<si><t>x</t></si>", more=b'<externalLink href="https://example.org"/>'
    ),
    "old office": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    "formulas": b'sku,name\n=1+1,"=HYPERLINK(""https://example.org"")"\n',
    "nothing": b"",
    "nulls": bytes(1000),
    "half a picture": picture("PNG")[:40],
    "a directory of entries": bombs.directory_of_entries(500_000),
    "a row of cells": bombs.SHEETS["a row of empty cells"](300_000),
    "far too many pixels": bombs.png(9_000, 9_000),
}
ACTIVE = ("html", "svg", "javascript", "xhtml", "ecmascript", "flash")


def uploading(document: Mapping[str, Any]) -> set[str]:
    """Where files can be sent, by the API's own document."""
    return {
        f"{method.upper()} {path}"
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if "multipart/form-data" in operation.get("requestBody", {}).get("content", {})
    }


async def test_every_address_that_takes_files_is_tried(app: Litestar) -> None:
    assert uploading(app.openapi_schema.to_schema()) == {
        "POST /api/v1/attachments",
        "POST /api/v1/products/{product_id}/images",
        "POST /api/v1/products:import",
        "PUT /api/v1/me/picture",
    }


def is_refused(answer: httpx.Response) -> bool:
    """Whether it is a refusal; and then it is one problem."""
    assert answer.status_code < 500, answer.text
    if answer.is_success:
        return False
    assert answer.headers["content-type"] == "application/problem+json"
    return True


async def test_attachments_are_downloads_of_harmless_kinds(api: Api, reached: Reach) -> None:
    product = str(await api.shop.product("A"))
    client = await api.client("admin")
    kept = 0
    for number, (kind, content) in enumerate(CORPUS.items()):
        form = {"subject_type": "product", "subject_id": product}
        name = NAMES[number % len(NAMES)]
        answer = await client.post("/attachments", data=form, files={"file": (name, content, "text/html")})
        if is_refused(answer):
            continue
        kept += 1
        shown = await client.get(f"/attachments/{answer.json()['id']}")
        assert shown.content == content
        runs_nowhere(shown, kind)
        assert not set("/\\\u202e\r\n") & set(answer.json()["name"]), kind
    assert 8 < kept < len(CORPUS) - 20
    reached("S9", f"{len(CORPUS)} hostile files as attachments: {kept} kept as downloads, the others refused")


def runs_nowhere(shown: httpx.Response, kind: str) -> None:
    headers = shown.headers
    assert headers["content-disposition"].startswith("attachment; filename*=UTF-8''"), kind
    assert headers["content-disposition"].isascii()
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert "no-store" in headers["cache-control"]
    assert not [word for word in ACTIVE if word in headers["content-type"]], kind


@pytest.mark.parametrize("owner", ["product", "person"])
async def test_pictures_are_drawn_anew(api: Api, owner: str, reached: Reach) -> None:
    product = await api.shop.product("A")
    client = await api.client("admin")
    drawn = 0
    for kind, content in CORPUS.items():
        answer, address = await _sent(client, owner, str(product), content, f"{api.users['admin']}")
        if is_refused(answer):
            continue
        drawn += 1
        shown = await client.get(address or f"/images/{answer.json()['id']}")
        assert shown.headers["content-type"] == "image/webp", kind
        assert shown.headers["x-content-type-options"] == "nosniff"
        assert not [part for part in (b"script", b"alert", b"%PDF", b"PK\x03\x04") if part in shown.content[:64]]
        assert MARK not in shown.content
        assert Image.open(io.BytesIO(shown.content), formats=("WEBP",)).size == (9, 9)
    assert 5 <= drawn <= 8
    reached("S9", f"{len(CORPUS)} hostile files as the picture of a {owner}: {drawn} drawn anew, the others refused")


async def _sent(
    client: Client, owner: str, product: str, content: bytes, user: str
) -> tuple[httpx.Response, str | None]:
    files = {"file": ("x.png", content, "image/png")}
    if owner == "person":
        return await client.put("/me/picture", files=files), f"/users/{user}/picture"
    return await client.post(f"/products/{product}/images", files=files), None


@pytest.mark.parametrize("ending", [".csv", ".csv.gz", ".xlsx", ".xlsm", ".html"])
async def test_nothing_of_a_hostile_sheet_is_taken(api: Api, ending: str) -> None:
    client = await api.client("admin")
    for kind, content in CORPUS.items():
        answer = await client.post("/products:import", files={"file": (f"x{ending}", content, "text/csv")})
        assert is_refused(answer) or answer.json()["created"] == 0 or kind == "formulas", kind
