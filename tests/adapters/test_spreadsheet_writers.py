"""Exported tables: exact, the same each time, and nothing in them that a spreadsheet program would run."""

import csv
import io
import os
import re
import string
import tracemalloc
import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from adapters.spreadsheets.csv_writer import CsvWriter
from adapters.spreadsheets.reader import SpreadsheetReader
from adapters.spreadsheets.safe_text import as_meant
from adapters.spreadsheets.xlsx_writer import XlsxWriter
from core.ports.documents import CellValue, SheetWriter, UnwritableSheet

WRITERS = [CsvWriter(), XlsxWriter()]
COMMANDS = ["=1+1", "+1", "-1", "@SUM(A1)", "|calc", "%1", "  =cmd|' /C calc'!A0", "＝1", "＋1", "－1", "＠1"]
BLANKS_FIRST = ["\t=1", "\r=1", "\n=1", "\u00a0=1", "\tx", "  \tx"]

decimals = st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**12), max_value=10**12)
printable_text = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=50)
formula_like = st.text("'=+-@|%＝; \t\na1", max_size=8)


def written(writer: SheetWriter, rows: Iterable[Sequence[CellValue]], header: Sequence[str] = ("a",)) -> bytes:
    target = io.BytesIO()
    writer.write(target, header, rows)
    return target.getvalue()


def read_back(content: bytes, suffix: str, column: int = 0) -> list[str]:
    with SpreadsheetReader().open(content, f"export{suffix}") as sheet:
        return [row.cells[column] for row in sheet.rows]


def cells_of(content: bytes) -> list[tuple[str, object]]:
    """Kind and value of each cell of the first column as another program sees them, header included."""
    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    return [(cell.data_type, cell.value) for cell in next(sheet.iter_cols())]


@pytest.mark.parametrize("writer", WRITERS)
def test_every_kind_of_value_reads_back_exactly(writer: SheetWriter) -> None:
    shown: list[tuple[CellValue, str]] = [
        ("007", "007"),
        ("a\nb, \"c\"; <d> & 'e' ñ 🐐", "a\nb, \"c\"; <d> & 'e' ñ 🐐"),
        (Decimal("-25111.09"), "-25111.09"),
        (Decimal("1E+3"), "1000"),
        (Decimal("123456789012.345678"), "123456789012.345678"),
        (4006381333931, "4006381333931"),
        (date(2010, 1, 31), "2010-01-31"),
        (date(1899, 1, 1), "1899-01-01"),
        (datetime.fromisoformat("2010-01-31T07:45:12"), "2010-01-31T07:45:12"),
        (datetime(2010, 1, 31, 7, 45, tzinfo=UTC), "2010-01-31T07:45:00+00:00"),
        (True, "true"),
        (False, "false"),
    ]
    content = written(writer, ([value] for value, _ in shown))
    assert read_back(content, writer.suffix) == [text for _, text in shown]


@pytest.mark.parametrize("writer", WRITERS)
@given(st.lists(formula_like | printable_text))
def test_every_text_reads_back_with_the_apostrophes_of_its_own_and_no_other(
    writer: SheetWriter, texts: list[str]
) -> None:
    assert (
        read_back(
            written(writer, ([f"{number}", text] for number, text in enumerate(texts)), ["n", "a"]), writer.suffix, 1
        )
        == texts
    )


@pytest.mark.parametrize("writer", WRITERS)
def test_an_absent_value_is_an_empty_cell_and_keeps_its_column(writer: SheetWriter) -> None:
    content = written(writer, [[None, "x", None]], ["a", "b", "c"])
    with SpreadsheetReader().open(content, f"x{writer.suffix}") as sheet:
        assert [row.cells for row in sheet.rows] == [("", "x", "")]


@pytest.mark.parametrize("writer", WRITERS)
def test_the_same_table_gives_the_same_bytes_and_the_target_stays_open(writer: SheetWriter) -> None:
    rows: list[list[CellValue]] = [["x", Decimal("1.5"), date(2024, 2, 29)]] * 3
    target = io.BytesIO(b"")
    writer.write(target, ["a", "b", "c"], rows)
    assert not target.closed
    assert target.getvalue() == written(writer, rows, ["a", "b", "c"])


@pytest.mark.parametrize("writer", WRITERS)
def test_a_long_table_is_never_held_in_memory(writer: SheetWriter) -> None:
    tracemalloc.start()
    try:
        with Path(os.devnull).open("wb") as target:
            writer.write(target, ["sku", "name"], ([f"SKU-{n}", "Mug"] for n in range(20_000)))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1_000_000


