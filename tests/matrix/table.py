"""The expected table: a file of comma-separated values, one line for each operation, form, place and sort of id."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.matrix.requests import Row

FILE = Path(__file__).with_name("authorisation.csv")
_KEYS = ("operation", "form", "place", "id")

Cells = Mapping[Row, Mapping[str, str]]


def write(cells: Cells, callers: Sequence[str]) -> None:
    with FILE.open("w", encoding="utf-8", newline="") as target:
        lines = csv.writer(target, lineterminator="\n")
        lines.writerow([*_KEYS, *callers])
        for row, found in cells.items():
            lines.writerow([row.operation, row.about, row.place, row.label, *(found.get(name, "") for name in callers)])


def read() -> Cells:
    with FILE.open(encoding="utf-8", newline="") as source:
        return {
            Row(*(line.pop(key) for key in _KEYS)): {name: cell for name, cell in line.items() if cell}
            for line in csv.DictReader(source)
        }


def differences(expected: Cells, found: Cells) -> Iterator[str]:
    """Each cell that has changed, in a line of its own."""
    for row in [*expected, *(row for row in found if row not in expected)]:
        was, now = expected.get(row, {}), found.get(row, {})
        for caller in [*was, *(name for name in now if name not in was)]:
            if was.get(caller) != now.get(caller):
                where = " ".join(filter(None, (row.operation, row.about and f"({row.about})", row.place, row.label)))
                yield f"{where}, {caller}: expected {was.get(caller, 'nothing')}, found {now.get(caller, 'nothing')}"
