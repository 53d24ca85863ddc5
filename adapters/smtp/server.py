"""Which mail server to use, as an operator writes it down."""

import ipaddress
from dataclasses import dataclass, field
from enum import Enum
from urllib.parse import unquote, urlsplit


class Security(Enum):
    """How the way to the server is protected, and the port that it usually has."""

    TLS = 465
    STARTTLS = 587
    NONE = 25


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """A mail server, and who we are to it: nobody, without a user name."""

    host: str
    port: int
    security: Security
    user: str | None = field(default=None, repr=False)
    password: str = field(default="", repr=False)


def read_server(url: str) -> SmtpServer:
    """The server of `smtps://user:password@host:port`, or `smtp://...`: then STARTTLS is required, unless the host is this machine.

    Raises ValueError, which never repeats the URL.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError("the URL of the mail server has no sound host and port") from None
    if parts.scheme not in ("smtp", "smtps") or not host or parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("the mail server must be given as smtp://user:password@host:port or smtps://...")
    security = _security(parts.scheme, host)
    user = unquote(parts.username) if parts.username else None
    return SmtpServer(host, port or security.value, security, user, unquote(parts.password or ""))


def _security(scheme: str, host: str) -> Security:
    if scheme == "smtps":
        return Security.TLS
    return Security.NONE if _is_this_machine(host) else Security.STARTTLS


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
