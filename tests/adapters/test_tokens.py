"""Access tokens: ours are read, every forgery is refused."""

import asyncio
import base64
import hmac
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import ECKey, OKPKey, RSAKey

from adapters.postgres.engine import Database, Scope
from adapters.postgres.signing_keys import PostgresSigningKeys
from adapters.tokens.access_tokens import SignedAccessTokens
from adapters.tokens.key_set import NOTICE, RELOAD, TERM, KeySet
from core.domain.errors import Busy, Unauthenticated
from core.domain.ids import new_id
from core.ports.identity import StoredKey
from core.ports.sessions import SessionKind, SessionState
from core.testing.fakes.signing_keys import InMemorySigningKeys, OpenSealing

pytestmark = pytest.mark.anyio

KEY = OKPKey.generate_key("Ed25519", auto_kid=True)
USER, COMPANY, SESSION = new_id(), new_id(), new_id()
ISSUER = "http://127.0.0.1:8000"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
STATE = SessionState(SESSION, USER, SessionKind.TOKEN, COMPANY, ("pwd",), "local", "", NOON, NOON, NOON, NOON)


class TurnedClock:
    """Stands still until the test turns it."""

    def __init__(self) -> None:
        self.time = NOON

    def now(self) -> datetime:
        return self.time

    def elapsed(self) -> float:
        return self.time.timestamp()


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock()


@pytest.fixture
def store() -> InMemorySigningKeys:
    return InMemorySigningKeys()


@pytest.fixture
def keys(store: InMemorySigningKeys, clock: TurnedClock) -> KeySet:
    return KeySet(store, OpenSealing(), clock, clock.elapsed)


@pytest.fixture
async def tokens(store: InMemorySigningKeys, keys: KeySet, clock: TurnedClock) -> SignedAccessTokens:
    """They know one key, which has signed since yesterday."""
    sealed = OpenSealing().seal(KEY.as_pem(private=True), f"signing_key|sealed|{KEY.kid}")
    await store.add(StoredKey(str(KEY.kid), sealed, NOON - timedelta(days=1)), only_if_newest=None)
    return SignedAccessTokens(keys, clock, ISSUER)


