"""Somebody who receives webhooks: a server on a port of its own that keeps what it is sent and answers as the test says."""

import base64
import hmac
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Received:
    """A request."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def event(self) -> dict[str, Any]:
        event: dict[str, Any] = json.loads(self.body)
        return event

    def is_signed_with(self, secret: str) -> bool:
        """Whether one of its signatures is by this secret, after the specification and nothing of ours."""
        key = base64.b64decode(secret.split("_", 1)[1])
        content = b".".join([self.id.encode(), self.headers["webhook-timestamp"].encode(), self.body])
        wanted = b"v1," + base64.b64encode(hmac.new(key, content, "sha256").digest())
        return any(hmac.compare_digest(wanted, one.encode()) for one in self.headers["webhook-signature"].split(" "))


Answer = int | tuple[int, Mapping[str, str]] | tuple[int, Mapping[str, str], bytes]


class Receiver:
    """Answers 204 unless `answer` says otherwise; while `hung` it holds every request until it is let go."""

    def __init__(self, port: int) -> None:
        self.port, self.url = port, f"http://127.0.0.1:{port}/pirwa"
        self.requests: list[Received] = []
        self.answer: Callable[[Received], Answer] = lambda _: 204
        self.hung = threading.Event()
        self.let_go = threading.Event()
        self._at_once, self.most_at_once = 0, 0
        self._lock = threading.Lock()

    @property
    def events(self) -> list[Received]:
        """What came, without pings."""
        return [one for one in self.requests if one.event["type"] != "webhook_ping"]

    def take(self, request: Received) -> Answer:
        with self._lock:
            self.requests.append(request)
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        if self.hung.is_set():
            self.let_go.wait(30)
        answer = self.answer(request)
        with self._lock:
            self._at_once -= 1
        return answer


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver, until the end of the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"] or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = receiver.take(Received(self.command, self.path, headers, body))
            status, more, content = (*answer, b"")[:3] if isinstance(answer, tuple) else (answer, {}, b"")
            self.send_response(status)
            for name, value in {"content-length": str(len(content)), **more}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST

        def log_message(self, *_: object) -> None:
            """Keeps the tests' output to itself."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver = Receiver(server.server_port)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            receiver.let_go.set()
            server.shutdown()
            thread.join()
