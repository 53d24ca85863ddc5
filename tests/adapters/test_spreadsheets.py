"""Imported tables: every cell exactly as written, every fault of a file named, no file too much to bear."""

import csv
import gzip
import io
import re
import tracemalloc
import zipfile
from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from adapters.spreadsheets.limits import SheetLimits
from adapters.spreadsheets.reader import SpreadsheetReader
from core.ports.documents import UnreadableSheet

CATALOGUE = Path(__file__).parent.parent / "data" / "product_catalogue_off" / "sample.csv"
SHEET = "xl/worksheets/sheet1.xml"


def table(content: bytes, name: str, limits: SheetLimits | None = None) -> list[tuple[str, ...]]:
    with SpreadsheetReader(limits).open(content, name) as sheet:
        return [sheet.header, *(row.cells for row in sheet.rows)]


def fault_of(content: bytes, name: str, limits: SheetLimits | None = None) -> UnreadableSheet:
    with pytest.raises(UnreadableSheet) as fault:
        table(content, name, limits)
    return fault.value


def workbook(rows: Iterable[Iterable[object]]) -> bytes:
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(list(row))
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


GOOD_WORKBOOK = workbook([["sku", "name"], ["7", "Mug"]])


def repacked(change: Callable[[str, bytes], bytes], **extra: bytes) -> bytes:
    """A good workbook whose parts were changed, with more parts added."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(GOOD_WORKBOOK)) as good,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for name in good.namelist():
            archive.writestr(name, change(name, good.read(name)))
        for name, content in extra.items():
            archive.writestr(name, content)
    return target.getvalue()


def with_parts(**extra: bytes) -> bytes:
    return repacked(lambda _, content: content, **extra)


def with_sheet(rows: str, before: str = "") -> bytes:
    namespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = f'{before}<worksheet xmlns="{namespace}"><sheetData>{rows}</sheetData></worksheet>'
    return repacked(lambda name, content: sheet.encode() if name == SHEET else content)


class TestCsv:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
    @pytest.mark.parametrize("separator", [",", ";", "\t"])
    def test_the_usual_encodings_and_separators_need_no_option(self, encoding: str, separator: str) -> None:
        lines = ["código|nombre|precio", "007|Ñandú 🐐|1.50", '"8"|"a""b\n,;"|']
        content = "\r\n".join(lines).replace("|", separator).encode(encoding)
        assert table(content, "Products.CSV") == [
            ("código", "nombre", "precio"),
            ("007", "Ñandú 🐐", "1.50"),
            ("8", 'a"b\n,;', ""),
        ]

    def test_an_apostrophe_that_keeps_a_text_from_being_a_formula_is_no_part_of_it(self) -> None:
        content = b"\"'=sku\",name\n'-1,'=1+1\n''=x,'quoted\n"
        assert table(content, "x.csv") == [("=sku", "name"), ("-1", "=1+1"), ("'=x", "'quoted")]

    def test_only_the_header_decides_on_the_separator(self) -> None:
        assert table(b"sku,note\n1,a;b;c;d\n2,e;f;g;h\n", "x.csv")[1] == ("1", "a;b;c;d")

    @pytest.mark.parametrize("name", ["sample.csv", "sample.csv.gz"])
    def test_a_real_catalogue_arrives_unchanged(self, name: str, tmp_path: Path) -> None:
        with CATALOGUE.open(encoding="utf-8", newline="") as file:
            expected = [tuple(row) for row in csv.reader(file)]
        path = tmp_path / "upload"
        path.write_bytes(gzip.compress(CATALOGUE.read_bytes()) if name.endswith("gz") else CATALOGUE.read_bytes())
        with SpreadsheetReader().open(path, name) as sheet:
            assert [sheet.header, *(row.cells for row in sheet.rows)] == expected
        assert sum(barcode.startswith("0") for barcode, _ in expected) > 100

    def test_rows_carry_the_number_that_a_spreadsheet_program_shows(self) -> None:
        content = b'\nsku,name,price\n1,"two\nlines"\n\n,,\n2,b,3,surplus,\n'
        with SpreadsheetReader().open(content, "x.csv") as sheet:
            rows = list(sheet.rows)
        assert rows == [(3, ("1", "two\nlines", "")), (6, ("2", "b", "3", "surplus"))]

    @pytest.mark.parametrize(
        ("content", "name", "code", "detail"),
        [
            (b"", "x.csv", "sheet_empty", "no rows"),
            (b"\n , \n".replace(b" ", b""), "x.csv", "sheet_empty", "no rows"),
            (b"a,b\n1,2", "x.ods", "sheet_unknown_format", ".xlsx"),
            (b"a,b\n1,2", "x.xlsm", "sheet_unknown_format", ".xlsx"),
            (b"a,b\n1,2", "x.xls", "sheet_unknown_format", ".xlsx"),
            (b"a,b,,A,c\n", "x.csv", "sheet_header", "column 3 has no name; the name 'a' occurs 2 times"),
            ("a,b\n1,año\n".encode("latin-1"), "x.csv", "sheet_encoding", "UTF-8"),
            (b"\xff\xfea\x00\n", "x.csv", "sheet_encoding", "UTF-8"),
            (b'a,b\n1,2\n3,"4"5\n', "x.csv", "sheet_malformed_row", "row 3"),
            (b'a,b\n1,"never closed\n', "x.csv", "sheet_malformed_row", "row 2"),
            (b"a,b\n1,\x00\n", "x.csv", "sheet_malformed_row", "NUL"),
            (b"a,b\n" + b"x" * 200_000, "x.csv", "sheet_malformed_row", "row 2"),
            (b"a,b\n" + b"x," * 300 + b"x\n", "x.csv", "sheet_too_many_columns", "row 2"),
            (b"a,b\n1,2\n", "x.csv.gz", "sheet_damaged", "damaged"),
            (gzip.compress(CATALOGUE.read_bytes())[:9_000], "x.csv.gz", "sheet_damaged", "damaged"),
            (GOOD_WORKBOOK, "x.csv", "sheet_encoding", "UTF-8"),
        ],
    )
    def test_a_file_that_cannot_be_read_says_why(self, content: bytes, name: str, code: str, detail: str) -> None:
        fault = fault_of(content, name)
        assert fault.code == code
        assert detail in fault.detail

    def test_size_is_limited_while_unpacking(self) -> None:
        content = b"a,b\n" + b"".join(b"%d,x\n" % number for number in range(20_000))
        exactly = SheetLimits(unpacked_bytes=len(content))
        below = SheetLimits(unpacked_bytes=len(content) - 1)
        for packed, name in ((content, "x.csv"), (gzip.compress(content), "x.csv.gz")):
            assert len(table(packed, name, exactly)) == 20_001
            assert fault_of(packed, name, below).code == "sheet_too_large"

    @pytest.mark.promise("S9")
    def test_a_compression_bomb_is_refused_early(self) -> None:
        bomb = gzip.compress(b"a\n" + b"mug\n" * 5_000_000)
        assert fault_of(bomb, "x.csv.gz", SheetLimits(unpacked_bytes=10**12)).code == "sheet_too_compressed"

    def test_a_long_table_is_never_held_in_memory(self, tmp_path: Path) -> None:
        path = tmp_path / "sales.csv"
        path.write_bytes(b"invoice,sku,quantity\n" + b"536365,85123A,6\n" * 50_000)
        tracemalloc.start()
        try:
            with SpreadsheetReader().open(path, "sales.csv") as sheet:
                assert sum(1 for _ in sheet.rows) == 50_000
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert peak < 1_000_000


class TestXlsx:
    def test_an_apostrophe_that_keeps_a_text_from_being_a_formula_is_no_part_of_it(self) -> None:
        content = workbook([["sku", "name"], ["'-1", "'=1+1"], ["''=x", "'quoted"]])
        assert table(content, "x.xlsx")[1:] == [("-1", "=1+1"), ("'=x", "'quoted")]

    def test_cells_become_exact_text(self) -> None:
        shown = {
            "007": "007",
            12: "12",
            4006381333931: "4006381333931",
            0.1 + 0.2: "0.3",
            8.7: "8.7",
            1.5e-7: "0.00000015",
            1e20: "100000000000000000000",
            -2.50: "-2.5",
            True: "true",
            date(2010, 1, 31): "2010-01-31",
            datetime.fromisoformat("2010-01-31T07:45"): "2010-01-31T07:45:00",
            time(7, 45): "07:45:00",
            "=not a formula's result": "",
            " spaces ": " spaces ",
            "#N/A": "#N/A",
        }
        rows = table(workbook([["value", "end"], *([value, "."] for value in shown)]), "x.xlsx")
        assert [cells[0] for cells in rows[1:]] == list(shown.values())

    def test_the_noise_that_programs_store_behind_a_number_is_dropped(self) -> None:
        stored = ["2.9900000000000002", "4.0063813339310002E12", "1e3", "5.0", "9007199254740993"]
        rows = "".join(f"<row><c><v>{number}</v></c></row>" for number in stored)
        content = with_sheet(f'<row><c t="inlineStr"><is><t>n</t></is></c></row>{rows}')
        shown = [cells[0] for cells in table(content, "x.xlsx")[1:]]
        assert shown == ["2.99", "4006381333931", "1000", "5", "9007199254740993"]

    def test_a_formula_counts_as_the_result_that_was_stored_with_it(self) -> None:
        rows = '<row><c><v>1</v></c></row><row r="2"><c r="A2"><f>A1+1</f><v>2</v></c></row>'
        assert table(with_sheet(rows), "x.xlsx") == [("1",), ("2",)]

    def test_names_may_have_a_prefix(self) -> None:
        def prefixed(_: str, content: bytes) -> bytes:
            return re.sub(rb"<(/?)(?=\w)", rb"<\1x:", content)

        assert table(repacked(prefixed), "x.xlsx") == [("sku", "name"), ("7", "Mug")]

    def test_the_first_visible_sheet_is_read(self) -> None:
        book = Workbook()
        book.worksheets[0].append(["hidden"])
        book.worksheets[0].sheet_state = "hidden"
        book.create_sheet().append(["sku"])
        book.create_sheet().append(["later"])
        target = io.BytesIO()
        book.save(target)
        assert table(target.getvalue(), "x.xlsx") == [("sku",)]

    def test_rows_that_the_file_leaves_out_are_counted(self) -> None:
        rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="9"><c r="A9"><v>2</v></c></row>'
        with SpreadsheetReader().open(with_sheet(rows), "x.xlsx") as sheet:
            assert list(sheet.rows) == [(9, ("2",))]

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            pytest.param(b"", "sheet_damaged", id="nothing"),
            pytest.param(b"sku,name\n1,2\n", "sheet_damaged", id="csv"),
            pytest.param(GOOD_WORKBOOK[:-30], "sheet_damaged", id="cut off"),
            pytest.param(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), "sheet_old_format", id="old or encrypted"),
            pytest.param(with_parts(**{"xl/vbaProject.bin": b"x"}), "sheet_macros", id="sheet_macros"),
            pytest.param(with_parts(**{"xl/macrosheets/sheet1.xml": b"x"}), "sheet_macros", id="macro sheet"),
            pytest.param(with_parts(**{"../evil.xml": b"x"}), "sheet_unsafe_path", id="parent folder"),
            pytest.param(with_parts(**{"/etc/passwd": b"x"}), "sheet_unsafe_path", id="absolute"),
            pytest.param(with_parts(**{"xl\\..\\..\\evil": b"x"}), "sheet_unsafe_path", id="backslashes"),
            pytest.param(with_parts(**{"C:/evil": b"x"}), "sheet_unsafe_path", id="drive"),
            pytest.param(with_parts(bomb=bytes(1_000_000)), "sheet_too_compressed", id="bomb"),
            pytest.param(
                with_parts(**{f"part{n}": b"" for n in range(1_000)}), "sheet_too_many_parts", id="many parts"
            ),
            pytest.param(with_sheet("<row><c><v>1</v></row>"), "sheet_damaged", id="no xml"),
            pytest.param(with_sheet("<row><c><v>one</v></c></row>"), "sheet_damaged", id="no number"),
            pytest.param(with_sheet('<row><c t="s"><v>99</v></c></row>'), "sheet_damaged", id="no such text"),
            pytest.param(with_sheet(""), "sheet_empty", id="no rows"),
            pytest.param(
                with_sheet('<row r="1"><c r="A1"><v>1</v></c></row><row r="999999999999"/>'),
                "sheet_too_many_rows",
                id="a row far below",
            ),
            pytest.param(with_sheet("".join(f"<a{n}/>" for n in range(5_000))), "sheet_damaged", id="names"),
            pytest.param(with_sheet('<row r="1"><c r="IW1"><v>1</v></c></row>'), "sheet_too_many_columns", id="wide"),
            pytest.param(
                with_sheet("<row><c><v>&b;</v></c></row>", '<!DOCTYPE w [<!ENTITY a "1"><!ENTITY b "&a;&a;">]>'),
                "sheet_damaged",
                id="entities",
            ),
        ],
    )
    @pytest.mark.promise("S9")
    def test_a_hostile_or_damaged_workbook_is_refused_by_name(self, content: bytes, code: str) -> None:
        assert fault_of(content, "x.xlsx").code == code

    def test_a_link_in_the_archive_is_refused(self) -> None:
        target = io.BytesIO(GOOD_WORKBOOK)
        with zipfile.ZipFile(target, "a") as archive:
            link = zipfile.ZipInfo("xl/link")
            link.external_attr = 0o120777 << 16
            archive.writestr(link, "/etc/passwd")
        assert fault_of(target.getvalue(), "x.xlsx").code == "sheet_unsafe_path"

    def test_a_part_that_needs_a_password_is_refused(self) -> None:
        content = bytearray(GOOD_WORKBOOK)
        flags = content.index(b"PK\x01\x02") + 8  # of the first entry in the directory of the archive
        content[flags] |= 1
        assert fault_of(bytes(content), "x.xlsx").code == "sheet_encrypted"

    def test_a_declared_size_that_lies_does_not_help(self) -> None:
        """The sheet declares to be small; what is unpacked beyond that is never delivered."""
        honest = with_sheet("<row><c><v>1</v></c></row>" * 1_000)
        with zipfile.ZipFile(io.BytesIO(honest)) as archive:
            true_size = archive.getinfo(SHEET).file_size
        lying = honest.replace(true_size.to_bytes(4, "little"), (200).to_bytes(4, "little"))
        assert lying != honest
        assert fault_of(lying, "x.xlsx").code == "sheet_damaged"

    def test_size_is_limited_by_what_is_unpacked(self) -> None:
        content = workbook([["sku", "name"], *([str(n), f"Mug {n}"] for n in range(200))])
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
        assert len(table(content, "x.xlsx", SheetLimits(unpacked_bytes=unpacked))) == 201
        assert fault_of(content, "x.xlsx", SheetLimits(unpacked_bytes=unpacked - 1)).code == "sheet_too_large"

    @settings(deadline=None)
    @pytest.mark.promise("B11")
    @given(st.data())
    def test_any_damage_is_read_or_refused_and_nothing_else(self, data: st.DataObject) -> None:
        content = bytearray(GOOD_WORKBOOK)
        for place in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=8)):
            content[place] = data.draw(st.integers(0, 255))
        try:
            rows = table(bytes(content), "x.xlsx")
        except UnreadableSheet:
            return
        assert all(isinstance(cell, str) for row in rows for cell in row)
