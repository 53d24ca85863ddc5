"""Access tokens as JWTs (RFC 9068): signed with Ed25519, refused unless every member is exactly what we write."""

from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID

import msgspec
from joserfc import jws
from joserfc.errors import JoseError

from adapters.tokens.key_set import ALGORITHM, KeySet
from core.domain.errors import Unauthenticated
from core.domain.ids import new_id
from core.ports.clock import Clock
from core.ports.identity import AccessClaims, AccessToken
from core.ports.sessions import SessionState

AUDIENCE = "pirwa-api"
TYPE = "at+jwt"
LIFETIME = 600  # seconds
LEEWAY = 30  # seconds by which clocks may differ
REMEMBERED = 30  # seconds for which a checked signature is not checked again
MAX_LENGTH = 4096  # characters
CAPACITY = 10_000  # checked tokens


class _Claims(msgspec.Struct, omit_defaults=True):
    iss: str
    aud: str
    sub: UUID
    cid: UUID | None
    iat: int
    exp: int
    jti: str
    sid: UUID | None = None
    auth_time: int | None = None
    amr: list[str] = []
    client_id: UUID | None = None
    scope: str = ""


class SignedAccessTokens:
    """Signs with the key whose turn it is, and accepts the signatures of every key in force. `cid` is the company; it is null
    outside all companies. The issuer is the address of the server (RFC 8414)."""

    def __init__(self, keys: KeySet, clock: Clock, issuer: str) -> None:
        self._keys = keys
        self._issuer = issuer
        self._clock = clock
        self._decoder = msgspec.json.Decoder(_Claims)
        self._checked: dict[bytes, tuple[AccessClaims, float, str]] = {}

    async def issue(self, session: SessionState, company_id: UUID | None) -> AccessToken:
        claims = self._claims_for(session.user_id, company_id)
        claims.sid, claims.amr = session.id, list(session.methods)
        claims.auth_time = int(session.authenticated_at.timestamp())
        return await self._signed(claims)

    async def issue_for_client(
        self, user_id: UUID, company_id: UUID, client_id: UUID, scopes: frozenset[str]
    ) -> AccessToken:
        claims = self._claims_for(user_id, company_id)
        claims.client_id, claims.scope = client_id, " ".join(sorted(scopes))
        return await self._signed(claims)

    async def verify(self, text: str) -> AccessClaims:
        digest = sha256(text.encode()).digest()
        now = self._clock.now().timestamp()
        known = self._checked.get(digest)
        if known and now < known[1] and await self._keys.verifying(known[2]):
            return known[0]
        claims, kid = await self._read(text)
        _require_present(claims, now)
        if len(self._checked) >= CAPACITY:
            self._checked.clear()
        read = AccessClaims(
            claims.sub,
            claims.cid,
            datetime.fromtimestamp(claims.exp, UTC),
            claims.sid,
            claims.client_id,
            frozenset(claims.scope.split()),
        )
        self._checked[digest] = (read, min(now + REMEMBERED, claims.exp + LEEWAY), kid)
        return read

    async def public_keys(self) -> Mapping[str, object]:
        keys = await self._keys.published()
        return {"keys": [key.as_dict(private=False, alg=ALGORITHM, use="sig") for key in keys]}

    def _claims_for(self, user_id: UUID, company_id: UUID | None) -> _Claims:
        now = int(self._clock.now().timestamp())
        return _Claims(self._issuer, AUDIENCE, user_id, company_id, now, now + LIFETIME, str(new_id()))

    async def _signed(self, claims: _Claims) -> AccessToken:
        key = await self._keys.signing()
        header = {"alg": ALGORITHM, "typ": TYPE, "kid": key.kid}
        return AccessToken(jws.serialize_compact(header, msgspec.json.encode(claims), key, [ALGORITHM]), LIFETIME)

    async def _read(self, text: str) -> tuple[_Claims, str]:
        """The claims of a text with our header, the signature of one of our keys, our issuer and ourselves as audience."""
        try:
            if len(text) > MAX_LENGTH:
                raise _refused()
            token = jws.extract_compact(text.encode())
            kid = token.headers().get("kid")
            key = await self._keys.verifying(kid) if isinstance(kid, str) else None
            if key is None or token.headers() != {"alg": ALGORITHM, "typ": TYPE, "kid": kid}:
                raise _refused()
            if not jws.validate_compact(token, key, [ALGORITHM]):
                raise _refused()
            claims = self._decoder.decode(token.payload)
        except (JoseError, ValueError) as error:
            raise _refused() from error
        if (claims.iss, claims.aud) != (self._issuer, AUDIENCE) or (claims.sid is None) == (claims.client_id is None):
            raise _refused()
        return claims, str(kid)


def _require_present(claims: _Claims, now: float) -> None:
    if now >= claims.exp + LEEWAY:
        raise Unauthenticated("token_expired", "the access token has expired")
    if now < claims.iat - LEEWAY or not 0 < claims.exp - claims.iat <= LIFETIME:
        raise _refused()


def _refused() -> Unauthenticated:
    return Unauthenticated("invalid_token", "the access token is not one of ours")
