"""Settings of a plugin: a Struct of its own, filled from what a company's administrator gave."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta

from core.domain.errors import Fault, Invalid, refuse_if

SiteCode = Annotated[str, Meta(pattern="^[A-Z0-9][A-Z0-9_-]{0,15}$", examples=["UIO"])]
LocationId = Annotated[str, Meta(min_length=1, max_length=255)]
Secret = Annotated[
    str, Meta(min_length=1, max_length=4096, extra_json_schema={"writeOnly": True, "format": "password"})
]
"""A setting that is sealed where it is stored, and that nobody is ever shown."""


MOST_KEPT_BACK = 1_000_000


class PluginSettings(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """What every plugin's settings derive from. Every field has a `title`; those of type `Secret` (or `Secret | None`) are sealed, and shown
    in no log."""

    def __repr__(self) -> str:
        hidden = secret_fields(type(self))
        fields = (field for field in msgspec.structs.fields(type(self)) if field.encode_name not in hidden)
        shown = (f"{field.name}={getattr(self, field.name)!r}" for field in fields)
        return f"{type(self).__name__}({', '.join(shown)})"


class StorefrontSettings(PluginSettings, frozen=True, kw_only=True):
    """What every storefront's settings derive from.

    `locations` says which of its locations shows the stock of which site (by code); `safety_buffer` is how many units of everything are
    kept back from it; `on_drift` is what happens when it shows something else than it was told and no order explains it: our figure goes
    out again, or somebody has to look. `take_orders`: its orders become channel orders; `push_prices`: it shows our prices.
    """

    locations: Annotated[dict[SiteCode, LocationId], Meta(min_length=1, max_length=100, title="Locations")]
    safety_buffer: Annotated[Decimal, Meta(title="Safety buffer")] = Decimal(0)
    on_drift: Annotated[Literal["ours_wins", "review"], Meta(title="When it shows something else")] = "ours_wins"
    take_orders: Annotated[bool, Meta(title="Take orders")] = True
    push_prices: Annotated[bool, Meta(title="Push prices")] = False

    def __post_init__(self) -> None:
        if len(set(self.locations.values())) < len(self.locations):
            raise ValueError("`locations` shows two sites at one location")
        if not 0 <= self.safety_buffer <= MOST_KEPT_BACK:
            raise ValueError(f"`safety_buffer` must be 0 to {MOST_KEPT_BACK}")


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


@cache
def settings_schema(kind: type[msgspec.Struct]) -> dict[str, Any]:
    """The JSON Schema of the settings, for a form: an object with its definitions. Secrets are `writeOnly`."""
    (reference,), definitions = msgspec.json.schema_components([kind], ref_template="#/$defs/{name}")
    name = reference["$ref"].rpartition("/")[2]
    schema: dict[str, Any] = definitions.pop(name)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        **({"$defs": definitions} if definitions else {}),
    }


@cache
def secret_fields(kind: type[msgspec.Struct]) -> frozenset[str]:
    """The names, as they are given, of the settings that are secrets. Raises TypeError for a secret inside of another setting, where it
    could not be sealed."""
    schema = settings_schema(kind)
    found = {name for name, form in schema["properties"].items() if _is_secret(form)}
    inside = [name for name, form in schema["properties"].items() if name not in found and _mentions_secret(form)]
    if inside or _mentions_secret(schema.get("$defs", {})):
        raise TypeError(f"a secret must be a setting of its own: {', '.join(inside) or 'not part of another type'}")
    return frozenset(found)


def _is_secret(form: Mapping[str, Any]) -> bool:
    return bool(form.get("writeOnly")) or any(one.get("writeOnly") for one in form.get("anyOf", ()))


def _mentions_secret(form: object) -> bool:
    if isinstance(form, Mapping):
        return "writeOnly" in form or any(map(_mentions_secret, form.values()))
    return isinstance(form, list) and any(map(_mentions_secret, form))
