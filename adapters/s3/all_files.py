"""Files of all companies from a bucket to a folder and back."""

import hashlib
from collections.abc import Callable, Iterable, Set
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import obstore

from adapters.s3.service import CHUNK_SIZE, PART_SIZE, bucket_at, reachable
from adapters.stored_files import draft_of, is_path, paths_in
from core.ports.files import FileMissing

AT_ONCE = 8  # files on their way: most of the time of a small one is spent waiting for the service

_Answer = TypeVar("_Answer")


class AllFilesInBucket:
    """`AllFiles` in a bucket; what else lies there is left alone. While the service cannot be reached, everything raises `Busy`."""

    def __init__(self, url: str) -> None:
        """`url` is `s3://bucket` or `s3://bucket/prefix`."""
        self._bucket = bucket_at(url)

    def paths(self) -> Set[str]:
        with reachable():
            listed = (one["path"] for page in obstore.list(self._bucket) for one in page)
            return {path for path in listed if is_path(path)}

    def copy_to(self, folder: Path) -> None:
        _each(lambda path: self._download(path, folder), sorted(self.paths() - set(paths_in(folder))))

    def bring_from(self, folder: Path) -> int:
        paths, here = paths_in(folder), self.paths()
        _each(lambda path: self._upload(path, folder), (path for path in paths if path not in here))
        return len(paths)

    def damaged(self) -> list[str]:
        paths = sorted(self.paths())
        return [path for path, whole in zip(paths, _each(self._is_whole, paths), strict=True) if not whole]

    def _download(self, path: str, folder: Path) -> None:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = draft_of(target)
        with suppress(FileMissing), reachable(target.name):
            content = obstore.get(self._bucket, path)
            with draft.open("wb") as file:
                file.writelines(content.stream(CHUNK_SIZE))
            draft.replace(target)

    def _upload(self, path: str, folder: Path) -> None:
        with reachable():
            obstore.put(self._bucket, path, folder / path, chunk_size=PART_SIZE)

    def _is_whole(self, path: str) -> bool:
        digest = hashlib.sha256()
        with reachable():
            for chunk in obstore.get(self._bucket, path).stream(CHUNK_SIZE):
                digest.update(chunk)
        return digest.hexdigest() == path.rpartition("/")[2]


def _each(deed: Callable[[str], _Answer], paths: Iterable[str]) -> list[_Answer]:
    """What the deed answers for each path; the first failure ends it."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(deed, paths))
