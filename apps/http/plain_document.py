"""Makes Litestar's document good to generate clients from: short names, problems told once, and what is always sent."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.spec import OpenAPI

Json = dict[str, Any]

_JSON = "application/json"
_FILE: Json = {"schema": {"type": "string"}}
_SCHEMAS = "#/components/schemas/"


class PlainDocument(OpenAPI):
    """The document, made plain whenever it is written out."""

    def to_schema(self) -> Json:
        document = super().to_schema()
        _part_media_types(document)
        _drop_empty_content(document)
        _share_problems(document)
        _require_what_is_sent(document)
        return _with_short_names(document)


class PlainConfig(OpenAPIConfig):
    """Gives the plain document instead of Litestar's own."""

    def to_openapi_schema(self) -> OpenAPI:
        plain = super().to_openapi_schema()
        return PlainDocument(**{name: getattr(plain, name) for name in plain.__dataclass_fields__})


def _part_media_types(document: Json) -> None:
    """An answer of several media types, which Litestar takes as one name, has a content for each of them."""
    for operation in _operations(document):
        for response in operation["responses"].values():
            for several, content in [*response.get("content", {}).items()]:
                kinds = several.split(", ")
                del response["content"][several]
                response["content"] |= {kind: content if len(kinds) == 1 or kind == _JSON else _FILE for kind in kinds}


def _drop_empty_content(document: Json) -> None:
    """What has no content by its status has none in the document either."""
    for operation in _operations(document):
        for status, response in operation["responses"].items():
            if status == "204" or status.startswith("3"):
                response.pop("content", None)


def _share_problems(document: Json) -> None:
    """Every operation has the same dozen refusals: they stand among the components once."""
    shared: Json = {}
    for operation in _operations(document):
        for status, response in operation["responses"].items():
            if set(response.get("content", {})) == {"application/problem+json"}:
                name = re.sub(r"[^A-Za-z]", "", response["description"].title())
                if shared.setdefault(name, response) == response:
                    operation["responses"][status] = {"$ref": f"#/components/responses/{name}"}
    document["components"]["responses"] = shared


def _require_what_is_sent(document: Json) -> None:
    """A member with a default may be left out of a request, but an answer has it all the same."""
    schemas = document["components"]["schemas"]
    left_out = _members_left_out()
    asked = _reachable(schemas, (one.get("requestBody", {}) for one in _operations(document)))
    for name in schemas.keys() - asked:
        schema = schemas[name]
        sent = schema.get("properties", {}).keys() - left_out.get(schema.get("title", "").partition("[")[0], set())
        if sent:
            schema["required"] = sorted(sent | set(schema.get("required", ())))


def _members_left_out() -> dict[str, set[str]]:
    """What an answer may lack, by the names of our structs."""
    found: dict[str, set[str]] = {}
    for struct in _descendants(msgspec.Struct):
        lacking = found.setdefault(struct.__name__, set())
        for field in msgspec.structs.fields(struct):
            if field.default is msgspec.UNSET or (struct.__struct_config__.omit_defaults and not field.required):
                lacking.add(field.encode_name)
    return found


def _descendants(parent: type[msgspec.Struct]) -> Iterator[type[msgspec.Struct]]:
    for child in parent.__subclasses__():
        yield child
        yield from _descendants(child)


def _with_short_names(document: Json) -> Json:
    """`Page_core.queries.catalogue.ProductItem_` becomes `ProductItemPage`."""
    schemas = document["components"]["schemas"]
    short = {
        name: f"{_named(schema['properties']['items']['items'])}Page"
        for name, schema in schemas.items()
        if name.startswith("Page_")
    }
    document["components"]["schemas"] = {short.get(name, name): schema for name, schema in sorted(schemas.items())}
    renamed: Json = _renamed(document, {_SCHEMAS + old: _SCHEMAS + new for old, new in short.items()})
    return renamed


def _named(schema: Json) -> str:
    reference = schema.get("$ref", "").removeprefix(_SCHEMAS)
    return reference or str(schema["type"]).title()


def _renamed(part: Any, references: dict[str, str]) -> Any:
    if isinstance(part, dict):
        return {
            name: references.get(value, value) if name == "$ref" else _renamed(value, references)
            for name, value in part.items()
        }
    return [_renamed(one, references) for one in part] if isinstance(part, list) else part


def _operations(document: Json) -> Iterator[Json]:
    return (operation for item in document["paths"].values() for operation in item.values())


def _reachable(schemas: Json, parts: Iterable[Any]) -> set[str]:
    """The schemas that the parts lead to."""
    found: set[str] = set()
    waiting = list(parts)
    while waiting:
        part = waiting.pop()
        if isinstance(part, list):
            waiting += part
        elif isinstance(part, dict):
            waiting += part.values()
            name = part.get("$ref", "")
            if isinstance(name, str) and name.startswith(_SCHEMAS) and name.removeprefix(_SCHEMAS) not in found:
                found.add(name.removeprefix(_SCHEMAS))
                waiting.append(schemas[name.removeprefix(_SCHEMAS)])
    return found