def claims(**changes: Any) -> dict[str, Any]:
    """The claims of a good token with some changed, or left out where the change is `...`."""
    now = int(NOON.timestamp())
    good = {
        "iss": ISSUER,
        "aud": "pirwa-api",
        "sub": str(USER),
        "cid": str(COMPANY),
        "sid": str(SESSION),
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


async def test_what_is_issued_is_read(tokens: SignedAccessTokens) -> None:
    token = await tokens.issue(STATE, COMPANY)
    read = await tokens.verify(token.text)
    assert (read.user_id, read.company_id, read.session_id, token.expires_in) == (USER, COMPANY, SESSION, 600)
    assert read.expires_at == NOON + timedelta(minutes=10)
    assert (await tokens.verify((await tokens.issue(STATE, None)).text)).company_id is None
    assert (await tokens.verify(signed())).user_id == USER


async def test_a_token_of_a_client_names_it_and_its_scopes(tokens: SignedAccessTokens) -> None:
    client = new_id()
    token = await tokens.issue_for_client(USER, COMPANY, client, frozenset({"stock:read", "product:read"}))
    read = await tokens.verify(token.text)
    assert (read.client_id, read.session_id, read.scopes) == (client, None, {"stock:read", "product:read"})


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
    "no session": lambda: signed(payload=claims(sid=...)),
    "session no id": lambda: signed(payload=claims(sid="1")),
    "a session and a client": lambda: signed(payload=claims(client_id=str(new_id()))),
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
@pytest.mark.promise("S11")
async def test_a_forgery_is_refused(tokens: SignedAccessTokens, forgery: Callable[[], str]) -> None:
    with pytest.raises(Unauthenticated) as refused:
        await tokens.verify(forgery())
    assert refused.value.code == "invalid_token"


@pytest.mark.promise("S11")
async def test_a_token_is_refused_once_its_time_and_the_leeway_are_over(
    tokens: SignedAccessTokens, clock: TurnedClock
) -> None:
    token = (await tokens.issue(STATE, COMPANY)).text
    clock.time = NOON + timedelta(seconds=629)
    await tokens.verify(token)
    clock.time = NOON + timedelta(seconds=630)
    with pytest.raises(Unauthenticated) as refused:
        await tokens.verify(token)
    assert refused.value.code == "token_expired"


@pytest.mark.promise("B15")
async def test_a_clock_that_is_a_little_behind_does_not_matter(tokens: SignedAccessTokens, clock: TurnedClock) -> None:
    token = (await tokens.issue(STATE, COMPANY)).text
    clock.time = NOON - timedelta(seconds=30)
    assert (await tokens.verify(token)).user_id == USER


# ------------------------------------------------------------------ keys in turn


async def published(tokens: SignedAccessTokens) -> list[str]:
    keys: Any = (await tokens.public_keys())["keys"]
    assert all("d" not in key for key in keys)
    return [key["kid"] for key in keys]


async def test_a_key_is_published_a_day_before_it_signs_and_kept_until_the_next_turn(
    tokens: SignedAccessTokens, store: InMemorySigningKeys, clock: TurnedClock
) -> None:
    """Seen to fail when the next key signed at once, and when what the old one had signed counted no more from its turn on."""
    first, began = str(KEY.kid), NOON - timedelta(days=1)
    others = SignedAccessTokens(KeySet(store, OpenSealing(), clock, clock.elapsed), clock, ISSUER)
    clock.time = began + TERM - NOTICE - timedelta(seconds=1)
    assert await published(tokens) == [first]
    clock.time = began + TERM - NOTICE + timedelta(seconds=RELOAD)
    assert first in await published(others)
    following, kept = await published(tokens)
    assert kept == first
    assert kid_of((await tokens.issue(STATE, COMPANY)).text) == first

    clock.time += NOTICE - timedelta(minutes=1)
    late = (await tokens.issue(STATE, COMPANY)).text
    clock.time += timedelta(minutes=1)
    assert (kid_of(late), kid_of((await tokens.issue(STATE, COMPANY)).text)) == (first, following)
    await tokens.verify(late)
    assert await published(tokens) == [following, first]
    clock.time += TERM - NOTICE
    third, second = await published(tokens)
    assert second == following
    assert third not in (first, following)


async def test_processes_that_start_together_make_one_first_key(clock: TurnedClock) -> None:
    store = InMemorySigningKeys()
    sets = [KeySet(store, OpenSealing(), clock, clock.elapsed) for _ in range(2)]
    assert (await sets[0].signing()).kid == (await sets[1].signing()).kid
    assert len(await store.all()) == 1


@pytest.mark.promise("B15")
async def test_a_process_whose_clock_is_behind_signs_with_the_first_key(clock: TurnedClock) -> None:
    """Seen to fail when it found no key that signs yet: whoever signed in there was answered 500."""
    store = InMemorySigningKeys()
    first = await KeySet(store, OpenSealing(), clock, clock.elapsed).signing()
    clock.time -= timedelta(hours=1)
    assert (await KeySet(store, OpenSealing(), clock, clock.elapsed).signing()).kid == first.kid


async def test_processes_that_take_turns_together_make_one_next_key_and_keep_the_present_one(
    clock: TurnedClock,
) -> None:
    """Seen to fail when whoever came second followed the key that the first had just made, and when it dropped the present key."""
    store = InMemorySigningKeys()
    sets = [KeySet(store, OpenSealing(), clock, clock.elapsed) for _ in range(2)]
    for _ in range(2):
        present = (await sets[0].signing()).kid
        clock.time += TERM - NOTICE - timedelta(seconds=1)
        await asyncio.gather(*(one.signing() for one in sets))
        clock.time += timedelta(seconds=1)
        assert [(await one.signing()).kid for one in sets] == [present, present]
        assert [key.kid for key in (await store.all())[1:]] == [present]
        clock.time += NOTICE


async def test_of_two_who_follow_one_key_in_the_database_one_does(database: Database) -> None:
    """Seen to fail when the newest key was not looked at, and without the lock."""
    store = PostgresSigningKeys(database)
    newest = next((key.signs_from for key in await store.all()), None)
    first, second = (StoredKey(new_id().hex, "sealed", (newest or NOON) + days * TERM) for days in (1, 2))
    async with database.transaction(Scope()) as connection:
        row = (first.kid, first.sealed, first.signs_from)
        await connection.execute("INSERT INTO signing_key (kid, sealed, signs_from) VALUES (%s, %s, %s)", row)
        adding = asyncio.create_task(store.add(second, only_if_newest=newest))
        while not await database.fetch(Scope(), "SELECT FROM pg_locks WHERE NOT granted AND locktype = 'relation'"):
            assert not adding.done()
    await adding
    added = {key.kid for key in await store.all()} & {first.kid, second.kid}
    await store.drop([first.kid, second.kid])
    assert added == {first.kid}


class Unready(InMemorySigningKeys):
    """A storage that fails at first, and then takes its time."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    async def all(self) -> Sequence[StoredKey]:
        self.asked += 1
        if self.asked == 1:
            raise Busy("database_unavailable")
        await asyncio.sleep(0)
        return await super().all()


async def test_a_storage_that_is_away_or_slow_at_first_makes_no_token_bad(clock: TurnedClock) -> None:
    """Seen to fail when the time of loading was noted before it had succeeded, and when nobody waited for it."""
    store = Unready()
    issuing = InMemorySigningKeys()
    token = await SignedAccessTokens(KeySet(issuing, OpenSealing(), clock, clock.elapsed), clock, ISSUER).issue(
        STATE, COMPANY
    )
    for key in await issuing.all():
        await store.add(key, only_if_newest=None)
    tokens = SignedAccessTokens(KeySet(store, OpenSealing(), clock, clock.elapsed), clock, ISSUER)
    with pytest.raises(Busy):
        await tokens.verify(token.text)
    read = await asyncio.gather(*(tokens.verify(token.text) for _ in range(5)))
    assert {claims.user_id for claims in read} == {USER}
    assert store.asked == 2


@pytest.mark.promise("S4")
async def test_after_an_emergency_nothing_counts_that_was_signed_before(
    tokens: SignedAccessTokens, keys: KeySet
) -> None:
    """Seen to fail when a token whose signature had been checked was remembered beyond its key."""
    stolen = (await tokens.issue(STATE, COMPANY)).text
    await tokens.verify(stolen)
    await keys.replace_all()
    with pytest.raises(Unauthenticated):
        await tokens.verify(stolen)
    await tokens.verify((await tokens.issue(STATE, COMPANY)).text)


async def test_a_key_that_another_process_made_is_fetched_when_a_token_names_it(
    tokens: SignedAccessTokens, store: InMemorySigningKeys, clock: TurnedClock
) -> None:
    await tokens.verify(signed())
    others = KeySet(store, OpenSealing(), clock, clock.elapsed)
    await others.replace_all()
    token = (await SignedAccessTokens(others, clock, ISSUER).issue(STATE, COMPANY)).text
    clock.time += timedelta(seconds=5)
    assert (await tokens.verify(token)).user_id == USER


def kid_of(token: str) -> str:
    header = token.split(".")[0]
    return str(json.loads(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4)))["kid"])
