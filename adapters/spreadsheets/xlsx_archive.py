"""What the archive of an XLSX file must not contain, checked before any of it is parsed."""

import stat
import zipfile
from typing import BinaryIO

from adapters.spreadsheets.limits import SheetLimits
from core.ports.documents import UnreadableSheet

_OLD_FORMAT = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED = 0x1
_ENTRY = b"PK\x01\x02"  # in the directory at the end, before each entry
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_CHUNK = 1_048_576


def require_harmless_archive(stream: BinaryIO, limits: SheetLimits) -> None:
    """Raises `UnreadableSheet`. Leaves the stream at its beginning.

    The declared sizes may lie, but `zipfile` never yields more of an entry than it declares and then finds
    the checksum wrong: so they bound what is really unpacked.
    """
    if stream.read(len(_OLD_FORMAT)) == _OLD_FORMAT:
        raise UnreadableSheet("sheet_old_format", "files of old Excel, and those with a password, cannot be read")
    _require_few_entries(stream, limits)
    try:
        with zipfile.ZipFile(stream) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as fault:
        raise UnreadableSheet("sheet_damaged", "the file is not an XLSX workbook, or is damaged") from fault
    _require_sizes(entries, limits)
    for entry in entries:
        _require_harmless(entry)
    stream.seek(0)


def _require_few_entries(stream: BinaryIO, limits: SheetLimits) -> None:
    """Before `zipfile` opens the archive, for which it reads the whole directory: 20 MB of it would become 300 MB."""
    stream.seek(0)
    entries, end = 0, b""
    while chunk := stream.read(_CHUNK):
        entries += (end + chunk).count(_ENTRY)
        end = chunk[1 - len(_ENTRY) :]
    if entries > limits.archive_entries:
        detail = f"the workbook has more than {limits.archive_entries:,} parts"
        raise UnreadableSheet("sheet_too_many_parts", detail)


def _require_sizes(entries: list[zipfile.ZipInfo], limits: SheetLimits) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    limits.require_size(unpacked, sum(entry.compress_size for entry in entries))


def _require_harmless(entry: zipfile.ZipInfo) -> None:
    parts = entry.filename.replace("\\", "/").split("/")
    if entry.filename.startswith(("/", "\\")) or ".." in parts or ":" in parts[0]:
        raise UnreadableSheet("sheet_unsafe_path", "the workbook has a part outside its own folder")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise UnreadableSheet("sheet_unsafe_path", "the workbook has a part that links to another file")
    if entry.compress_type not in _PACKINGS:
        raise UnreadableSheet("sheet_damaged", "the workbook is packed as no spreadsheet program packs it")
    if entry.flag_bits & _ENCRYPTED:
        raise UnreadableSheet("sheet_encrypted", "the workbook is protected by a password")
    if parts[-1].lower() == "vbaproject.bin" or "macrosheets" in parts:
        raise UnreadableSheet("sheet_macros", "the workbook contains macros; save it as .xlsx without them")
