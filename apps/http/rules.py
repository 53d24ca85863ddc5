"""What each route demands, declared in its `opt` and read once at start-up. A route that declares nothing stops the start."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from litestar import Litestar
from litestar.enums import RequestEncodingType
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.params import BodyKwarg, QueryParameter
from litestar.routes import HTTPRoute

from apps.http.decoding import BodyDecoder
from core.domain.access import PERMISSIONS

JSON_LIMIT = 1_000_000  # bytes of a JSON body

PUBLIC: Mapping[str, Any] = {"public": True}


def needs(permission: str, *others: str, keyed: bool = False, recent: bool = False) -> dict[str, Any]:
    """The `opt` of a route that needs a permission, or one of `others` instead, and, if `keyed`, an Idempotency-Key; if
    `recent`, a person who proved in the last ten minutes who they are."""
    return {"permission": permission, "others": others, "keyed": keyed, "recent": recent}


class UndeclaredRoutes(Exception):
    """Routes that cannot be served as they are declared, one a line."""


@dataclass(frozen=True, slots=True)
class RouteRule:
    """The demands of one route: the permission or one of `others`. Without a permission it is public; without a media type its body is not read. `query` are
    the parameters that it cannot do without."""

    permission: str | None = None
    others: tuple[str, ...] = ()
    keyed: bool = False
    recent: bool = False
    media_type: str | None = None
    body_required: bool = False
    decoder: BodyDecoder | None = None
    form: Any = None
    query: tuple[str, ...] = ()


RouteRules = Mapping[BaseRouteHandler, RouteRule]


def read_rules(app: Litestar) -> RouteRules:
    """The rule of every handler. Raises `UndeclaredRoutes`, which names all that are undeclared or contradictory."""
    handlers = {handler: path for path, handler in _handlers(app)}
    problems = [
        f"{path} ({handler}): {problem}" for handler, path in handlers.items() for problem in _problems(handler)
    ]
    if problems:
        raise UndeclaredRoutes("\n".join(problems))
    return {handler: _rule(handler) for handler in handlers}


def documented_handlers(app: Litestar) -> Iterator[HTTPRouteHandler]:
    """The handlers that stand in the OpenAPI document."""
    for _, handler in _handlers(app):
        if isinstance(handler, HTTPRouteHandler) and handler.resolve_include_in_schema():
            yield handler


def is_public(handler: BaseRouteHandler) -> bool:
    """Whether everybody may call it."""
    return bool(handler.opt.get("public")) or _only_names_methods(handler)


def needs_body(handler: BaseRouteHandler) -> bool:
    """Whether it takes a body that must not be left out."""
    field = handler.parsed_data_field
    return field is not None and not (field.is_optional or field.has_default)


def _handlers(app: Litestar) -> Iterator[tuple[str, BaseRouteHandler]]:
    for route in app.routes:
        found: Iterable[BaseRouteHandler] = (
            route.route_handlers if isinstance(route, HTTPRoute) else (route.route_handler,)
        )
        for handler in found:
            yield route.path, handler


def _problems(handler: BaseRouteHandler) -> Iterator[str]:
    permission = handler.opt.get("permission")
    if (permission is None) != is_public(handler):
        yield "declare either a permission or that it is public"
    elif unknown := {permission, *handler.opt.get("others", ())} - {None} - PERMISSIONS:
        yield f"no role has the permission {', '.join(sorted(unknown))}"
    if handler.opt.get("keyed") and (
        permission is None or _media_type(handler) not in (None, RequestEncodingType.JSON)
    ):
        yield "only a route with a permission and a JSON body, if any, can be keyed"


def _only_names_methods(handler: BaseRouteHandler) -> bool:
    """Litestar adds an OPTIONS handler to every path; it answers with the path's methods."""
    return handler.fn.__qualname__ == f"{HTTPRoute.create_options_handler.__qualname__}.<locals>.options_handler"


def _rule(handler: BaseRouteHandler) -> RouteRule:
    permission, query = handler.opt.get("permission"), _required_query(handler)
    others = tuple(handler.opt.get("others", ()))
    keyed, recent = bool(handler.opt.get("keyed")), bool(handler.opt.get("recent"))
    field, media_type = handler.parsed_data_field, _media_type(handler)
    if field is None or media_type is None:
        return RouteRule(permission, others, keyed, recent, query=query)
    is_json = media_type == RequestEncodingType.JSON
    return RouteRule(
        permission,
        others,
        keyed,
        recent,
        media_type.value,
        body_required=needs_body(handler),
        decoder=BodyDecoder(field.raw) if is_json else None,
        form=None if is_json else field.annotation,
        query=query,
    )


def _required_query(handler: BaseRouteHandler) -> tuple[str, ...]:
    parameters = handler.parsed_fn_signature.parameters.items()
    return tuple(
        field.kwarg_definition.name or name
        for name, field in parameters
        if isinstance(field.kwarg_definition, QueryParameter) and field.is_required
    )


def _media_type(handler: BaseRouteHandler) -> RequestEncodingType | None:
    field = handler.parsed_data_field
    if field is None:
        return None
    kwarg = field.kwarg_definition
    return RequestEncodingType(kwarg.media_type) if isinstance(kwarg, BodyKwarg) else RequestEncodingType.JSON
