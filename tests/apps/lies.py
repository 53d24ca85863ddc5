"""What an identity provider may say of somebody: words that must not count, and words that must."""

import time
from collections.abc import Callable
from typing import Any

from tests.lying_provider import EC, OKP, OTHER_RSA, RSA, LyingProvider, half_hash, public

Lie = Callable[[LyingProvider], None]


def _changed(**claims: Any) -> Lie:
    return lambda liar: liar.claims.update(claims)


def _timed(**seconds: float) -> Lie:
    """Claims that are times, so many seconds from the moment at which they are made."""
    return lambda liar: liar.claims.update({name: time.time() + offset for name, offset in seconds.items()})


def _headed(**header: Any) -> Lie:
    return lambda liar: liar.header.update(header)


def _signed(how: str) -> Lie:
    return lambda liar: setattr(liar, "sign", getattr(liar, how))


def _publishing(*keys: Any) -> Lie:
    return lambda liar: setattr(liar, "keys", list(keys))


def _all(*lies: Lie) -> Lie:
    def lie(liar: LyingProvider) -> None:
        for each in lies:
            each(liar)

    return lie


def _with_key(key: Any, algorithm: str, **more: Any) -> Lie:
    def lie(liar: LyingProvider) -> None:
        liar.key, liar.algorithm = key, algorithm
        liar.keys = [{**public(key), **more}]

    return lie


def _answering(token: bytes) -> Lie:
    return lambda liar: setattr(liar, "token", token)


LIES: dict[str, Lie] = {
    "wrong nonce": _changed(nonce="another"),
    "no nonce": _changed(nonce=None),
    "another audience": _changed(aud="somebody"),
    "no audience": _changed(aud=None),
    "several audiences without azp": _changed(aud=["pirwa", "other"]),
    "another azp": _changed(aud=["pirwa", "other"], azp="other"),
    "another azp for us alone": _changed(azp="other"),
    "another issuer": _changed(iss="https://elsewhere.example"),
    "no issuer": _changed(iss=None),
    "issuer with a slash": lambda liar: liar.claims.update(iss=liar.issuer + "/"),
    "expired": _timed(iat=-1000, exp=-61),
    "no expiry": _changed(exp=None),
    "expiry as text": _changed(exp="2099-01-01"),
    "of the future": _timed(iat=10_000, exp=20_000),
    "not before the future": _timed(nbf=10_000),
    "no time": _changed(iat=None),
    "no subject": _changed(sub=None),
    "empty subject": _changed(sub=""),
    "subject is a number": _changed(sub=7),
    "subject with NUL": _changed(sub="a\0b"),
    "subject too long": _changed(sub="x" * 256),
    "wrong at_hash": _changed(at_hash=half_hash("another token")),
    "not signed": _signed("unsigned"),
    "signed with the public key as a secret": _signed("signed_with_the_public_key"),
    "signed by another key of the same name": _signed("signed_by_another"),
    "no kid among two keys": _all(_headed(kid=None), _publishing(public(RSA), {**public(OTHER_RSA), "kid": "two"})),
    "algorithm that is not allowed": _with_key(RSA, "RS512"),
    "algorithm that the company does not allow": _with_key(EC, "ES256"),
    "key for encryption": _with_key(RSA, "RS256", use="enc"),
    "key of another algorithm": _with_key(RSA, "RS256", alg="PS256"),
    "an extension that we do not know": _all(_headed(crit=["exp"], exp=1), _signed("signed_whatever_it_says")),
    "an extension of no name": _signed("signed_with_crit_null"),
    "an access token": _headed(typ="at+jwt"),
    "a logout token": _headed(typ="logout+jwt"),
    "no token": _answering(b'{"access_token": "a", "token_type": "Bearer"}'),
    "three words": _answering(b'{"access_token": "a", "token_type": "Bearer", "id_token": "a.b.c"}'),
    "a token that is a number": _answering(b'{"access_token": "a", "token_type": "Bearer", "id_token": 7}'),
    "a code that does not count": _answering(b'{"error": "invalid_grant"}'),
}


TRUTHS: dict[str, Lie] = {
    "as usual": lambda liar: None,
    "with at_hash": _changed(at_hash=half_hash("opaque")),
    "with azp": _changed(aud=["pirwa", "other"], azp="pirwa"),
    "expired within the leeway": _timed(iat=-1000, exp=-1),
    "a little ahead": _timed(iat=30),
    "PS256": _with_key(RSA, "PS256"),
    "ES256": _with_key(EC, "ES256"),
    "Ed25519": _with_key(OKP, "Ed25519"),
    "EdDSA": _with_key(OKP, "EdDSA"),
    "no kid and one key": _headed(kid=None),
    "beside keys of other kinds": _publishing(
        "x", {"kty": "oct", "kid": "one", "k": "c2VjcmV0"}, {"kty": "RSA", "kid": "one"}, public(RSA)
    ),
}
