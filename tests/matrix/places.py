"""The operations of the API by the route table, and by the OpenAPI document every place of them where text can stand."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from litestar import Litestar
from litestar.routes import HTTPRoute

from apps.http.rules import RouteRule, documented_handlers, read_rules

PREFIX = "/api/v1"

METHODS = ("get", "post", "put", "patch", "delete")

Operation = str
"""Method and path below the prefix of the API, as `GET /products/{product_id}`."""

Place = str
"""Where in the request, and by which name, as `query site` or `body /lines/*/product`."""

Schema = Mapping[str, Any]
Document = Mapping[str, Any]


def places_of(document: Document) -> Mapping[Operation, Mapping[Place, str]]:
    """For every operation its places for text, each with the format that the text must have (`string` for any)."""
    return {
        f"{method.upper()} {path.removeprefix(PREFIX)}": dict(_places(document, described))
        for path, item in document["paths"].items()
        for method, described in item.items()
        if method in METHODS
    }


def _places(document: Document, operation: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    for parameter in operation.get("parameters", ()):
        for _, form in _texts(document, parameter["schema"], ""):
            yield f"{parameter['in']} {parameter['name']}", form
    for media in operation.get("requestBody", {}).get("content", {}).values():
        for pointer, form in _texts(document, media["schema"], ""):
            yield f"body {pointer}", form


def _texts(document: Document, schema: Schema, pointer: str) -> Iterator[tuple[str, str]]:
    """Where in a value of the schema text can stand that is not one of a few words."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    for choice in (*schema.get("oneOf", ()), *schema.get("anyOf", ()), *schema.get("allOf", ())):
        yield from _texts(document, choice, pointer)
    if "items" in schema:
        yield from _texts(document, schema["items"], f"{pointer}/*")
    for name, member in schema.get("properties", {}).items():
        yield from _texts(document, member, f"{pointer}/{name}")
    if isinstance(schema.get("additionalProperties"), dict) or (
        schema.get("type") == "object" and "properties" not in schema
    ):
        yield f"{pointer}/*", "any"
    kinds = schema.get("type")
    if "string" in (kinds if isinstance(kinds, list) else [kinds]) and not schema.keys() & {"enum", "const"}:
        yield pointer, schema.get("format", "string")


@dataclass(frozen=True)
class Route:
    """A route of the application: its address as the document writes it, what it demands, whether the document has it."""

    address: str
    rule: RouteRule
    documented: bool


def routes_of(app: Litestar) -> Mapping[Operation, Route]:
    """The route table, without the answers to OPTIONS that every path has."""
    rules = read_rules(app)
    documented = set(documented_handlers(app))
    found: dict[Operation, Route] = {}
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                for method in handler.http_methods - {"OPTIONS"}:
                    named = f"{method} {route.path_format.removeprefix(PREFIX)}"
                    found[named] = Route(route.path_format, rules[handler], handler in documented)
    return found
