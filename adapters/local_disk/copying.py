"""Files of companies to another folder and back."""

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_UNFINISHED = "incoming-"


@dataclass(frozen=True, slots=True)
class Copied:
    """How many files lie in the copy, and their size in bytes."""

    files: int
    size: int


def copy_files(source: Path, target: Path) -> Copied:
    """Copies the files of all companies that are not there yet. A name stands for its content, so what is there is whole."""
    count = size = 0
    for file in _files(source):
        copy = target / file.relative_to(source)
        if not copy.exists():
            copy.parent.mkdir(parents=True, exist_ok=True)
            draft = copy.with_name(f"{_UNFINISHED}{copy.name}")
            shutil.copyfile(file, draft)
            draft.replace(copy)
        count, size = count + 1, size + copy.stat().st_size
    return Copied(count, size)


def damaged_files(root: Path) -> list[Path]:
    """The files whose content is not what their name says."""
    return [file for file in _files(root) if _digest(file) != file.name]


def _files(root: Path) -> Iterator[Path]:
    """The finished files. One that is deleted meanwhile is not missed."""
    return (file for file in sorted(root.glob("*/??/??/*")) if not file.name.startswith(_UNFINISHED))


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
