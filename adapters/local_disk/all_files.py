"""Files of all companies to another folder and back."""

import hashlib
import shutil
from collections.abc import Set
from contextlib import suppress
from pathlib import Path

from adapters.stored_files import draft_of, paths_in


class AllFilesOnDisk:
    """`AllFiles` in a folder."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def paths(self) -> Set[str]:
        return set(paths_in(self._root))

    def copy_to(self, folder: Path) -> None:
        _copy(self._root, folder)

    def bring_from(self, folder: Path) -> int:
        return _copy(folder, self._root)

    def damaged(self) -> list[str]:
        return [path for path in paths_in(self._root) if _digest(self._root / path) != path.rpartition("/")[2]]


def _copy(source: Path, target: Path) -> int:
    paths = paths_in(source)
    for path in paths:
        if not (target / path).exists():
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            draft = draft_of(target / path)
            with suppress(FileNotFoundError):
                shutil.copyfile(source / path, draft)
                draft.replace(target / path)
    return len(paths)


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
