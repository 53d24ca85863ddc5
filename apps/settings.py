"""What the operator sets: PIRWA_* environment variables, or the same names in small letters in pirwa.toml.

The environment wins. All problems are found at once, each with the name of the setting.
"""

import base64
import ipaddress
import re
import tomllib
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import msgspec

FILE_NAME = "pirwa.toml"
PREFIX = "PIRWA_"
TEST_PREFIX = "PIRWA_TEST_"  # read by the test suite, not by the product
AUDIT_KEY_BYTES = 32
PASSWORD = "PIRWA_PASSWORD"  # noqa: S105 the name under which `pirwa user create` looks for one

_PLUGIN_ID = re.compile(r"[a-z][a-z0-9_-]{0,63}")
_HOST_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")

LogFormat = Literal["json", "text"]


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Settings that are each sound on their own.

    `data` holds the embedded database, attachments and keys. Without `database_url` the database is the embedded one; without
    `redis_url` there is one process. `plugins` may be loaded. `signing_key` is a PEM text or the path of one,
    `audit_key` at least 32 bytes in base64. From the addresses and networks of `trusted_proxies`, and from no other,
    `X-Forwarded-For` is believed.
    """

    data: Path = Path("var")
    host: str = "127.0.0.1"
    port: int = 8000
    database_url: str | None = None
    redis_url: str | None = None
    plugins: tuple[str, ...] = ()
    signing_key: str | None = None
    audit_key: str | None = None
    log: LogFormat = "json"
    trusted_proxies: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Settings(data={str(self.data)!r}, host={self.host!r}, port={self.port})"

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return is_loopback(self.host)


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


def _signing_key(value: object) -> str:
    text = _text(value)
    if not text.startswith("-----BEGIN") and not Path(text).is_file():
        raise ValueError("must be a PEM text or the path of a readable file")
    return text


def _audit_key(value: object) -> str:
    text = _text(value)
    try:
        sound = len(base64.b64decode(text, validate=True)) >= AUDIT_KEY_BYTES
    except ValueError:
        sound = False
    if not sound:
        raise ValueError(f"must be at least {AUDIT_KEY_BYTES} bytes in base64")
    return text


def _log(value: object) -> str:
    if value not in ("json", "text"):
        raise ValueError("must be json or text")
    return str(value)


_READERS = {
    "data": _path,
    "host": _host,
    "port": _port,
    "database_url": lambda value: _url(value, "postgresql", "postgres"),
    "redis_url": lambda value: _url(value, "redis", "rediss", "unix"),
    "plugins": _plugins,
    "signing_key": _signing_key,
    "audit_key": _audit_key,
    "log": _log,
    "trusted_proxies": _networks,
}
