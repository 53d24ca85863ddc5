"""What reads the words of strangers gives an answer or its own refusal, whatever it is given.

More of the kind: damaged workbooks in tests/adapters/test_spreadsheets.py, damaged pictures in tests/adapters/test_pictures.py, files of
unknown kind in tests/adapters/test_attachment_types.py, signatures in core/testing/contracts/webhook_receiver.py.
"""

import csv
import io
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.barcodes.scans import BiipScans
from adapters.pictures.encoder import WebpEncoder
from adapters.spreadsheets.reader import SpreadsheetReader
from apps.http.client_address import client_address
from apps.http.cookies import device_mark, session_cookie
from apps.http.versions import known_version
from core.commands.sign_in import COOKIE
from core.domain.barcode import lookup_key, parse_gtin
from core.domain.errors import DomainError
from core.domain.gs1 import gtin_14
from core.domain.integration import read_networks
from core.domain.secret import read_secret
from core.domain.text_message import phone_fault, segments
from core.domain.webhook import url_faults
from core.ports.documents import UnreadableSheet
from core.ports.files import RefusedFile
from core.ports.symbols import Scan
from core.queries.paging import day_of, decode_cursor, encode_cursor
from tests.proof.profile import amount

pytestmark = pytest.mark.promise("B11")

often = settings(max_examples=amount(60, 500), deadline=None, database=None, derandomize=amount(True, False))

_IDENTIFIERS = st.sampled_from(
    ["]C1", "]d2", "]Q3", "]", "]X", "]e0", "(01)", "01", "(17)", "17", "(10)", "10", "(310", "3103", "30", "(37)"]
)
_DIGITS = st.text("0123456789", max_size=16)
scans = st.lists(
    _IDENTIFIERS
    | _DIGITS
    | st.just("04006381333931")
    | st.sampled_from(["\x1d", "␝", "(", ")", "https://", "http://[", "/01/", "?17=", "%", " "]),
    max_size=8,
).map("".join)
words = st.text(st.characters(codec="utf-8"), max_size=60) | scans
sheets = st.lists(st.text(" ,;\t\"'\r\n=aé\x00\ufeff０", max_size=8), max_size=30).map("".join)
moments = st.datetimes(timezones=st.just(UTC)) | st.datetimes()


@often
@given(scans)
def test_scans(text: str) -> None:
    """Seen to fail for `]` and for links such as `http://[`."""
    assert isinstance(BiipScans().read(text), Scan)
    lookup_key(text), gtin_14(text)
    with suppress(DomainError):
        parse_gtin(text)


@often
@given(
    sheets,
    st.sampled_from(["utf-8", "utf-16", "latin-1", "cp1252"]),
    st.sampled_from(["a.csv", "a.xlsx", "a.csv.gz", "a", "a.txt"]),
)
def test_sheets(text: str, encoding: str, name: str) -> None:
    with suppress(UnreadableSheet), SpreadsheetReader().open(text.encode(encoding, "replace"), name) as sheet:
        for row in sheet.rows:
            assert len(row.cells) >= len(sheet.header)


@often
@given(st.lists(st.lists(words, min_size=2, max_size=2), max_size=5))
def test_a_sheet_says_what_was_written_into_it(rows: list[list[str]]) -> None:
    """Less the signs that no text of ours has."""
    target = io.StringIO()
    csv.writer(target).writerows([["sku", "name"], *rows])
    with suppress(UnreadableSheet), SpreadsheetReader().open(target.getvalue().encode(), "a.csv") as sheet:
        assert sheet.header == ("sku", "name")
        assert len(list(sheet.rows)) <= len(rows) or any("\n" in cell or "\r" in cell for row in rows for cell in row)


@often
@given(
    st.sampled_from(
        [
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
            b"GIF89a",
            b"\xff\xd8\xff\xe0",
            b"RIFF\0\0\1\0WEBPVP8 ",
            b"\0\0\0\x18ftypavif",
        ]
    ),
    st.binary(max_size=400),
)
def test_pictures(start: bytes, rest: bytes) -> None:
    with suppress(RefusedFile):
        WebpEncoder().encode(start + rest)


Value = None | bool | int | float | str
values: st.SearchStrategy[Value] = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | words
)


@often
@given(
    st.lists(values, max_size=3),
    words,
    st.sampled_from([tuple[int], tuple[str, int, int], tuple[UUID], tuple[datetime, UUID]]),
)
def test_cursors(position: list[Value], text: str, shape: type[tuple[object, ...]]) -> None:
    for cursor in (encode_cursor(*position), text):
        with suppress(DomainError):
            decode_cursor(cursor, shape)
    with suppress(DomainError):
        day_of(text)


READERS: dict[str, Callable[[str], object]] = {
    "secret": lambda text: read_secret(COOKIE, text),
    "session cookie": lambda text: session_cookie(text.encode(), secure=False),
    "device cookie": lambda text: device_mark(text.encode(), secure=True),
    "version": known_version,
    "networks": lambda text: read_networks([text]),
    "phone": lambda text: (phone_fault("/number", text), segments(text)),
    "url": lambda text: url_faults(text, on_loopback=True),
    "url abroad": lambda text: url_faults(text, on_loopback=False),
}
lines = words | st.lists(
    st.sampled_from(
        [*"=;,.:/[]@%+\\\"'", "pirwa_session", "http://", "https://", "::1", "127.0.0.1", "/33", "W/", "1"]
    ),
    max_size=8,
).map("".join)


@pytest.mark.parametrize("name", READERS)
@often
@given(lines)
def test_other_words(name: str, text: str) -> None:
    with suppress(DomainError):
        READERS[name](text)


@often
@given(st.lists(lines, max_size=3))
def test_forwarded_addresses(said: list[str]) -> None:
    headers = [(b"x-forwarded-for", text.encode()) for text in said]
    scope = {"client": ("127.0.0.1", 1), "headers": headers, "state": {"headers": dict(headers)}}
    assert client_address(scope, ("127.0.0.0/8", "::1/128"))  # type: ignore[arg-type]
