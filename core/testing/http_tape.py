"""Exchanges with a real server, recorded once and replayed in every test: without the secrets that were in them."""

import base64
from collections.abc import Sequence
from pathlib import Path

import msgspec

from core.ports.http import HttpAnswer, HttpClient, HttpRequest

SECRET = "SECRET"  # noqa: S105 what stands in a tape where a secret was
_KEPT = ("content-type", "retry-after", "link", "location", "etag")


class Body(msgspec.Struct, omit_defaults=True):
    """Bytes: as `text`, or in `base64` where they are none."""

    text: str = ""
    base64: str = ""


class Exchange(msgspec.Struct):
    """A request and what was answered. Of its headers nothing is kept, of the answer's those that say something of the body, and limits."""

    method: str
    url: str
    sent: Body
    status: int
    headers: dict[str, str]
    answered: Body


class Tape:
    """The file of one recording. `secrets` are the texts that may not stand in it, in whatever place they come."""

    def __init__(self, path: Path, secrets: Sequence[str] = ()) -> None:
        self._path = path
        self._secrets = sorted(filter(None, secrets), key=len, reverse=True)

    def recorder(self, http: HttpClient) -> "Recorder":
        """A client that asks the real one and writes down what it hears."""
        return Recorder(self, http)

    def player(self) -> "Player":
        """A client that knows the answers. Raises FileNotFoundError where nothing was recorded."""
        return Player(self, msgspec.json.decode(self._path.read_bytes(), type=list[Exchange]))

    def clean(self, text: str) -> str:
        """The text without secrets."""
        for secret in self._secrets:
            text = text.replace(secret, SECRET)
        return text

    def body(self, content: bytes) -> Body:
        """The bytes without secrets."""
        try:
            return Body(text=self.clean(content.decode()))
        except UnicodeDecodeError:
            return Body(base64=base64.b64encode(content).decode())

    def write(self, exchanges: Sequence[Exchange]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_bytes(msgspec.json.format(msgspec.json.encode(exchanges), indent=2) + b"\n")


class Recorder:
    """`HttpClient`."""

    def __init__(self, tape: Tape, http: HttpClient) -> None:
        self._tape, self._http = tape, http
        self._exchanges: list[Exchange] = []

    async def send(self, request: HttpRequest) -> HttpAnswer:
        answer = await self._http.send(request)
        tape = self._tape
        headers = {name: tape.clean(value) for name, value in answer.headers.items() if _is_kept(name)}
        sent, answered = tape.body(request.body), tape.body(answer.body)
        url = tape.clean(request.url)
        self._exchanges.append(Exchange(request.method, url, sent, answer.status, headers, answered))
        tape.write(self._exchanges)
        return answer


class Player:
    """`HttpClient` that wants the requests of the tape, in their order."""

    def __init__(self, tape: Tape, exchanges: Sequence[Exchange]) -> None:
        self._tape, self._waiting = tape, list(exchanges)

    async def send(self, request: HttpRequest) -> HttpAnswer:
        """Raises AssertionError for a request that is not the next of the tape."""
        asked = (request.method, self._tape.clean(request.url), self._tape.body(request.body))
        assert self._waiting, f"the tape is at its end, and now comes {asked}"
        exchange = self._waiting.pop(0)
        wanted = (exchange.method, exchange.url, exchange.sent)
        assert asked == wanted, f"the tape has {wanted}, and now comes {asked}"
        return HttpAnswer(exchange.status, exchange.headers, _bytes(exchange.answered))

    def assert_finished(self) -> None:
        """Raises AssertionError where not all of the tape was played."""
        assert not self._waiting, f"{len(self._waiting)} exchanges were not asked for"


def _is_kept(name: str) -> bool:
    return name in _KEPT or "limit" in name


def _bytes(body: Body) -> bytes:
    return base64.b64decode(body.base64) if body.base64 else body.text.encode()
