"""Access tokens: ours are read, every forgery is refused."""

import base64
import hmac
import json
import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import ECKey, OKPKey, RSAKey

from adapters.tokens.access_tokens import SignedAccessTokens
from adapters.tokens.signing_key import FILE_NAME, signing_key
from core.domain.errors import Unauthenticated
from core.domain.ids import new_id

KEY = OKPKey.generate_key("Ed25519", auto_kid=True)
USER, COMPANY = new_id(), new_id()
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class TurnedClock:
    """Stands still until the test turns it."""

    def __init__(self) -> None:
        self.time = NOON

    def now(self) -> datetime:
        return self.time


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock()


@pytest.fixture
def tokens(clock: TurnedClock) -> SignedAccessTokens:
    return SignedAccessTokens(KEY, clock)


def claims(**changes: Any) -> dict[str, Any]:
    """The claims of a good token with some changed, or left out where the change is `...`."""
    now = int(NOON.timestamp())
    good = {
        "iss": "pirwa",
        "aud": "pirwa-api",
        "sub": str(USER),
        "cid": str(COMPANY),
        "iat": now,
        "exp": now + 600,
        "jti": "1",
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not ...}


def signed(key: Any = KEY, payload: Any = None, **header: Any) -> str:
    """A token with this key, payload and header, where the good header is changed or, by `...`, left out."""
    full = {"alg": "Ed25519", "typ": "at+jwt", "kid": KEY.kid} | header
    full = {name: value for name, value in full.items() if value is not ...}
    content = json.dumps(claims() if payload is None else payload)
    registry = jws.JWSRegistry(
        algorithms=["Ed25519", "EdDSA", "HS256", "RS256", "ES256", "none"], strict_check_header=False
    )
    return jws.serialize_compact(full, content, key, registry=registry)


def unsigned(header: Any, payload: Any = None, signature: str = "") -> str:
    parts = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
        for part in (header, payload or claims())
    )
    return ".".join([*parts, signature])


def hmac_signed(secret: bytes) -> str:
    """A token for a verifier that lets the header choose the algorithm."""
    content = unsigned({"alg": "HS256", "typ": "at+jwt", "kid": KEY.kid}).rstrip(".")
    digest = hmac.digest(secret, content.encode(), "sha256")
    return f"{content}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


def test_what_is_issued_is_read(tokens: SignedAccessTokens) -> None:
    token = tokens.issue(USER, COMPANY)
    read = tokens.verify(token.text)
    assert (read.user_id, read.company_id, token.expires_in) == (USER, COMPANY, 600)
    assert read.expires_at == NOON + timedelta(minutes=10)
    assert tokens.verify(tokens.issue(USER, None).text).company_id is None
    assert tokens.verify(signed()).user_id == USER


PUBLIC_PEM = KEY.as_pem(private=False)

