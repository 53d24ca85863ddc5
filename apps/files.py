"""Where the files of companies are kept."""

from adapters.local_disk.all_files import AllFilesOnDisk
from adapters.local_disk.file_store import LocalDiskStore
from adapters.stored_files import AllFiles
from apps.settings import Settings
from core.ports.files import FileStore


def file_store(settings: Settings) -> FileStore:
    """The bucket that is set, else the data folder."""
    if settings.files_url is None:
        return LocalDiskStore(settings.data / "files")
    from adapters.s3.file_store import BucketStore  # an extra, with 20 MB of machine code

    return BucketStore(settings.files_url)


def all_files(settings: Settings) -> AllFiles:
    """What `file_store` keeps, of all companies."""
    if settings.files_url is None:
        return AllFilesOnDisk(settings.data / "files")
    from adapters.s3.all_files import AllFilesInBucket

    return AllFilesInBucket(settings.files_url)
