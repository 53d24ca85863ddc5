"""`OpenId` by Authlib, over whatever way out it is given."""

from collections.abc import Callable, Mapping
from typing import Any

import httpx2
import msgspec
from authlib.integrations.base_client import OAuthError  # type: ignore[import-untyped]
from authlib.integrations.httpx_client import AsyncOAuth2Client  # type: ignore[import-untyped]

from adapters.oidc.discovery import Metadata, address_of, metadata_problems, read_metadata
from adapters.oidc.id_token import NotProven, UnknownKey, read_id_token, usable_keys
from adapters.oidc.remembering import Remembered
from core.domain.errors import Busy, Unauthenticated
from core.domain.single_sign_on import Vouched
from core.ports.clock import Clock
from core.ports.single_sign_on import Challenge, ProviderAnswer, ProviderClient, ProviderProblem, ProviderReport

RETRY_AFTER = 10  # seconds

_OUR_FAULT = frozenset({"invalid_client", "unauthorized_client", "unsupported_grant_type", "invalid_scope"})

Document = Mapping[str, Any]


class AuthlibOpenId:
    """Speaks OpenID Connect. Metadata and keys are remembered; `transport` is the way out, `redirect_uri` where browsers come
    back to."""

    def __init__(
        self,
        transport: Callable[[], httpx2.AsyncBaseTransport],
        redirect_uri: str,
        clock: Clock,
        elapsed: Callable[[], float],
        *,
        on_loopback: bool,
    ) -> None:
        self._transport, self._redirect_uri, self._clock = transport, redirect_uri, clock
        self._on_loopback = on_loopback
        self._documents = Remembered(self._document, elapsed)

    def close(self) -> None:
        self._documents.close()

    async def authorization_url(self, client: ProviderClient, state: str, challenge: Challenge) -> str:
        metadata = await self._metadata(client)
        async with self._client(client, metadata) as oauth:
            url, _ = oauth.create_authorization_url(
                metadata.authorization_endpoint, state=state, code_verifier=challenge.verifier, nonce=challenge.nonce
            )
        return str(url)

    async def vouched(self, client: ProviderClient, answer: ProviderAnswer, challenge: Challenge) -> Vouched:
        metadata = await self._metadata(client)
        announced = metadata.authorization_response_iss_parameter_supported
        if answer.issuer != client.issuer and (announced or answer.issuer is not None):
            raise _not_proven("the answer comes from another issuer")
        if answer.code is None:
            raise _declined(answer.error)
        token = await self._token(client, metadata, answer.code, challenge)
        id_token, access_token = token.get("id_token"), token.get("access_token")
        if not isinstance(id_token, str):
            raise _not_proven("the provider sent no ID token")
        said = access_token if isinstance(access_token, str) else None
        return await self._read(id_token, client, metadata, challenge, said)

    async def report(self, client: ProviderClient) -> ProviderReport:
        try:
            document = await self._document(address_of(client.issuer))
        except Busy as problem:
            return ProviderReport([ProviderProblem(problem.code, f"metadata: {problem.detail}")])
        problems = list(metadata_problems(document, client, on_loopback=self._on_loopback))
        endpoints = [document.get(name) for name in ("authorization_endpoint", "token_endpoint")]
        authorization, token = (one if isinstance(one, str) else None for one in endpoints)
        offered = document.get("id_token_signing_alg_values_supported")
        algorithms = [one for one in client.algorithms if not isinstance(offered, list) or one in offered]
        keys = await self._reported_keys(document, client, problems)
        return ProviderReport(problems, authorization, token, algorithms, keys)

    async def _reported_keys(self, document: Document, client: ProviderClient, problems: list[ProviderProblem]) -> int:
        address = document.get("jwks_uri")
        if not isinstance(address, str):
            return 0
        try:
            keys = usable_keys(_keys(await self._document(address)), client.algorithms)
        except Busy as problem:
            problems.append(ProviderProblem(problem.code, f"keys: {problem.detail}"))
            return 0
        if keys == 0:
            problems.append(ProviderProblem("no_usable_key", "no key can check a signature that is allowed"))
        return keys

    async def _metadata(self, client: ProviderClient) -> Metadata:
        document = await self._documents.get(address_of(client.issuer))
        if problem := next(metadata_problems(document, client, on_loopback=self._on_loopback), None):
            raise _unsound(problem.detail)
        try:
            return read_metadata(document)
        except msgspec.ValidationError as error:
            raise _unsound("its metadata are malformed") from error

    async def _token(
        self, client: ProviderClient, metadata: Metadata, code: str, challenge: Challenge
    ) -> Mapping[str, object]:
        try:
            async with self._client(client, metadata) as oauth:
                token: Mapping[str, object] = await oauth.fetch_token(
                    metadata.token_endpoint,
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=challenge.verifier,
                )
                return token
        except OAuthError as refusal:
            if str(refusal.error) in _OUR_FAULT:
                raise _unsound(f"it refuses us as a client: {refusal.error}") from refusal
            raise _not_proven("the provider does not take its code back") from refusal
        except httpx2.HTTPStatusError as error:
            raise _unsound(f"it answers {error.response.status_code}") from error
        except httpx2.HTTPError as error:
            raise _unreachable(error) from error
        except (ValueError, TypeError, ArithmeticError, RecursionError) as error:
            raise _unsound("its answer is no token") from error

    async def _read(
        self, text: str, client: ProviderClient, metadata: Metadata, challenge: Challenge, access_token: str | None
    ) -> Vouched:
        now = self._clock.now().timestamp()
        try:
            try:
                keys = _keys(await self._documents.get(metadata.jwks_uri))
                return read_id_token(text, keys, client, challenge.nonce, access_token, now)
            except UnknownKey:
                keys = _keys(await self._documents.renewed(metadata.jwks_uri))
                return read_id_token(text, keys, client, challenge.nonce, access_token, now)
        except NotProven as refusal:
            raise _not_proven(str(refusal)) from refusal

    async def _document(self, address: str) -> Document:
        try:
            async with httpx2.AsyncClient(transport=self._transport(), trust_env=False) as client:
                answer = await client.get(address, headers={"accept": "application/json"})
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise _unreachable(error) from error
        if answer.status_code != 200:
            raise _unsound(f"it answers {answer.status_code}")
        try:
            return msgspec.json.decode(answer.content, type=dict[str, Any])
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            raise _unsound("its answer is no JSON object") from error

    def _client(self, client: ProviderClient, metadata: Metadata) -> AsyncOAuth2Client:
        return AsyncOAuth2Client(
            client.client_id,
            client.secret,
            token_endpoint_auth_method=metadata.auth_method(client.secret),
            scope=" ".join(client.scopes),
            redirect_uri=self._redirect_uri,
            code_challenge_method="S256",
            transport=self._transport(),
            trust_env=False,
        )


def _keys(document: Document) -> list[object]:
    keys = document.get("keys")
    if not isinstance(keys, list):
        raise _unsound("its keys are no JWK set")
    return keys


def _declined(error: str | None) -> Unauthenticated:
    """What the browser says that the provider said: it is told to nobody but in words that the standards know."""
    if error == "access_denied":
        return Unauthenticated("sign_in_declined", "the provider says that signing in was declined there")
    return _not_proven("the provider gave no code")


def _not_proven(why: str) -> Unauthenticated:
    return Unauthenticated("identity_not_proven", f"the provider's word does not count: {why}")


def _unsound(why: str) -> Busy:
    return Busy("identity_provider_unsound", f"the provider does not answer as it must: {why}")


def _unreachable(error: Exception) -> Busy:
    details = {"retry_after": RETRY_AFTER}
    return Busy("identity_provider_unreachable", f"the provider cannot be reached: {error}", details=details)
