"""A mail: plain text from Pirwa to one person, perhaps with files."""

import re
from dataclasses import dataclass

from core.domain.errors import Fault

LONGEST_ADDRESS = 254  # characters, RFC 5321

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?=.{{1,64}}@){_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*")
_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]+")
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True, repr=False)
class MailFile:
    """A file that goes with a mail. Raises ValueError where its name is more than one line, or its media type none."""

    name: str
    media_type: str
    content: bytes

    def __post_init__(self) -> None:
        if _UNSEEN.search(self.name) or not _MEDIA_TYPE.fullmatch(self.media_type):
            raise ValueError("a file in a mail has a name of one line and a media type")


@dataclass(frozen=True, slots=True, repr=False)
class Mail:
    """One message to one person. It may hold secrets, such as the link of an invitation, so nothing of it is shown.

    Raises ValueError where an address or the subject is more than one line.
    """

    to: str
    subject: str
    text: str
    reply_to: str | None = None
    files: tuple[MailFile, ...] = ()

    def __post_init__(self) -> None:
        if any(_UNSEEN.search(line) for line in (self.to, self.subject, self.reply_to or "")):
            raise ValueError("the addresses and the subject of a mail are one line each, without control characters")


def address_fault(pointer: str, address: str) -> Fault | None:
    """What is wrong with a mail address. Those that only few mail servers understand, with quotes or beyond ASCII, are refused."""
    if len(address) <= LONGEST_ADDRESS and _ADDRESS.fullmatch(address):
        return None
    return Fault(pointer, "bad_format", "must be a mail address, such as ana@example.org")


def disguised(address: str) -> str:
    """As much of an address as tells its owner which one it is, and others not more than its server."""
    name, _, server = address.rpartition("@")
    return f"{name[:1]}…@{server}"


def one_line(text: str) -> str:
    """The text in one line, without characters that nobody sees or that turn the reading direction."""
    return " ".join(_UNSEEN.sub(" ", text).split())
