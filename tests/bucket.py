"""A bucket of a test's own, on an S3 service inside the test's process."""

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from unittest.mock import patch

import httpx
import obstore
from obstore.store import S3Store

NAME = "pirwa-files"
FOLDER = "demo"


@dataclass(frozen=True)
class Bucket:
    """`url` as PIRWA_FILES_URL has it, and what the environment says of its service."""

    url: str
    environment: Mapping[str, str]

    def names(self) -> list[str]:
        """Of all that lies in the folder, in order."""
        store = S3Store.from_url(self.url, client_options={"allow_http": True})
        return sorted(one["path"] for page in obstore.list(store) for one in page)


@contextmanager
def bucket() -> Iterator[Bucket]:
    """An empty bucket, named by the environment of this process as long as the block."""
    from moto.server import ThreadedMotoServer  # seconds

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    httpx.post(f"{address}/moto-api/reset").raise_for_status()
    httpx.put(f"{address}/{NAME}").raise_for_status()
    environment = {
        "AWS_ENDPOINT_URL": address,
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "pirwa",
        "AWS_SECRET_ACCESS_KEY": "not a secret",
    }
    with patch.dict(os.environ, environment):
        yield Bucket(f"s3://{NAME}/{FOLDER}", environment)
    with suppress(RuntimeError):
        server.stop()
