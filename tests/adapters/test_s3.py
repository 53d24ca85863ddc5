"""Files of companies in a bucket: the same promises as on disk, and a service that may be away."""

import io
from collections.abc import Iterator
from pathlib import Path

import obstore
import pytest

from adapters.s3.all_files import AllFilesInBucket
from adapters.s3.file_store import BucketStore
from adapters.s3.service import bucket_at
from core.domain.errors import Busy
from tests.adapters.all_files_contract import AllFilesContract, Leave
from tests.adapters.file_store_contract import COMPANY, INVOICE, FileStoreContract, Kept
from tests.bucket import Bucket, bucket

pytestmark = pytest.mark.anyio


@pytest.fixture
def place() -> Iterator[Bucket]:
    with bucket() as place:
        yield place


@pytest.fixture
def store(place: Bucket) -> BucketStore:
    return BucketStore(place.url)


class TestBucketStore(FileStoreContract):
    """Seen to fail with parts of 4 MiB, which S3 refuses, and where the folder of a company was left out of the name."""

    @pytest.fixture
    def kept(self, place: Bucket) -> Kept:
        return place.names


class TestAllFilesInBucket(AllFilesContract):
    @pytest.fixture
    def all_files(self, place: Bucket) -> AllFilesInBucket:
        return AllFilesInBucket(place.url)

    @pytest.fixture
    def leave(self, place: Bucket) -> Leave:
        def leave(name: str, content: bytes) -> None:
            obstore.put(bucket_at(place.url), name, content)

        return leave


async def test_while_the_service_is_away_everybody_is_asked_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seen to fail when what the library raises was let through: an upload was answered with a 500."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")  # where nobody listens
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "pirwa")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not a secret")
    store = BucketStore("s3://nowhere")
    for deed in (
        store.put(COMPANY, io.BytesIO(INVOICE)),
        store.open(COMPANY, "a" * 64),
        store.delete(COMPANY, "a" * 64),
    ):
        with pytest.raises(Busy) as refused:
            await deed
        assert (refused.value.code, refused.value.details) == ("files_unavailable", {"retry_after": 5})


async def test_a_backup_is_told_that_the_service_is_away(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "pirwa")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not a secret")
    with pytest.raises(Busy):
        AllFilesInBucket("s3://nowhere").copy_to(tmp_path)


async def test_a_bucket_that_is_not_there_is_no_missing_file(place: Bucket) -> None:
    store = BucketStore("s3://another-name")
    for deed in (
        store.put(COMPANY, io.BytesIO(INVOICE)),
        store.open(COMPANY, "a" * 64),
        store.delete(COMPANY, "a" * 64),
    ):
        with pytest.raises(Busy):
            await deed