@pytest.mark.promise("S10")
class TestCsv:
    @pytest.mark.parametrize("command", COMMANDS + BLANKS_FIRST)
    def test_text_that_looks_like_a_formula_is_led_by_an_apostrophe(self, command: str) -> None:
        content = written(CsvWriter(), [[command]], [command])
        led = re.sub(
            "^([\t\r\n])=", r"\1'=", command
        )  # the blank may be the end of a cell, and what follows the next one
        assert content.decode("utf-8-sig") == f'"\'{led}"\r\n' * 2

    @pytest.mark.parametrize("ending", [";", "\t", "\n"])
    @given(texts=st.lists(formula_like, min_size=1, max_size=3))
    def test_no_cell_begins_with_a_formula_wherever_a_program_thinks_that_cells_end(
        self, ending: str, texts: list[str]
    ) -> None:
        """Where people write decimal commas, programs take the semicolon for the end of a cell, whatever stands around it: a product
        called `a;=1+1;b` was a formula there. Seen to fail when only the beginning of a text was looked at."""
        content = written(CsvWriter(), [["", *texts]], ["x"] * (len(texts) + 1)).decode("utf-8-sig")
        delimiter = "\t" if ending == "\n" else ending
        cells = [cell for row in csv.reader(io.StringIO(content, newline=""), delimiter=delimiter) for cell in row]
        assert not [cell for cell in cells if cell.lstrip().startswith(("=", "+", "-", "@", "|", "%", "＝"))]

    def test_numbers_and_harmless_text_are_left_alone(self) -> None:
        rows: list[list[CellValue]] = [[Decimal("-5"), -5, "a=b", "Café-au-lait", "", " x"]]
        content = written(CsvWriter(), rows, ["a", "b", "c", "d", "e", "f"])
        assert content.decode("utf-8-sig").splitlines()[1] == '"-5","-5","a=b","Café-au-lait",""," x"'

    def test_control_characters_are_dropped(self) -> None:
        assert '"ab"' in written(CsvWriter(), [["a\x00\x1b\ud800b"]]).decode()

    def test_a_byte_order_mark_says_that_it_is_utf_8(self) -> None:
        assert written(CsvWriter(), []) == '\ufeff"a"\r\n'.encode()


@pytest.mark.promise("S10")
class TestXlsx:
    @pytest.mark.parametrize("text", [*COMMANDS, "#REF!", "007", "TRUE", "2010-01-31", " x "])
    def test_text_is_always_text(self, text: str) -> None:
        assert cells_of(written(XlsxWriter(), [[text]], [text])) == [("s", text)] * 2

    def test_space_around_text_is_marked_as_meant(self) -> None:
        with zipfile.ZipFile(io.BytesIO(written(XlsxWriter(), [[" x "]]))) as archive:
            assert b'<t xml:space="preserve"> x </t>' in archive.read("xl/worksheets/sheet1.xml")

    @settings(deadline=None)
    @given(printable_text)
    def test_any_text_survives(self, text: str) -> None:
        kind, value = cells_of(written(XlsxWriter(), [[text]]))[1]
        assert (kind, value) == ("n", None) or (kind, as_meant(str(value))) == ("s", text)

    @settings(deadline=None)
    @given(st.text(st.characters(codec="utf-8"), max_size=20))
    def test_control_characters_are_dropped_and_line_ends_unified(self, text: str) -> None:
        (content,) = read_back(written(XlsxWriter(), [[f"a{text}z"]]), ".xlsx")
        kept = text.replace("\r\n", "\n").replace("\r", "\n")
        unprintable = {*map(chr, range(32)), "\ufffe", "\uffff"} - {"\t", "\n"}
        assert content == f"a{''.join(character for character in kept if character not in unprintable)}z"

    @settings(deadline=None)
    @given(decimals)
    def test_any_amount_reads_back_exactly(self, amount: Decimal) -> None:
        (text,) = read_back(written(XlsxWriter(), [[amount]]), ".xlsx")
        assert Decimal(text) == amount

    def test_a_number_is_a_number_where_it_can_be_one_exactly(self) -> None:
        numbers = [Decimal("8.70"), Decimal("123456789012.345"), Decimal("123456789012.3456"), Decimal("NaN")]
        content = written(XlsxWriter(), ([number] for number in numbers))
        assert [kind for kind, _ in cells_of(content)[1:]] == ["n", "n", "s", "s"]
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert b"<v>8.70</v>" in archive.read("xl/worksheets/sheet1.xml")

    @settings(deadline=None)
    @given(st.datetimes(datetime.fromisoformat("1900-03-01"), datetime.fromisoformat("2200-01-01")))
    def test_a_moment_without_zone_is_a_date_cell_to_the_millisecond(self, moment: datetime) -> None:
        _, (kind, value) = cells_of(written(XlsxWriter(), [[moment]]))
        assert kind == "d"
        assert isinstance(value, datetime)
        assert abs(value - moment).total_seconds() <= 0.001

    def test_dates_of_which_programs_disagree_are_text(self) -> None:
        content = written(XlsxWriter(), [[date(1900, 2, 28)], [date(1900, 3, 1)]])
        assert [kind for kind, _ in cells_of(content)[1:]] == ["s", "d"]

    def test_what_does_not_fit_is_refused_and_not_cut_off(self) -> None:
        long_text = "x" * 32_767
        assert cells_of(written(XlsxWriter(), [[long_text]]))[1] == ("s", long_text)
        with pytest.raises(UnwritableSheet, match="A2 has more than the 32,767 characters"):
            written(XlsxWriter(), [[long_text + "x"]])
        with pytest.raises(UnwritableSheet, match="16,384 columns"):
            written(XlsxWriter(), [], ["x"] * 16_385)

    def test_columns_are_named_as_spreadsheet_programs_do(self) -> None:
        header = [f"column {place}" for place in range(1, 800)]
        sheet = load_workbook(io.BytesIO(written(XlsxWriter(), [], header))).worksheets[0]
        assert [cell.value for cell in next(sheet.iter_rows())] == header
        assert sheet["ZZ1"].value == f"column {26 * 26 + 26}"
        assert sheet[f"{string.ascii_uppercase[-1]}1"].value == "column 26"
