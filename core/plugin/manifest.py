"""The manifest of a plugin: what it says of itself before any of its code runs."""

import re
import tomllib
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from core.plugin.settings import read_struct

FILE_NAME = "manifest.toml"
GROUP = "pirwa.plugins"  # of the entry points

PluginId = Annotated[str, Meta(pattern="^(?!(core|webhook|manual|mail|http|smtp|in_app)$)[a-z][a-z0-9_-]{0,63}$")]
Version = tuple[int, ...]

_CONDITION = r"(>=|<) *(\d+(?:\.\d+)*)"
VersionRange = Annotated[str, Meta(pattern=f"^{_CONDITION}( *, *{_CONDITION})*$", examples=[">=0.1,<0.3"])]


class Manifest(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`core` is the range of Pirwa versions it works with (`>=0.1,<0.3`), `requires` the plugins it builds on, `hosts` the
    places it calls, `events` the types its reactions want."""

    id: PluginId
    title: Annotated[str, Meta(min_length=1, max_length=80)]
    kind: Literal[
        "storefront", "message_sender", "mail_sender", "supplier_ordering", "notification_channel", "subscriber"
    ]
    core: VersionRange
    requires: list[PluginId] = []
    hosts: list[Annotated[str, Meta(pattern=r"^[a-z0-9*]([a-z0-9.*-]*[a-z0-9])?$")]] = []
    events: list[Annotated[str, Meta(pattern="^[a-z][a-z_]*$")]] = []


def read_manifest(text: str) -> Manifest:
    """The manifest in a TOML text. Raises Invalid with every fault, and `tomllib.TOMLDecodeError` for what is no TOML."""
    return read_struct(tomllib.loads(text), Manifest, "bad_manifest")


def admits(version_range: str, version: str) -> bool:
    """Whether a range such as `>=0.1,<0.3` contains a version."""
    present = _parts(version)
    return all(
        present >= _parts(bound) if comparison == ">=" else present < _parts(bound)
        for comparison, bound in re.findall(_CONDITION, version_range)
    )


def _parts(version: str) -> Version:
    """The release numbers without zeros at the end; what follows them (`rc1`, `.dev0`) is left out."""
    numbers = re.match(r"[\d.]*", version)
    release = [int(part) for part in numbers[0].split(".") if part] if numbers else []
    while release and release[-1] == 0:
        release.pop()
    return tuple(release)
