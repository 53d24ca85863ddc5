"""One line for each request and one for each failure. No header, body or query string is ever written."""

import os
import traceback
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

import msgspec

from apps.settings import LogFormat

MAX_MESSAGE = 500  # characters of a failure's own words
MAX_FRAMES = 30

Write = Callable[[bytes], object]


class AccessLine(msgspec.Struct, frozen=True, kw_only=True):
    """A request that was answered. `route` is the template of its path; `status` 499 means the caller went away."""

    time: datetime = msgspec.field(default_factory=lambda: datetime.now(UTC))
    level: str = "info"
    event: str = "request"
    request_id: str
    method: str
    route: str
    status: int
    duration_us: int
    company: UUID | None
    user: UUID | None


class FailureLine(msgspec.Struct, frozen=True, kw_only=True):
    """A failure of ours, innermost frame last."""

    time: datetime = msgspec.field(default_factory=lambda: datetime.now(UTC))
    level: str = "error"
    event: str = "failure"
    request_id: str
    kind: str
    message: str
    frames: list[str]


class Log:
    """Writes lines as JSON, or for eyes."""

    def __init__(self, style: LogFormat, write: Write) -> None:
        self._write = write
        self._encode = msgspec.json.Encoder().encode if style == "json" else _for_eyes

    def access(self, line: AccessLine) -> None:
        self._write(self._encode(line) + b"\n")

    def failure(self, request_id: str, error: BaseException) -> None:
        frames = traceback.extract_tb(error.__traceback__)[-MAX_FRAMES:]
        line = FailureLine(
            request_id=request_id,
            kind=type(error).__qualname__,
            message=str(error)[:MAX_MESSAGE],
            frames=[f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
        )
        self._write(self._encode(line) + b"\n")


def to_standard_error(line: bytes) -> None:
    """One write for each line, so that the lines of several processes do not mix. A closed pipe stops no request."""
    with suppress(OSError):
        os.write(2, line)


def _for_eyes(line: AccessLine | FailureLine) -> bytes:
    if isinstance(line, AccessLine):
        text = f"{line.time:%H:%M:%S} {line.status} {line.method} {line.route} {line.duration_us / 1000:.1f} ms"
    else:
        text = "\n    ".join([f"{line.time:%H:%M:%S} {line.kind}: {line.message!r} ({line.request_id})", *line.frames])
    return text.encode("utf-8", "replace")
