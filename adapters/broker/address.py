"""Where a Redis is, and who asks there, as its URL says."""

from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

OPTIONS = ("db", "username", "password", "ssl_ca_certs")

_PORT = 6379


@dataclass(frozen=True, slots=True)
class RedisAddress:
    """`socket` is the path of a local one; otherwise `host` and `port` count, by TLS if it `is_secure`, with the authorities of the file
    `ssl_ca_certs` or else of the system."""

    socket: str | None
    host: str
    port: int
    is_secure: bool
    ssl_ca_certs: str | None
    username: str | None
    password: str | None
    database: int


def address_of(url: str) -> RedisAddress:
    """Reads `redis://`, `rediss://` and `unix://`, in the form that clients of Redis share. Raises ValueError."""
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    if unknown := sorted(options.keys() - set(OPTIONS)):
        raise ValueError(f"has an option that is not known: {', '.join(unknown)}; there are {', '.join(OPTIONS)}")
    is_local, path = parts.scheme == "unix", unquote(parts.path)
    database = options.get("db", "" if is_local else path.strip("/")) or "0"
    if not database.isdecimal():
        raise ValueError("must name its database by a number")
    try:
        port = parts.port or _PORT
    except ValueError:  # whose words show what stands there, which may be a part of a password
        raise ValueError("must name its port by a number, and its password without / ? # or @ as they are") from None
    return RedisAddress(
        path if is_local else None,
        parts.hostname or "localhost",
        port,
        parts.scheme == "rediss",
        options.get("ssl_ca_certs"),
        unquote(parts.username or "") or options.get("username"),
        unquote(parts.password or "") or options.get("password"),
        int(database),
    )
