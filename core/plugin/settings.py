"""Settings of a plugin: a Struct of its own, filled from what a company's administrator gave."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta

from core.domain.errors import Fault, Invalid, refuse_if

SiteCode = Annotated[str, Meta(pattern="^[A-Z0-9][A-Z0-9_-]{0,15}$", examples=["UIO"])]
LocationId = Annotated[str, Meta(min_length=1, max_length=255)]


class PluginSettings(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """What every plugin's settings derive from. Secrets have no place here yet: settings are stored in clear."""


class StorefrontSettings(PluginSettings, frozen=True, kw_only=True):
    """What every storefront's settings derive from: which of its locations shows the stock of which site (by code)."""

    locations: Annotated[dict[SiteCode, LocationId], Meta(min_length=1, max_length=100)]

    def __post_init__(self) -> None:
        if len(set(self.locations.values())) < len(self.locations):
            raise ValueError("`locations` shows two sites at one location")


S = TypeVar("S", bound=msgspec.Struct)


def read_struct(given: Mapping[str, object], kind: type[S], code: str, pointer: str = "") -> S:
    """The Struct that `given` means. Raises Invalid with this code and every fault of its fields."""
    refuse_if(list(_field_faults(given, kind, pointer)), code)
    try:
        return msgspec.convert(given, kind)
    except msgspec.ValidationError as error:  # what the fields say together
        raise Invalid(code, str(error), [Fault(pointer, "invalid", str(error))]) from None


def _field_faults(given: Mapping[str, object], kind: type[msgspec.Struct], pointer: str) -> Iterator[Fault]:
    fields: Mapping[str, Any] = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    for name in given.keys() - fields.keys():
        yield Fault(f"{pointer}/{name}", "unknown", "is no setting")
    for name, field in fields.items():
        if name in given:
            yield from _value_fault(given[name], field.type, f"{pointer}/{name}")
        elif field.required:
            yield Fault(f"{pointer}/{name}", "required", "is missing")


def _value_fault(value: object, kind: Any, pointer: str) -> Iterator[Fault]:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        yield Fault(pointer, "invalid", str(error))
