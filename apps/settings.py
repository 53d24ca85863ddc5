"""What the operator sets: PIRWA_* environment variables, or the same names in small letters in pirwa.toml.

The environment wins. All problems are found at once, each with the name of the setting.
"""

import base64
import ipaddress
import re
import tomllib
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from importlib.util import find_spec
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from adapters.broker.address import address_of
from adapters.smtp.server import read_server
from core.domain.mail import address_fault

FILE_NAME = "pirwa.toml"
PREFIX = "PIRWA_"
TEST_PREFIX = "PIRWA_TEST_"  # read by the test suite, not by the product
AUDIT_KEY_BYTES = 32
SECRET_KEY_BYTES = 32
PASSWORD = "PIRWA_PASSWORD"  # noqa: S105 the name under which `pirwa user create` looks for one

_PLUGIN_ID = re.compile(r"[a-z][a-z0-9_-]{0,63}")
_HOST_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")

LogFormat = Literal["json", "text"]


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Settings that are each sound on their own.

    `data` holds the embedded database, attachments and keys. Without `database_url` the database is the embedded one; without
    `redis_url` there is one process. `replica_url` is a copy of the database that follows it and answers long questions; `backup_url` leads to
    the database as a role that sees the rows of all companies, for `pirwa backup`. Into the folder `archive` goes what brings the embedded
    database back as it was at any moment. With
    `files_url`, a bucket, attachments and pictures are there. `plugins` may be loaded. `audit_key` is at
    least 32 bytes in base64, `secret_keys` are such keys with ids, of which the first seals. `public_url` is where people reach
    the server. Mail goes through `smtp_url` from `mail_from`; what the contact form takes goes to `contact_address`. With
    `registration` a company can register itself. From the addresses and networks of `trusted_proxies`, and from no other,
    `X-Forwarded-For` is believed.
    """

    data: Path = Path("var")
    host: str = "127.0.0.1"
    port: int = 8000
    database_url: str | None = None
    redis_url: str | None = None
    replica_url: str | None = None
    backup_url: str | None = None
    archive: Path | None = None
    files_url: str | None = None
    plugins: tuple[str, ...] = ()
    audit_key: str | None = None
    secret_keys: str | None = None
    public_url: str | None = None
    smtp_url: str | None = None
    mail_from: str | None = None
    contact_address: str | None = None
    registration: bool = False
    log: LogFormat = "json"
    trusted_proxies: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Settings(data={str(self.data)!r}, host={self.host!r}, port={self.port})"

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine can reach the server: it listens to itself alone, and no proxy stands before it."""
        public = urlsplit(self.public_url).hostname if self.public_url else None
        return is_loopback(self.host) and (public is None or is_loopback(public))

    @property
    def is_secure(self) -> bool:
        """Whether browsers reach the server by TLS, so that cookies may demand it."""
        return not self.on_loopback if self.public_url is None else self.public_url.startswith("https://")

    @property
    def address(self) -> str:
        """The URL that links in mails begin with."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url or f"http://{host}:{self.port}"

    @property
    def issuer(self) -> str:
        """Who issues our access tokens: the same for all processes of a set-up, whatever they listen on."""
        return self.public_url or "pirwa"


class SettingsError(Exception):
    """Every problem with the settings, one a line."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def load_settings(environment: Mapping[str, str], folder: Path) -> Settings:
    """The settings of `environment` and of pirwa.toml in `folder`. Raises `SettingsError` with all problems."""
    problems: list[str] = []
    given: dict[str, object] = _from_file(folder / FILE_NAME, problems) | _from_environment(environment, problems)
    values: dict[str, object] = {}
    for name, value in given.items():
        try:
            values[name] = _READERS[name](value)
        except ValueError as problem:
            problems.append(f"{_variable(name)}: {problem}")
    if problems:
        raise SettingsError(problems)
    return msgspec.convert(values, Settings)


