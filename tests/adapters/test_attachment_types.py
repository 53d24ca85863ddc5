"""Attachments are what their content shows, and nothing that could run."""

import io
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from PIL import Image

from adapters.attachment_types.sniffer import AttachmentSniffer
from core.ports.files import RefusedFile

media_type = AttachmentSniffer().media_type

OFFICE = "application/vnd.openxmlformats-officedocument"


def picture(name: str) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (4, 4)).save(target, name)
    return target.getvalue()


def workbook() -> bytes:
    target = io.BytesIO()
    Workbook().save(target)
    return target.getvalue()


def archive(*names: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as file:
        for name in names:
            file.writestr(name, "x")
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "application/pdf"),
        (picture("PNG"), "image/png"),
        (picture("JPEG"), "image/jpeg"),
        (picture("WEBP"), "image/webp"),
        (workbook(), f"{OFFICE}.spreadsheetml.sheet"),
        (archive("a", "b", "c", "d", "e", "word/document.xml"), f"{OFFICE}.wordprocessingml.document"),
        ("código;cantidad\r\n7;ñandú\r\n".encode(), "text/plain"),
        ("\ufeffcódigo".encode(), "text/plain"),
        (b"1 < 2", "text/plain"),
        (b"<Invoice/>", "application/xml"),
        ('\ufeff<?xml version="1.0"?><f:Invoice xmlns:f="urn:f">'.encode(), "application/xml"),
        ('<?xml version="1.0" encoding="ISO-8859-1"?><DTE a="ñ">'.encode("latin-1"), "application/xml"),
    ],
)
def test_documents_are_known_by_their_content(content: bytes, expected: str) -> None:
    assert media_type(content) == expected


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"<html><script>alert(1)</script>", id="html"),
        pytest.param(b" \n<!DOCTYPE html><p>", id="html with its type"),
        pytest.param(b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', id="svg"),
        pytest.param(b'<a:SVG xmlns:a="http://www.w3.org/2000/svg"/>', id="svg by another name"),
        pytest.param(b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', id="entities"),
        pytest.param(b"<<", id="no xml"),
        pytest.param(picture("GIF"), id="gif"),
        pytest.param(b"MZ\x90\x00\x03" + bytes(200), id="program"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), id="old office file"),
        pytest.param(archive("xl/workbook.xml", "xl/vbaProject.bin"), id="macros"),
        pytest.param(archive("readme.txt"), id="any archive"),
        pytest.param(workbook()[:500], id="half a workbook"),
        pytest.param(b"abc\0def", id="nul"),
        pytest.param("año".encode("latin-1"), id="not utf-8"),
    ],
)
@pytest.mark.promise("S9")
def test_everything_else_is_refused(content: bytes) -> None:
    with pytest.raises(RefusedFile) as refusal:
        media_type(content)
    assert refusal.value.code == "attachment_type"


SIGNATURES = [
    b"",
    b"<",
    b"PK\x03\x04",
    b"\x89PNG",
    b"RIFF",
    b"%PDF",
    b"GIF8",
    b"\0\0\0\x18ftyp",
    b"BM",
    b"\xff",
]


@pytest.mark.promise("B11")
@given(st.sampled_from(SIGNATURES), st.binary(max_size=300))
@pytest.mark.promise("S9")
def test_no_content_gives_anything_but_a_type_or_a_refusal(signature: bytes, rest: bytes) -> None:
    with suppress(RefusedFile):
        assert "/" in media_type(signature + rest)
