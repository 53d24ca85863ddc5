"""The OpenAPI document, and a page of it for people that needs nothing from elsewhere."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from html import escape
from inspect import cleandoc
from typing import Any, cast

from litestar import Litestar, Request, Response, Router
from litestar.enums import MediaType
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.plugins import JsonRenderPlugin, OpenAPIRenderPlugin
from litestar.openapi.spec import Components, Operation, Parameter, RequestBody, Schema, SecurityScheme
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType
from litestar.plugins import OpenAPISchemaPlugin
from litestar.typing import FieldDefinition

from apps.http.errors import MEDIA_TYPE, PROBLEM_RESPONSES, Problem
from apps.http.plain_document import PlainConfig
from apps.http.rules import PUBLIC, documented_handlers, is_public, needs_body
from core.queries.decimal_text import DECIMAL

DESCRIPTION = (
    "Inventory for shops and warehouses. Quantities and money are decimal strings, times RFC 3339 with an offset. "
    "Every error is application/problem+json; `errors` names all faults of the input at once."
)

_STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "code{font-family:ui-monospace,monospace}summary{cursor:pointer}details{margin:.25rem 0}dd{margin-bottom:.5rem}"
)
_POLICY = f"default-src 'none'; style-src 'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'"


@dataclass
class OpenOperation(Operation):
    """An operation whose body may be left out: Litestar calls every body required."""

    def __post_init__(self) -> None:
        if isinstance(self.request_body, RequestBody):
            self.request_body.required = False


@dataclass
class KeyedOperation(Operation):
    """An operation that takes effect once for each Idempotency-Key."""

    def __post_init__(self) -> None:
        self.parameters = [
            *(self.parameters or []),
            Parameter(
                name="Idempotency-Key",
                param_in="header",
                required=True,
                description="Chosen by the caller. The same key with the same request gets the stored answer, "
                "marked `Idempotency-Replayed: true`; with another request 422.",
                schema=Schema(type=OpenAPIType.STRING, min_length=1, max_length=255),
            ),
        ]


@dataclass
class OpenKeyedOperation(OpenOperation, KeyedOperation):
    """Both of them."""

    def __post_init__(self) -> None:
        OpenOperation.__post_init__(self)
        KeyedOperation.__post_init__(self)


class DecimalTexts(OpenAPISchemaPlugin):
    """Exact numbers are texts in plain notation."""

    def is_plugin_supported_field(self, field_definition: FieldDefinition) -> bool:
        return field_definition.annotation is Decimal or DECIMAL in field_definition.metadata

    def to_openapi_schema(self, field_definition: FieldDefinition, schema_creator: Any) -> Schema:
        return Schema(type=OpenAPIType.STRING, format=cast("OpenAPIFormat", "decimal"))


class ReadablePage(OpenAPIRenderPlugin):
    """All operations on one page, without scripts."""

    def __init__(self) -> None:
        super().__init__(path="/", media_type=MediaType.HTML)

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        operations = "".join(
            _operation(method, path, operation)
            for path, item in sorted(openapi_schema["paths"].items())
            for method, operation in item.items()
        )
        title = escape(f"{openapi_schema['info']['title']} {openapi_schema['info']['version']}")
        return (
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style></head>'
            f"<body><h1>{title}</h1><p>{escape(DESCRIPTION)}</p>"
            f'<p><a href="/schema/openapi.json">openapi.json</a></p>{operations}</body></html>'
        ).encode()


def document_config(version: str) -> OpenAPIConfig:
    """Where the document is served and what stands in it beside the routes."""
    return PlainConfig(
        title="Pirwa",
        version=version,
        description=DESCRIPTION,
        use_handler_docstrings=True,
        operation_id_creator=lambda handler, _method, _path: handler.handler_name,
        components=Components(
            security_schemes={"bearer": SecurityScheme(type="http", scheme="bearer", bearer_format="JWT")}
        ),
        security=[{"bearer": []}],
        render_plugins=[ReadablePage(), JsonRenderPlugin(path="/openapi.json")],
        openapi_router=Router(
            "/schema", route_handlers=[], opt=dict(PUBLIC), include_in_schema=False, after_request=_as_page
        ),
    )


def complete_document(app: Litestar) -> None:
    """Adds to every operation what all have in common: its problems, its permission, its key."""
    for handler in documented_handlers(app):
        handler.responses = {**_problems(handler), **(handler.responses or {})}
        handler.summary = handler.summary or handler.handler_name.replace("_", " ").capitalize()
        if is_public(handler):
            handler.security = [{}]
        else:
            words = handler.description or cleandoc(handler.fn.__doc__ or "")
            handler.description = f"{words}\n\nPermission: {_permissions(handler)}.".strip()
        handler.operation_class = _operation_class(handler)


def _permissions(handler: HTTPRouteHandler) -> str:
    return " or ".join(f"`{one}`" for one in (handler.opt["permission"], *handler.opt.get("others", ())))


def _operation_class(handler: HTTPRouteHandler) -> type[Operation]:
    if handler.opt.get("keyed"):
        return KeyedOperation if needs_body(handler) else OpenKeyedOperation
    return Operation if needs_body(handler) else OpenOperation


def _problems(handler: HTTPRouteHandler) -> Mapping[int, ResponseSpec]:
    if not handler.opt.get("problems", True):  # a protocol of others has refusals of its own
        return {}
    if not handler.opt.get("keyed"):
        return PROBLEM_RESPONSES
    missing_key = ResponseSpec(
        Problem, generate_examples=False, description="Idempotency-Key is missing", media_type=MEDIA_TYPE
    )
    return {**PROBLEM_RESPONSES, 428: missing_key}


def _as_page(response: Response[Any]) -> Response[Any]:
    """The document's own page may use its style; what Litestar does not find there is a problem like any other."""
    if response.status_code == 404:
        raise NotFoundException
    response.headers["content-security-policy"] = _POLICY
    return response


def _operation(method: str, path: str, operation: Mapping[str, Any]) -> str:
    parameters = "".join(
        f"<dt><code>{escape(one['name'])}</code> ({escape(one['in'])}{', required' if one.get('required') else ''})</dt>"
        f"<dd>{escape(one.get('description') or '')}</dd>"
        for one in operation.get("parameters", [])
    )
    responses = ", ".join(escape(status) for status in operation["responses"])
    return (
        f"<details><summary><code>{escape(method.upper())} {escape(path)}</code> {escape(operation['operationId'])}</summary>"
        f"<p>{escape(operation.get('description') or '')}</p><dl>{parameters}</dl><p>Answers: {responses}</p></details>"
    )