FORGERIES: dict[str, Callable[[], str]] = {
    "another key": lambda: signed(OKPKey.generate_key("Ed25519")),
    "another key under our kid": lambda: signed(OKPKey.generate_key("Ed25519"), kid=KEY.kid),
    "alg none": lambda: unsigned({"alg": "none", "typ": "at+jwt", "kid": KEY.kid}),
    "alg None in capitals": lambda: unsigned({"alg": "NONE", "typ": "at+jwt", "kid": KEY.kid}),
    "HMAC with our public key": lambda: hmac_signed(PUBLIC_PEM),
    "HMAC with the bytes of our public key": lambda: hmac_signed(base64.urlsafe_b64decode(f"{KEY.as_dict()['x']}=")),
    "RS256": lambda: signed(RSAKey.generate_key(2048), alg="RS256"),
    "ES256": lambda: signed(ECKey.generate_key("P-256"), alg="ES256"),
    "no alg": lambda: unsigned({"typ": "at+jwt", "kid": KEY.kid}),
    "alg a list": lambda: unsigned({"alg": ["Ed25519"], "typ": "at+jwt", "kid": KEY.kid}),
    "no typ": lambda: signed(typ=...),
    "typ JWT": lambda: signed(typ="JWT"),
    "typ of an invitation": lambda: signed(typ="invitation+jwt"),
    "no kid": lambda: signed(kid=...),
    "unknown kid": lambda: signed(kid="another"),
    "kid an object": lambda: unsigned({"alg": "Ed25519", "typ": "at+jwt", "kid": {"a": 1}}),
    "kid a path": lambda: signed(kid="../../dev/null"),
    "key in the header": lambda: signed(jwk=KEY.as_dict(private=False)),
    "key by URL": lambda: signed(jku="https://example.org/jwks.json"),
    "critical extension": lambda: unsigned(
        {"alg": "Ed25519", "typ": "at+jwt", "kid": KEY.kid, "crit": ["exp"], "exp": 1}
    ),
    "unencoded payload": lambda: unsigned(
        {"alg": "Ed25519", "typ": "at+jwt", "kid": KEY.kid, "b64": False, "crit": ["b64"]}
    ),
    "no signature": lambda: signed().rpartition(".")[0] + ".",
    "another payload": lambda: ".".join(
        [signed().split(".")[0], unsigned({}, claims(sub=str(new_id()))).split(".")[1], signed().split(".")[2]]
    ),
    "no issuer": lambda: signed(payload=claims(iss=...)),
    "another issuer": lambda: signed(payload=claims(iss="https://example.org")),
    "no audience": lambda: signed(payload=claims(aud=...)),
    "another audience": lambda: signed(payload=claims(aud="pirwa-download")),
    "several audiences": lambda: signed(payload=claims(aud=["pirwa-api", "other"])),
    "no subject": lambda: signed(payload=claims(sub=...)),
    "subject no id": lambda: signed(payload=claims(sub="admin")),
    "no company": lambda: signed(payload=claims(cid=...)),
    "company no id": lambda: signed(payload=claims(cid="techcorp")),
    "no expiry": lambda: signed(payload=claims(exp=...)),
    "expiry a text": lambda: signed(payload=claims(exp=str(int(NOON.timestamp()) + 600))),
    "expiry in another age": lambda: signed(payload=claims(exp=10**30)),
    "too long a life": lambda: signed(payload=claims(exp=int(NOON.timestamp()) + 601)),
    "expiry before issue": lambda: signed(payload=claims(exp=int(NOON.timestamp()) - 1)),
    "no time of issue": lambda: signed(payload=claims(iat=...)),
    "issued tomorrow": lambda: signed(payload=claims(iat=int(NOON.timestamp()) + 31)),
    "no token id": lambda: signed(payload=claims(jti=...)),
    "payload a list": lambda: signed(payload=[1]),
    "empty": lambda: "",
    "one part": lambda: "abc",
    "four parts": lambda: signed() + ".x",
    "no base64": lambda: "ü.ü.ü",
    "header no object": lambda: unsigned([1]),
    "a space at the end": lambda: signed() + " ",
    "too long": lambda: signed(payload=claims(jti="x" * 5_000)),
}


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES)
def test_a_forgery_is_refused(tokens: SignedAccessTokens, forgery: Callable[[], str]) -> None:
    with pytest.raises(Unauthenticated) as refused:
        tokens.verify(forgery())
    assert refused.value.code == "invalid_token"


def test_a_token_is_refused_once_its_time_and_the_leeway_are_over(
    tokens: SignedAccessTokens, clock: TurnedClock
) -> None:
    token = tokens.issue(USER, COMPANY).text
    clock.time = NOON + timedelta(seconds=629)
    tokens.verify(token)
    clock.time = NOON + timedelta(seconds=630)
    with pytest.raises(Unauthenticated) as refused:
        tokens.verify(token)
    assert refused.value.code == "token_expired"


def test_a_clock_that_is_a_little_behind_does_not_matter(tokens: SignedAccessTokens, clock: TurnedClock) -> None:
    token = tokens.issue(USER, COMPANY).text
    clock.time = NOON - timedelta(seconds=30)
    assert tokens.verify(token).user_id == USER


def test_a_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    first, second = signing_key(None, tmp_path / "var"), signing_key(None, tmp_path / "var")
    assert first.kid == second.kid
    assert stat.S_IMODE((tmp_path / "var" / FILE_NAME).stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "var").iterdir()] == [FILE_NAME]


def test_the_operator_gives_a_key_as_text_or_as_a_file(tmp_path: Path) -> None:
    pem = KEY.as_pem(private=True).decode()
    (tmp_path / "key.pem").write_text(pem)
    assert signing_key(pem, tmp_path).kid == KEY.kid
    assert signing_key(str(tmp_path / "key.pem"), tmp_path).kid == KEY.kid
    assert not (tmp_path / FILE_NAME).exists()


@pytest.mark.parametrize(
    "pem",
    [
        PUBLIC_PEM,
        RSAKey.generate_key(2048).as_pem(private=True),
        OKPKey.generate_key("X25519").as_pem(private=True),
        b"-----BEGIN PRIVATE KEY-----\nrubbish\n-----END PRIVATE KEY-----\n",
    ],
    ids=["public", "RSA", "X25519", "rubbish"],
)
def test_another_kind_of_key_is_refused(tmp_path: Path, pem: bytes) -> None:
    with pytest.raises(ValueError, match="PIRWA_SIGNING_KEY is not an unencrypted Ed25519 private key"):
        signing_key(pem.decode(), tmp_path)