def is_loopback(host: str) -> bool:
    """Whether the name or address is this machine's own."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _from_file(path: Path, problems: list[str]) -> dict[str, object]:
    if not path.exists():
        return {}
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problems.append(f"{path.name}: {error}")
        return {}
    problems += [f"{path.name}: {_unknown(name, _READERS)}" for name in content if name not in _READERS]
    return {name: value for name, value in content.items() if name in _READERS}


def _from_environment(environment: Mapping[str, str], problems: list[str]) -> dict[str, object]:
    known = {_variable(name): name for name in _READERS}
    ours = [name for name in environment if name.startswith(PREFIX) and not name.startswith((TEST_PREFIX, PASSWORD))]
    problems += [_unknown(name, known) for name in sorted(ours) if name not in known]
    return {known[name]: environment[name] for name in ours if name in known and environment[name] != ""}


def _variable(name: str) -> str:
    return PREFIX + name.upper()


def _unknown(name: str, known: Mapping[str, object]) -> str:
    near = get_close_matches(name, known, 1)
    return f"{name} is no setting" + (f"; did you mean {near[0]}?" if near else "")


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("must be a text")
    return value.strip()


def _path(value: object) -> Path:
    return Path(_text(value)).expanduser()


def _host(value: object) -> str:
    host = _text(value)
    try:
        ipaddress.ip_address(host)
    except ValueError:
        if not _HOST_NAME.fullmatch(host):
            raise ValueError("must be an IP address or a host name") from None
    return host


def _port(value: object) -> int:
    text = str(value)
    if isinstance(value, bool) or not re.fullmatch("[0-9]{1,5}", text) or int(text) > 65_535:
        raise ValueError("must be a port number from 0 to 65535")
    return int(text)


def _url(value: object, *schemes: str) -> str:
    url = _text(value)
    if urlsplit(url).scheme not in schemes:
        raise ValueError("must be a URL that begins with " + " or ".join(f"{scheme}://" for scheme in schemes))
    return url


def _redis(value: object) -> str:
    url = _url(value, "redis", "rediss", "unix")
    address_of(url)
    return url


def _bucket(value: object) -> str:
    """Without anything that an address could carry of secrets: the environment holds those."""
    url = urlsplit(_url(value, "s3"))
    if not url.hostname or url.username or url.query or url.fragment:
        raise ValueError(
            "must be a bucket, such as s3://name/folder; its service and credentials are set by AWS_* variables"
        )
    if find_spec("obstore") is None:
        raise ValueError("needs obstore: install pirwa[s3]")
    return url.geturl().rstrip("/")


def _plugins(value: object) -> tuple[str, ...]:
    return _list(value, "plugin ids", _PLUGIN_ID.fullmatch)


def _networks(value: object) -> tuple[str, ...]:
    return _list(value, "IP addresses or networks such as 10.0.0.0/8", ipaddress.ip_network)


def _list(value: object, what: str, check: Callable[[str], object]) -> tuple[str, ...]:
    """The entries of a TOML list or a text with commas. `check` raises ValueError, or gives nothing, for a bad one."""
    entries = re.split(r"[,\s]+", value.strip()) if isinstance(value, str) else value
    try:
        if isinstance(entries, list) and all(isinstance(entry, str) and check(entry) for entry in entries):
            return tuple(dict.fromkeys(entries))
    except ValueError:
        pass
    raise ValueError(f"must be {what}, separated by commas")


def _audit_key(value: object) -> str:
    text = _text(value)
    try:
        sound = len(base64.b64decode(text, validate=True)) >= AUDIT_KEY_BYTES
    except ValueError:
        sound = False
    if not sound:
        raise ValueError(f"must be at least {AUDIT_KEY_BYTES} bytes in base64")
    return text


def _secret_keys(value: object) -> str:
    text = _text(value)
    for entry in text.replace(",", " ").split():
        key_id, _, encoded = entry.partition(":")
        if not key_id.isalnum() or not _is_key(encoded):
            raise ValueError(f"must be keys of {SECRET_KEY_BYTES} bytes in base64, each as id:key, separated by commas")
    return text


def _is_key(encoded: str) -> bool:
    try:
        return len(base64.b64decode(encoded, validate=True)) == SECRET_KEY_BYTES
    except ValueError:
        return False


def _public_url(value: object) -> str:
    """Without the slash at its end."""
    url = urlsplit(_url(value, "http", "https"))
    if not url.hostname or url.username or url.query or url.fragment:
        raise ValueError("must be the address at which people reach Pirwa, such as https://stock.example.org")
    return url.geturl().rstrip("/")


def _mail_address(value: object) -> str:
    address = _text(value)
    if address_fault("", address):
        raise ValueError("must be a mail address")
    return address


def _smtp_url(value: object) -> str:
    url = _url(value, "smtp", "smtps")
    read_server(url)
    return url


def _switch(value: object) -> bool:
    if value not in (True, False, "on", "off"):
        raise ValueError("must be on or off")
    return value in (True, "on")


def _log(value: object) -> str:
    if value not in ("json", "text"):
        raise ValueError("must be json or text")
    return str(value)


_READERS = {
    "data": _path,
    "host": _host,
    "port": _port,
    "database_url": lambda value: _url(value, "postgresql", "postgres"),
    "redis_url": _redis,
    "replica_url": lambda value: _url(value, "postgresql", "postgres"),
    "backup_url": lambda value: _url(value, "postgresql", "postgres"),
    "archive": _path,
    "files_url": _bucket,
    "plugins": _plugins,
    "audit_key": _audit_key,
    "secret_keys": _secret_keys,
    "public_url": _public_url,
    "smtp_url": _smtp_url,
    "mail_from": _mail_address,
    "contact_address": _mail_address,
    "registration": _switch,
    "log": _log,
    "trusted_proxies": _networks,
}
