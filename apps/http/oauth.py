"""The token endpoint of OAuth 2 and where to find it. It speaks RFC 6749, which has its own form of refusals."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import unquote_plus

import msgspec
from dishka import FromDishka
from dishka.integrations.litestar import DishkaRouter
from litestar import Request, Response, get, post
from litestar.datastructures import CacheControlHeader
from litestar.exceptions import HTTPException
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import URLEncodedBody

from apps.http.answer import Answer
from apps.http.api_request import ApiRequest
from apps.http.client_address import origin_of
from apps.http.errors import RequestRefused, answer_error
from apps.http.rules import PUBLIC
from apps.settings import Settings
from core.commands.oauth_tokens import ClientCredentials, GrantRefused, TokenDesk
from core.domain.errors import Busy, Invalid
from core.domain.integration import SCOPES
from core.domain.throttling import TooManyAttempts

FORM_LIMIT = 10_000  # bytes
GRANT = "client_credentials"

_NOT_KEPT = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class TokenRequest(msgspec.Struct, frozen=True):
    """What a client asks for. Its credentials may stand in the Authorization header (Basic) instead."""

    grant_type: str
    scope: str = ""
    client_id: str = ""
    client_secret: str = ""

    def __repr__(self) -> str:
        return f"TokenRequest(grant_type={self.grant_type!r}, client_id={self.client_id!r})"


class TokenAnswer(msgspec.Struct, frozen=True):
    """A token, for `expires_in` seconds. Of the scopes only those work that the client's creator has at that moment."""

    access_token: str
    expires_in: int
    scope: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105

    def __repr__(self) -> str:
        return f"TokenAnswer(scope={self.scope!r})"


class OAuthError(msgspec.Struct, frozen=True):
    """Why there is no token (RFC 6749 §5.2)."""

    error: str
    error_description: str


class ServerMetadata(msgspec.Struct, frozen=True):
    """What a client finds out by itself (RFC 8414)."""

    issuer: str
    token_endpoint: str
    jwks_uri: str
    grant_types_supported: list[str]
    response_types_supported: list[str]
    token_endpoint_auth_methods_supported: list[str]
    scopes_supported: list[str]


_REFUSALS = {
    status: ResponseSpec(OAuthError, generate_examples=False, description=words)
    for status, words in (
        (400, "invalid_request, invalid_scope, ..."),
        (401, "invalid_client"),
        (413, "The body is too large"),
        (429, "Too many tries"),
        (503, "Come back later"),
    )
}


OAUTH_PATH = "/api/v1/oauth/token"


def answer_refusal(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """A refusal as RFC 6749 wants it; failures of ours are answered as everywhere."""
    match error:
        case GrantRefused(code="invalid_client"):
            return _refusal(401, error.code, error.detail, {"WWW-Authenticate": 'Basic realm="pirwa"'})
        case GrantRefused():
            return _refusal(400, error.code, error.detail)
        case TooManyAttempts() | Busy():
            wait = {"Retry-After": str(error.details.get("retry_after", 1))}
            return _refusal(503 if isinstance(error, Busy) else 429, "temporarily_unavailable", error.detail, wait)
        case RequestRefused() | Invalid():
            return _refusal(400, "invalid_request", error.detail)
        case HTTPException(status_code=413):
            return _refusal(413, "invalid_request", "the body is too large")
        case HTTPException(status_code=400):
            return _refusal(400, "invalid_request", "the request is malformed")
    return answer_error(request, error)


@post(
    "/oauth/token",
    opt={**PUBLIC, "problems": False},
    status_code=200,
    request_max_body_size=FORM_LIMIT,
    exception_handlers={Exception: answer_refusal},
    responses=_REFUSALS,
)
async def issue_token(
    data: URLEncodedBody[TokenRequest], request: ApiRequest, desk: FromDishka[TokenDesk], settings: FromDishka[Settings]
) -> Response[TokenAnswer]:
    """Exchanges the credentials of an OAuth 2 client for an access token (RFC 6749 §4.4). `scope` asks for some of the client's
    scopes, separated by spaces. Refusals have the form of RFC 6749 §5.2."""
    credentials = _credentials(data, request.scope["state"]["headers"])
    if data.grant_type != GRANT:
        raise GrantRefused("unsupported_grant_type", f"the one grant type is {GRANT}")
    granted = await desk.grant(credentials, data.scope, origin_of(request.scope, settings.trusted_proxies))
    scope = " ".join(sorted(granted.scopes))
    return Answer(TokenAnswer(granted.token.text, granted.token.expires_in, scope), headers=_NOT_KEPT)


@get("/oauth-authorization-server", opt=PUBLIC, cache_control=CacheControlHeader(max_age=900, public=True))
async def describe_authorization_server(settings: FromDishka[Settings]) -> ServerMetadata:
    """Where tokens are given, and how (RFC 8414)."""
    address = settings.address
    return ServerMetadata(
        issuer=address,
        token_endpoint=f"{address}{OAUTH_PATH}",
        jwks_uri=f"{address}/.well-known/jwks.json",
        grant_types_supported=[GRANT],
        response_types_supported=["none"],  # there is no authorization endpoint, but readers insist on a type
        token_endpoint_auth_methods_supported=["client_secret_basic", "client_secret_post"],
        scopes_supported=sorted(SCOPES),
    )


def _credentials(form: TokenRequest, headers: Mapping[bytes, bytes]) -> ClientCredentials:
    """From the header or from the form; empty where there are none. Raises `GrantRefused` for both at once."""
    header = headers.get(b"authorization")
    if header is None:
        return ClientCredentials(form.client_id, form.client_secret)
    if form.client_secret:
        raise GrantRefused("invalid_request", "send the secret in the header or in the form, not in both")
    scheme, _, encoded = header.decode("latin-1").partition(" ")
    client_id, _, secret = _decoded(encoded if scheme.lower() == "basic" else "").partition(":")
    if form.client_id not in ("", unquote_plus(client_id)):
        raise GrantRefused("invalid_request", "header and form name two clients")
    return ClientCredentials(unquote_plus(client_id), unquote_plus(secret))


def _decoded(encoded: str) -> str:
    try:
        return base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        return ""


def _refusal(status: int, code: str, detail: str, headers: Mapping[str, str] | None = None) -> Response[OAuthError]:
    return Answer(OAuthError(code, detail), status_code=status, headers={**_NOT_KEPT, **(headers or {})})


router = DishkaRouter("/", route_handlers=[issue_token], tags=["integrations"])
well_known_router = DishkaRouter("/.well-known", route_handlers=[describe_authorization_server], tags=["integrations"])
