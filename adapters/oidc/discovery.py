"""What a provider publishes of itself (OpenID Connect Discovery 1.0), and whether it is fit for us."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from core.domain.single_sign_on import OPENID, url_problem
from core.ports.single_sign_on import ProviderClient, ProviderProblem

WELL_KNOWN = "/.well-known/openid-configuration"
MOST_NAMES = 200  # of algorithms, methods and so on, each

_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_POST = "client_secret_post"
_BASIC = "client_secret_basic"


class Metadata(msgspec.Struct, frozen=True):
    """The part of a provider's metadata that we use."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    token_endpoint_auth_methods_supported: tuple[str, ...] = (_BASIC,)
    authorization_response_iss_parameter_supported: bool = False

    def auth_method(self, secret: str | None) -> str:
        """How we show our secret."""
        if secret is None:
            return "none"
        offered = self.token_endpoint_auth_methods_supported
        return _POST if _POST in offered and _BASIC not in offered else _BASIC


def address_of(issuer: str) -> str:
    """Where an issuer publishes its metadata."""
    return issuer.rstrip("/") + WELL_KNOWN


def metadata_problems(
    document: Mapping[str, Any], client: ProviderClient, *, on_loopback: bool
) -> Iterator[ProviderProblem]:
    """Everything for which this client cannot use a provider that says this of itself."""
    if document.get("issuer") != client.issuer:
        yield ProviderProblem("issuer_mismatch", "the provider says that it has another issuer, to the letter")
    for name in _ENDPOINTS:
        if not isinstance(url := document.get(name), str):
            yield ProviderProblem("endpoint_missing", f"{name} is missing")
        elif problem := url_problem(url, on_loopback=on_loopback):
            yield ProviderProblem("endpoint_refused", f"{name} {problem}")
    for name, wanted in (
        ("response_types_supported", ("code",)),
        ("code_challenge_methods_supported", ("S256",)),
        ("scopes_supported", (OPENID,)),
        ("token_endpoint_auth_methods_supported", (_BASIC, _POST) if client.secret else ("none", _BASIC, _POST)),
        ("id_token_signing_alg_values_supported", client.algorithms),
    ):
        offered = _names(document.get(name))
        if offered is not None and not any(one in offered for one in wanted):
            yield ProviderProblem("not_offered", f"{name} has none of {', '.join(wanted)}")


def read_metadata(document: Mapping[str, Any]) -> Metadata:
    """The metadata in a document without problems. Raises msgspec.ValidationError where a member has another type."""
    return msgspec.convert(document, Metadata)


def _names(offered: object) -> list[object] | None:
    """A list of names, or None where nothing is said, which is no refusal."""
    return offered[:MOST_NAMES] if isinstance(offered, list) else None
