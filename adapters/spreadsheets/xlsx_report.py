"""`ReportWriter` as an XLSX workbook: numbers that are numbers, a head that stays in view, filters, totals."""

import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO, ClassVar

from adapters.spreadsheets.xlsx_parts import DECLARATION, FIXED_PARTS, MAIN, SHEET_END, SHEET_NAME, STYLES_NAME
from adapters.spreadsheets.xlsx_writer import entry_of, letters_of, row_xml
from core.domain.report import CellKind
from core.ports.documents import CellValue, ReportLayout

_PLAIN, _TITLE, _HEAD, _DATA = 0, 1, 2, 3
_STYLE_OF = {
    CellKind.QUANTITY: 3,
    CellKind.MONEY: 4,
    CellKind.RATE: 5,
    CellKind.PERCENT: 6,
    CellKind.COUNT: 7,
    CellKind.DAY: 8,
    CellKind.MOMENT: 9,
}
_TOTAL = 8  # so many further, the same in bold
_FORMATS = ("#,##0.######", "#,##0.00", "#,##0.00##", "0.0#", "0")
# 14 and 22 are dates as the reader's own settings write them.
_NUMBER_FORMATS = (164, 165, 166, 167, 168, 14, 22)
_CHARACTERS = 0.9  # of a column's width for each of its shares


class XlsxReport:
    media_type: ClassVar[str] = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    suffix: ClassVar[str] = ".xlsx"

    def write(self, target: BinaryIO, layout: ReportLayout, rows: Iterable[Sequence[CellValue]]) -> None:
        with zipfile.ZipFile(target, "w") as archive:
            for name, content in {**FIXED_PARTS, STYLES_NAME: _styles()}.items():
                archive.writestr(entry_of(name), content)
            with archive.open(entry_of(SHEET_NAME), "w") as sheet:
                for part in _sheet(layout, rows):
                    sheet.write(part.encode())


def _sheet(layout: ReportLayout, rows: Iterable[Sequence[CellValue]]) -> Iterator[str]:
    head = len(layout.about) + 3
    yield _start(layout, head)
    yield row_xml(1, [f"{layout.title} · {layout.company}"], [_TITLE])
    for number, line in enumerate(layout.about, start=2):
        yield row_xml(number, [line])
    yield row_xml(head, [column.title for column in layout.columns], [_HEAD] * len(layout.columns))
    styles = [_STYLE_OF.get(column.kind, _PLAIN) for column in layout.columns]
    totals, number = layout.totals(), head
    for number, row in enumerate(rows, start=head + 1):
        totals.add(row)
        yield row_xml(number, row, styles)
    if last := totals.row(layout.words["total"]):
        yield row_xml(number + 2, last, [style + _TOTAL if style else _HEAD for style in styles])
    yield f'</sheetData><autoFilter ref="A{head}:{letters_of(len(styles))}{number}"/>{SHEET_END.removeprefix("</sheetData>")}'


def _start(layout: ReportLayout, head: int) -> str:
    widths = "".join(
        f'<col min="{place}" max="{place}" width="{max(column.share * _CHARACTERS, 8):g}" customWidth="1"/>'
        for place, column in enumerate(layout.columns, start=1)
    )
    return (
        f'{DECLARATION}<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="{head}" '
        f'topLeftCell="A{head + 1}" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f"<cols>{widths}</cols><sheetData>"
    )


def _styles() -> str:
    formats = "".join(f'<numFmt numFmtId="{164 + place}" formatCode="{code}"/>' for place, code in enumerate(_FORMATS))
    plain = "".join(_style(number, font=0) for number in _NUMBER_FORMATS)
    bold = "".join(_style(number, font=1) for number in _NUMBER_FORMATS)
    unused = _style(0, font=1) * (_TOTAL - len(_NUMBER_FORMATS))
    return (
        f'{DECLARATION}<styleSheet xmlns="{MAIN}"><numFmts count="{len(_FORMATS)}">{formats}</numFmts>'
        '<fonts count="3"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font>'
        '<font><b/><sz val="14"/><name val="Calibri"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        f'<cellXfs count="{_DATA + _TOTAL + len(_NUMBER_FORMATS)}">{_style(0, font=0)}{_style(0, font=2)}{_style(0, font=1)}{plain}{unused}{bold}</cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    )


def _style(number: int, *, font: int) -> str:
    return f'<xf numFmtId="{number}" fontId="{font}" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/>'
