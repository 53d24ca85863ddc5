"""Where the shop tells what happens: a server that keeps what it is sent."""

import queue
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Self
from uuid import uuid4

from core.ports.clock import SystemClock
from core.ports.incoming import IncomingWebhook

SECONDS = 20


class Ear:
    """The first `deaf` times it fails, as a server does that is being started anew."""

    def __init__(self) -> None:
        self.heard: queue.Queue[IncomingWebhook] = queue.Queue()
        self.deaf = 0

    def __enter__(self) -> Self:
        ear = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                ear.deaf -= 1
                if ear.deaf < 0:
                    headers = {name.lower(): value for name, value in self.headers.items()}
                    ear.heard.put(IncomingWebhook(uuid4(), SystemClock().now(), ear.url, headers, body))
                self.send_response(202 if ear.deaf < 0 else 503)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/hook"

    def next(self) -> IncomingWebhook:
        """What comes next, waiting for it."""
        return self.heard.get(timeout=SECONDS)

    def forget(self) -> None:
        """Leaves out what has come so far."""
        while not self.heard.empty():
            self.heard.get()
