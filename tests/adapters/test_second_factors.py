"""What is used up in PostgreSQL is used up once, however many try in the same moment."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pyotp
import pytest

from adapters.one_time_codes.totp import TimeBasedCodes
from adapters.postgres.engine import Database, Scope
from adapters.postgres.passkeys import PostgresPasskeys
from adapters.postgres.second_factors import PostgresSecondFactors
from adapters.secrets.key_ring import KeyRing
from core.commands.second_factors import CodeCheck, place_of
from core.domain.ids import new_id
from core.domain.second_factor import new_recovery_codes, recovery_digest
from core.ports.clock import SystemClock
from core.ports.passkeys import KeyPair
from tests.shop import Shop

pytestmark = pytest.mark.anyio

AT_ONCE = 12
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
RING = KeyRing({"1": bytes(32)})


@pytest.fixture
def user_id(shop: Shop) -> UUID:
    return shop.user_id


@pytest.fixture
def store(database: Database) -> PostgresSecondFactors:
    return PostgresSecondFactors(database)


async def test_a_code_is_accepted_once(store: PostgresSecondFactors, user_id: UUID) -> None:
    """Seen to fail when the step was compared first and kept afterwards."""
    codes, clock = TimeBasedCodes(), SystemClock()
    check, secret = CodeCheck(store, codes, RING, clock), codes.new_secret()
    sealed = RING.seal(secret.encode(), place_of(user_id))
    assert await store.begin(user_id, sealed, NOW)
    recovery_code = new_recovery_codes()[0]
    digest = recovery_digest(recovery_code)
    assert digest
    assert await store.confirm(user_id, sealed, 1, [digest], NOW)
    code = pyotp.TOTP(secret).at(clock.now())
    assert all(await asyncio.gather(*(check.demanded_of(user_id) for _ in range(AT_ONCE))))  # opens as many connections
    for shown, method in ((code, "otp"), (recovery_code, "recovery")):
        accepted = await asyncio.gather(*(check.accepts(user_id, shown) for _ in range(AT_ONCE)))
        assert sorted(str(one) for one in accepted) == sorted([method] + ["None"] * (AT_ONCE - 1))


async def test_what_confirms_is_the_secret_that_was_proven(store: PostgresSecondFactors, user_id: UUID) -> None:
    """Somebody begins anew between the proof and the confirmation. Seen to fail when any secret of the person would do."""
    assert await store.begin(user_id, "first", NOW)
    assert await store.begin(user_id, "second", NOW)
    assert not await store.confirm(user_id, "first", 1, [bytes(32)], NOW)
    assert not await store.renew_recovery_codes(user_id, [bytes(32)])
    assert not await store.end(user_id)
    assert (await store.state(user_id)).recovery_codes_left == 0


async def test_a_challenge_is_redeemed_once(database: Database, user_id: UUID) -> None:
    """Seen to fail when it was looked for first and deleted afterwards."""
    store, digest = PostgresPasskeys(database), new_id().bytes * 2
    await store.issue(digest, user_id, NOW + timedelta(minutes=5), NOW)
    redeemed = await asyncio.gather(*(store.redeem(digest, user_id, NOW) for _ in range(AT_ONCE)))
    assert sorted(redeemed) == [False] * (AT_ONCE - 1) + [True]


async def test_challenges_of_people_are_not_those_of_nobody(database: Database, user_id: UUID) -> None:
    store, own, nobodys = PostgresPasskeys(database), new_id().bytes * 2, new_id().bytes * 2
    await store.issue(own, user_id, NOW + timedelta(minutes=5), NOW)
    await store.issue(nobodys, None, NOW + timedelta(minutes=5), NOW)
    assert not await store.redeem(own, None, NOW)
    assert not await store.redeem(nobodys, user_id, NOW)
    seen = await database.fetch(Scope(new_id()), "SELECT digest FROM passkey_challenge WHERE digest = %s", (own,))
    assert seen == []


async def test_a_count_is_noted_once(database: Database, user_id: UUID) -> None:
    """A copied key answers with the same count at the same moment. Seen to fail when the count was kept without a look at what it
    had become."""
    store, key = PostgresPasskeys(database), KeyPair(b"key", b"public", 4)
    await store.add(user_id, new_id(), "Phone", key, NOW)
    noted = await asyncio.gather(*(store.note_use(user_id, key, 5, NOW) for _ in range(AT_ONCE)))
    assert sorted(noted) == [False] * (AT_ONCE - 1) + [True]
    assert not await store.note_use(user_id, key, 0, NOW)
    assert await store.note_use(user_id, key, 6, NOW)


async def test_keys_without_a_count_stay_good(database: Database, user_id: UUID) -> None:
    store, key = PostgresPasskeys(database), KeyPair(b"key", b"public")
    await store.add(user_id, new_id(), "Phone", key, NOW)
    assert [await store.note_use(user_id, key, 0, NOW) for _ in range(2)] == [True, True]
    assert not await store.note_use(new_id(), key, 0, NOW)
