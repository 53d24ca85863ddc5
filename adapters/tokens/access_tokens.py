"""Access tokens as JWTs (RFC 9068): signed with Ed25519, refused unless every member is exactly what we write."""

from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID

import msgspec
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from core.domain.errors import Unauthenticated
from core.domain.ids import new_id
from core.ports.clock import Clock
from core.ports.identity import AccessClaims, AccessToken

ISSUER = "pirwa"
AUDIENCE = "pirwa-api"
LIFETIME = 600  # seconds
LEEWAY = 30  # seconds by which clocks may differ
REMEMBERED = 30  # seconds for which a checked signature is not checked again
MAX_LENGTH = 4096  # characters
CAPACITY = 10_000  # checked tokens
ALGORITHM = "Ed25519"


class _Claims(msgspec.Struct):
    iss: str
    aud: str
    sub: UUID
    cid: UUID | None
    iat: int
    exp: int
    jti: str


class SignedAccessTokens:
    """Signs with one key and accepts only its signatures. `cid` is the company; it is null outside all companies."""

    def __init__(self, key: OKPKey, clock: Clock) -> None:
        self._key = key
        self._clock = clock
        self._header = {"alg": ALGORITHM, "typ": "at+jwt", "kid": key.kid}
        self._decoder = msgspec.json.Decoder(_Claims)
        self._checked: dict[bytes, tuple[AccessClaims, float]] = {}

    def issue(self, user_id: UUID, company_id: UUID | None) -> AccessToken:
        now = int(self._clock.now().timestamp())
        claims = _Claims(ISSUER, AUDIENCE, user_id, company_id, now, now + LIFETIME, str(new_id()))
        text = jws.serialize_compact(dict(self._header), msgspec.json.encode(claims), self._key, [ALGORITHM])
        return AccessToken(text, LIFETIME)

    def verify(self, text: str) -> AccessClaims:
        digest = sha256(text.encode()).digest()
        now = self._clock.now().timestamp()
        if (known := self._checked.get(digest)) and now < known[1]:
            return known[0]
        claims = self._claims(text)
        _require_present(claims, now)
        if len(self._checked) >= CAPACITY:
            self._checked.clear()
        read = AccessClaims(claims.sub, claims.cid, datetime.fromtimestamp(claims.exp, UTC))
        self._checked[digest] = (read, min(now + REMEMBERED, claims.exp + LEEWAY))
        return read

    def public_keys(self) -> Mapping[str, object]:
        return {"keys": [self._key.as_dict(private=False, alg=ALGORITHM, use="sig")]}

    def _claims(self, text: str) -> _Claims:
        """The claims of a text with our header, our signature, our issuer and ourselves as audience."""
        try:
            if len(text) > MAX_LENGTH:
                raise _refused()
            token = jws.extract_compact(text.encode())
            if token.headers() != self._header or not jws.validate_compact(token, self._key, [ALGORITHM]):
                raise _refused()
            claims = self._decoder.decode(token.payload)
        except (JoseError, ValueError) as error:
            raise _refused() from error
        if (claims.iss, claims.aud) != (ISSUER, AUDIENCE):
            raise _refused()
        return claims


def _require_present(claims: _Claims, now: float) -> None:
    if now >= claims.exp + LEEWAY:
        raise Unauthenticated("token_expired", "the access token has expired")
    if now < claims.iat - LEEWAY or not 0 < claims.exp - claims.iat <= LIFETIME:
        raise _refused()


def _refused() -> Unauthenticated:
    return Unauthenticated("invalid_token", "the access token is not one of ours")
