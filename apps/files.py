"""Where the files of companies are kept."""

from adapters.local_disk.file_store import LocalDiskStore
from apps.settings import Settings
from core.ports.files import FileStore


def file_store(settings: Settings) -> FileStore:
    """The bucket that is set, else the data folder."""
    if settings.files_url is None:
        return LocalDiskStore(settings.data / "files")
    from adapters.s3.file_store import BucketStore  # an extra, with 20 MB of machine code

    return BucketStore(settings.files_url)
