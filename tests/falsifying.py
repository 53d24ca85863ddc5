"""A sealed audit trail, and every way of falsifying it that somebody has who owns the database and not the key."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any
from uuid import UUID

import psycopg

from adapters.postgres.audit_chain import PostgresAuditChain
from adapters.postgres.engine import Database
from core.domain.ids import new_id
from tests.shop import Shop, open_shop

KEY = bytes(range(32))


@dataclass
class Trail:
    """A company with a sealed trail."""

    shop: Shop
    chain: PostgresAuditChain
    url: str

    async def faults(self) -> list[str]:
        return list(await self.chain.faults(self.shop.company_id))

    async def seal(self) -> None:
        while await self.chain.seal(self.shop.company_id):
            pass

    async def seals(self) -> list[tuple[int, UUID]]:
        """Numbers and entries."""
        rows = await self.shop.fetch("SELECT seq, entry_id FROM audit_seal ORDER BY seq")
        return [(seq, entry) for seq, entry in rows]

    def falsify(self, *statements: tuple[str, tuple[Any, ...]]) -> None:
        """As the owner, with the triggers off."""
        with psycopg.connect(self.url) as owner:
            owner.execute("SELECT set_config('app.company_id', %s, false)", (str(self.shop.company_id),))
            for way in ("DISABLE", "ENABLE"):
                for table in ("audit_entry", "audit_seal"):
                    owner.execute(f"ALTER TABLE {table} {way} TRIGGER USER")
                if way == "DISABLE":
                    for statement, parameters in statements:
                        owner.execute(statement, parameters)

    def renumber(self, after: int, by: int) -> None:
        """Moves the numbers of later seals; by way of high ones, because no number may stand twice on the way."""
        high = 1_000_000
        self.falsify(
            ("UPDATE audit_seal SET seq = seq + %s WHERE seq > %s", (high, after)),
            ("UPDATE audit_seal SET seq = seq - %s WHERE seq > %s", (high - by, high)),
        )


async def trail_of(database: Database, url: str, products: int = 8) -> Trail:
    trail = Trail(await open_shop(database), PostgresAuditChain(database, KEY), url)
    for number in range(products):
        await trail.shop.product(f"P{number}")
    await trail.seal()
    return trail


COLUMNS = {
    "at": "at + interval '1 microsecond'",
    "actor_id": "new_id()",
    "origin_address": "coalesce(origin_address, '') || '10.0.0.1'",
    "request_id": "coalesce(request_id, '') || 'x'",
    "action": "CASE action WHEN 'created' THEN 'deleted' ELSE 'created' END",
    "subject_type": "subject_type || 's'",
    "subject_id": "subject_id || '0'",
    "site_ids": "array_append(site_ids, new_id())",
    "before": "coalesce(before, '{}') || '{\"x\": 1}'",
    "after": "coalesce(after, '{}') || '{\"name\": \"forged\"}'",
}


def deleted(trail: Trail, seals: list[tuple[int, UUID]], chance: Random) -> str:
    number, entry = chance.choice(seals)
    trail.falsify(("DELETE FROM audit_entry WHERE id = %s", (entry,)))
    return f"entry {entry}, sealed as number {number}, is gone"


def deleted_with_its_seal(trail: Trail, seals: list[tuple[int, UUID]], chance: Random) -> str:
    number, entry = chance.choice(seals[:-1])
    trail.falsify(
        ("DELETE FROM audit_entry WHERE id = %s", (entry,)), ("DELETE FROM audit_seal WHERE seq = %s", (number,))
    )
    return f"seal {number} is gone"


def deleted_and_renumbered(trail: Trail, seals: list[tuple[int, UUID]], chance: Random) -> str:
    place = chance.randrange(len(seals) - 1)
    number, entry = seals[place]
    trail.falsify(
        ("DELETE FROM audit_entry WHERE id = %s", (entry,)), ("DELETE FROM audit_seal WHERE seq = %s", (number,))
    )
    trail.renumber(number, -1)
    return f"entry {seals[place + 1][1]}, number {number}, is not what was sealed there"


def swapped_rows(trail: Trail, seals: list[tuple[int, UUID]], chance: Random) -> str:
    (number, entry), (_, other) = sorted(chance.sample(seals, 2))
    swap = "UPDATE audit_entry SET (subject_id, after) = (SELECT o.subject_id, o.after FROM audit_entry o WHERE o.id = %s) WHERE id = %s"
    trail.falsify(
        ("CREATE TEMP TABLE kept ON COMMIT DROP AS SELECT * FROM audit_entry WHERE id = %s", (entry,)),
        (swap, (other, entry)),
        ("UPDATE audit_entry SET (subject_id, after) = (SELECT subject_id, after FROM kept) WHERE id = %s", (other,)),
    )
    return f"entry {entry}, number {number}, is not what was sealed there"


def swapped_seals(trail: Trail, seals: list[tuple[int, UUID]], chance: Random) -> str:
    (number, _), (later, other) = sorted(chance.sample(seals, 2))
    trail.falsify(
        ("UPDATE audit_seal SET seq = 0 - seq + 2000000 WHERE seq IN (%s, %s)", (number, later)),
        ("UPDATE audit_seal SET seq = %s WHERE seq = 2000000 - %s", (later, number)),
        ("UPDATE audit_seal SET seq = %s WHERE seq = 2000000 - %s", (number, later)),
    )
    return f"entry {other}, number {number}, is not what was sealed there"


def inserted_with_a_seal(trail: Trail, seals: list[tuple[int, UUID]], chance: Random) -> str:
    """The new row takes the hash of the one whose place it takes."""
    number, entry = chance.choice(seals)
    new = new_id()
    trail.renumber(number - 1, 1)
    trail.falsify(
        (
            "INSERT INTO audit_entry SELECT company_id, %s, at, actor_id, origin_address, request_id, action, subject_type,"
            " subject_id, site_ids, before, after FROM audit_entry WHERE id = %s",
            (new, entry),
        ),
        (
            "INSERT INTO audit_seal SELECT company_id, %s, %s, hash FROM audit_seal WHERE entry_id = %s",
            (number, new, entry),
        ),
    )
    return f"entry {new}, number {number}, is not what was sealed there"


def inserted_without_a_seal(trail: Trail, seals: list[tuple[int, UUID]], chance: Random) -> str:
    new, (_, entry) = new_id(), chance.choice(seals)
    trail.falsify(
        (
            "INSERT INTO audit_entry SELECT company_id, %s, at, actor_id, origin_address, request_id, action, subject_type,"
            " subject_id, site_ids, before, after FROM audit_entry WHERE id = %s",
            (new, entry),
        )
    )
    return f"entry {new} was put there past the trail"


def sealed_anew_with_another_key(trail: Trail, seals: list[tuple[int, UUID]], chance: Random) -> str:
    """All rows from one on, by somebody who knows the method and not the key."""
    place = chance.randrange(len(seals))
    number, entry = seals[place]
    with psycopg.connect(trail.url) as owner:
        owner.execute("SELECT set_config('app.company_id', %s, true)", (str(trail.shop.company_id),))
        rows = owner.execute(
            "SELECT s.seq, s.hash, audit_canonical(e) FROM audit_seal s JOIN audit_entry e ON e.id = s.entry_id ORDER BY s.seq"
        ).fetchall()
    last = rows[place - 1][1] if place else b""
    for seq, _, text in rows[place:]:
        last = hmac.digest(bytes(32), last + text.encode(), "sha256")
        trail.falsify(("UPDATE audit_seal SET hash = %s WHERE seq = %s", (last, seq)))
    return f"entry {entry}, number {number}, is not what was sealed there"


Falsification = Callable[[Trail, list[tuple[int, UUID]], Random], str]
FALSIFICATIONS: tuple[Falsification, ...] = (
    deleted,
    deleted_with_its_seal,
    deleted_and_renumbered,
    swapped_rows,
    swapped_seals,
    inserted_with_a_seal,
    inserted_without_a_seal,
    sealed_anew_with_another_key,
)
