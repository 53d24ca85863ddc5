"""`AuditChain` on PostgreSQL: the hashes are made here, because the database does not know the key."""

import hmac
from collections.abc import Sequence
from uuid import UUID

from adapters.postgres.engine import Database, Row, Scope
from core.ports.audit import AuditHead

SEALED_AT_ONCE = 500
_READ_AT_ONCE = 5_000
_NAMED = 10  # strangers that are named

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('audit:' || %s, 0))"
_LAST = "SELECT seq, hash FROM audit_seal WHERE company_id = %s ORDER BY seq DESC LIMIT 1"
_WAITING = """
    SELECT e.id, audit_canonical(e) FROM audit_unsealed u JOIN audit_entry e ON e.company_id = u.company_id AND e.id = u.entry_id
    WHERE u.company_id = %s ORDER BY u.at, u.entry_id LIMIT %s
"""
_SEAL = "SELECT audit_seal_entries(%s::bigint, %s::uuid[], %s::bytea[])"
_SEALED = """
    SELECT s.seq, s.entry_id, s.hash, audit_canonical(e), e.id IS NOT NULL
    FROM audit_seal s LEFT JOIN audit_entry e ON e.company_id = s.company_id AND e.id = s.entry_id
    WHERE s.company_id = %(company)s AND s.seq > %(after)s ORDER BY s.seq LIMIT %(limit)s
"""
# What triggers write waits for its seal, or has it.
_STRANGERS = """
    SELECT e.id FROM audit_entry e WHERE e.company_id = %(company)s
       AND NOT EXISTS (SELECT FROM audit_seal s WHERE s.company_id = e.company_id AND s.entry_id = e.id)
       AND NOT EXISTS (SELECT FROM audit_unsealed u WHERE u.company_id = e.company_id AND u.at = e.at AND u.entry_id = e.id)
    ORDER BY e.at, e.id LIMIT %(limit)s
"""
_LOST = """
    SELECT u.entry_id FROM audit_unsealed u WHERE u.company_id = %(company)s
       AND NOT EXISTS (SELECT FROM audit_entry e WHERE e.company_id = u.company_id AND e.id = u.entry_id AND e.at = u.at)
    ORDER BY u.at, u.entry_id LIMIT %(limit)s
"""


_AT = "SELECT hash FROM audit_seal WHERE company_id = %s AND seq = %s"


class PostgresAuditChain:
    """HMAC-SHA-256 over the hash before and the entry as `audit_canonical` spells it, numbered from 1 in each company."""

    def __init__(self, database: Database, key: bytes) -> None:
        self._database, self._key = database, key

    async def seal(self, company_id: UUID) -> bool:
        async with self._database.transaction(Scope(company_id)) as connection:
            # The lock comes first and by itself: the next statement then sees all that an earlier holder did.
            await connection.execute(_LOCK, (str(company_id),))
            seq, last = await (await connection.execute(_LAST, (company_id,))).fetchone() or (0, b"")
            cursor = await connection.execute(_WAITING, (company_id, SEALED_AT_ONCE))
            waiting = await cursor.fetchall()
            hashes: list[bytes] = []
            for _, text in waiting:
                last = self._hash(last, text)
                hashes.append(last)
            if waiting:
                await connection.execute(_SEAL, (seq + 1, [row[0] for row in waiting], hashes))
        return len(waiting) == SEALED_AT_ONCE

    async def faults(self, company_id: UUID) -> Sequence[str]:
        names = {"company": company_id, "limit": _NAMED}
        strangers = await self._database.fetch(Scope(company_id), _STRANGERS, names)
        lost = await self._database.fetch(Scope(company_id), _LOST, names)
        return [
            *await self._broken(company_id),
            *(f"entry {row[0]} was put there past the trail" for row in strangers),
            *(f"entry {row[0]}, which waited for its seal, is gone or has another time" for row in lost),
        ]

    async def last(self, company_id: UUID) -> tuple[int, bytes]:
        """The number and the hash of the last seal; 0 and nothing where there is none yet."""
        for seq, digest in await self._database.fetch(Scope(company_id), _LAST, (company_id,)):
            return int(seq), bytes(digest)
        return 0, b""

    async def contradictions(self, head: AuditHead) -> Sequence[str]:
        """Whether the trail has come at least as far as a head says that was kept elsewhere, and by the same entries."""
        rows = await self._database.fetch(Scope(head.company_id), _AT, (head.company_id, head.number))
        if not rows:
            last, _ = await self.last(head.company_id)
            return [
                f"entry number {head.number} was there on {head.at:%Y-%m-%d %H:%M} UTC, and the trail ends with {last}"
            ]
        if bytes(rows[0][0]).hex() != head.hash:
            return [f"entry number {head.number} was another on {head.at:%Y-%m-%d %H:%M} UTC"]
        return []

    async def _broken(self, company_id: UUID) -> list[str]:
        """The first broken row of the chain, if one is."""
        number, last = 0, b""
        while True:
            names = {"company": company_id, "after": number, "limit": _READ_AT_ONCE}
            rows = await self._database.fetch(Scope(company_id), _SEALED, names)
            for row in rows:
                number += 1
                expected = self._hash(last, row[3] or "")
                if fault := _fault(number, row, expected):
                    return [fault]
                last = expected
            if len(rows) < _READ_AT_ONCE:
                return []

    def _hash(self, last: bytes, text: str) -> bytes:
        return hmac.digest(self._key, last + text.encode(), "sha256")


def _fault(number: int, row: Row, expected: bytes) -> str | None:
    seq, entry_id, stored, _, exists = row
    if seq != number:
        return f"seal {number} is gone"
    if not exists:
        return f"entry {entry_id}, sealed as number {seq}, is gone"
    if not hmac.compare_digest(bytes(stored), expected):
        doubt = ", unless it was sealed with another key" if seq == 1 else ""
        return f"entry {entry_id}, number {seq}, is not what was sealed there{doubt}"
    return None
