"""The signed word of a provider on who somebody is (OpenID Connect Core 1.0, 3.1.3.7): believed only if every part of it fits."""

import base64
import hmac
import unicodedata
import warnings
from collections.abc import Mapping, Sequence
from hashlib import sha256, sha512

import msgspec
from joserfc import jws
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey
from msgspec import UNSET

from core.domain.single_sign_on import Vouched, sound_email
from core.ports.single_sign_on import ProviderClient

LEEWAY = 60  # seconds by which clocks may differ
MAX_LENGTH = 16_384  # characters
MAX_SUBJECT = 255
MAX_NAME = 120
MAX_KEYS = 100  # that are looked at
RSA_BITS = (2_048, 8_192)

_KEY_TYPES: Mapping[str, tuple[type[RSAKey | ECKey | OKPKey], str | None]] = {
    "RS256": (RSAKey, None),
    "PS256": (RSAKey, None),
    "ES256": (ECKey, "P-256"),
    "EdDSA": (OKPKey, "Ed25519"),
    "Ed25519": (OKPKey, "Ed25519"),
}


class NotProven(Exception):
    """The token does not prove who somebody is."""


class UnknownKey(NotProven):
    """The token is signed with a key that is not among those given: they may have changed since."""


class _Header(msgspec.Struct, frozen=True):
    alg: str
    kid: str | None = None
    typ: str = "JWT"
    crit: object = UNSET


class _Claims(msgspec.Struct, frozen=True):
    iss: str
    sub: str
    aud: str | list[str]
    exp: int | float
    iat: int | float
    nbf: int | float = 0
    nonce: str | None = None
    azp: str | None = None
    at_hash: str | None = None
    email: object = None
    email_verified: object = None
    name: object = None


def read_id_token(
    text: str, keys: Sequence[object], client: ProviderClient, nonce: str, access_token: str | None, now: float
) -> Vouched:
    """Who the token speaks of. `keys` are those of the provider's JWK set. Raises `NotProven`, and `UnknownKey`."""
    header, claims = _checked(text, keys, client.algorithms)
    _require_for_us(claims, client, nonce)
    _require_present(claims, now)
    if claims.at_hash is not None and not _is_hash_of(claims.at_hash, access_token, header.alg):
        raise NotProven("at_hash is not the hash of the access token")
    if not (claims.sub and len(claims.sub) <= MAX_SUBJECT and claims.sub.isascii() and claims.sub.isprintable()):
        raise NotProven("sub is no name")
    return Vouched(claims.iss, claims.sub, sound_email(claims.email), claims.email_verified is True, _name(claims.name))


def usable_keys(keys: Sequence[object], algorithms: Sequence[str]) -> int:
    """How many keys of a JWK set can check one of these signatures."""
    return sum(any(_imported(key, algorithm) for algorithm in algorithms) for key in keys[:MAX_KEYS])


def _checked(text: str, keys: Sequence[object], algorithms: Sequence[str]) -> tuple[_Header, _Claims]:
    """Header and claims of a token that is signed with one of the keys, by one of the algorithms."""
    try:
        if len(text) > MAX_LENGTH:
            raise NotProven("it is too long")
        token = jws.extract_compact(text.encode())
        header = msgspec.convert(token.headers(), _Header)
        if header.alg not in algorithms or header.crit is not UNSET or header.typ.upper() != "JWT":
            raise NotProven("its header is not one that is taken")
        with warnings.catch_warnings():
            # EdDSA is the old name of Ed25519 and of Ed448; the keys that are taken for it are of the former.
            warnings.simplefilter("ignore", SecurityWarning)
            if not jws.validate_compact(token, _key(keys, header), [header.alg]):
                raise NotProven("its signature is wrong")
        return header, msgspec.json.decode(token.payload, type=_Claims)
    except (JoseError, ValueError, TypeError, RecursionError, msgspec.MsgspecError) as error:
        raise NotProven("it is no token") from error


def _key(keys: Sequence[object], header: _Header) -> Key:
    """The key that the header names; without a name, the only one there is."""
    fitting = [key for each in keys[:MAX_KEYS] if (key := _imported(each, header.alg, header.kid)) is not None]
    if not fitting or (header.kid is None and len(fitting) > 1):
        raise UnknownKey("it is signed with an unknown key")
    return fitting[0]


def _imported(key: object, algorithm: str, kid: str | None = None) -> Key | None:
    """The public key in a JWK, if it is one for this algorithm and this name (None: any)."""
    kind, curve = _KEY_TYPES[algorithm]
    if not isinstance(key, dict) or key.get("kty") != kind.key_type or (kid is not None and key.get("kid") != kid):
        return None
    if key.get("use", "sig") != "sig" or key.get("alg", algorithm) != algorithm or key.get("crv") != curve:
        return None
    if kind is RSAKey and not RSA_BITS[0] <= _bits(key.get("n")) <= RSA_BITS[1]:
        return None
    try:
        return kind.import_key({name: key[name] for name in ("kty", "n", "e", "crv", "x", "y") if name in key})
    except (JoseError, ValueError, TypeError):
        return None


def _bits(number: object) -> int:
    """The length of a number in base64url."""
    try:
        raw = base64.urlsafe_b64decode(str(number) + "==")
    except ValueError:
        return 0
    return int.from_bytes(raw).bit_length()


def _require_for_us(claims: _Claims, client: ProviderClient, nonce: str) -> None:
    audience = [claims.aud] if isinstance(claims.aud, str) else claims.aud
    if claims.iss != client.issuer:
        raise NotProven("iss is another issuer")
    if client.client_id not in audience:
        raise NotProven("aud are others")
    if claims.azp != client.client_id and (claims.azp is not None or len(audience) > 1):
        raise NotProven("azp is another client")
    if claims.nonce is None or not hmac.compare_digest(claims.nonce.encode(), nonce.encode()):
        raise NotProven("nonce is not the one that was sent")


def _require_present(claims: _Claims, now: float) -> None:
    if now >= claims.exp + LEEWAY:
        raise NotProven("it has expired")
    if max(claims.iat, claims.nbf) > now + LEEWAY:
        raise NotProven("it is of the future")


def _is_hash_of(said: str, access_token: str | None, algorithm: str) -> bool:
    hashed = sha512 if algorithm in ("EdDSA", "Ed25519") else sha256
    digest = hashed((access_token or "").encode()).digest()
    half = base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=")
    return access_token is not None and hmac.compare_digest(half, said.encode())


def _name(name: object) -> str | None:
    """The name as it can be shown."""
    if not isinstance(name, str):
        return None
    shown = "".join(one for one in unicodedata.normalize("NFC", name) if unicodedata.category(one)[0] != "C")
    return " ".join(shown.split())[:MAX_NAME] or None
