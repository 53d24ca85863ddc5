"""The audit trail against somebody who owns the database: every change is found, and a cut end by a head that was kept elsewhere."""

from base64 import b64decode
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from random import Random
from uuid import UUID

import msgspec
import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from adapters.postgres.audit_chain import PostgresAuditChain
from adapters.postgres.engine import Database
from adapters.secrets.audit_heads import HeadSigner, UnsoundHead
from adapters.secrets.audit_key import audit_key
from core.domain.ids import new_id
from core.ports.audit import AuditHead
from core.ports.clock import SystemClock
from tests.apps.command_line import CommandLine, as_url
from tests.falsifying import COLUMNS, FALSIFICATIONS, KEY, Falsification, Trail, trail_of
from tests.proof.profile import amount
from tests.proof.recording import Reach
from tests.shop import Shop

pytestmark = [pytest.mark.anyio, pytest.mark.promise("I10")]

EDITS = amount(60, 1_000)
SEED = amount(8, 8_000)
TABLES = ("audit_entry", "audit_seal", "audit_unsealed")


@contextmanager
def kept(trail: Trail) -> Iterator[psycopg.Connection]:
    """Keeps the trail as it is; `restore` brings it back."""
    with psycopg.connect(trail.url, autocommit=True) as owner:
        owner.execute("SELECT set_config('app.company_id', %s, false)", (str(trail.shop.company_id),))
        for table in TABLES:
            owner.execute(f"CREATE TEMP TABLE kept_{table} AS SELECT * FROM {table}")
        yield owner


def restore(owner: psycopg.Connection) -> None:
    with owner.transaction():
        for table in TABLES:
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            owner.execute(f"DELETE FROM {table}")
            owner.execute(f"INSERT INTO {table} SELECT * FROM kept_{table}")
            owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def edit(column: str, trail: Trail, seals: list[tuple[int, UUID]], chance: Random) -> str:
    """Changes one field of one entry. Returns how the fault that names it must begin."""
    number, entry = chance.choice(seals)
    trail.falsify((f"UPDATE audit_entry SET {column} = {COLUMNS[column]} WHERE id = %s", (entry,)))
    return f"entry {entry}, number {number}, is not what was sealed there"


def cut(trail: Trail, last: int) -> None:
    """Takes away all that came after a number, entries and seals, as if it had never been."""
    trail.falsify(
        ("DELETE FROM audit_entry e USING audit_seal s WHERE s.entry_id = e.id AND s.seq > %s", (last,)),
        ("DELETE FROM audit_seal WHERE seq > %s", (last,)),
    )


async def head_of(trail: Trail) -> AuditHead:
    number, digest = await trail.chain.last(trail.shop.company_id)
    return AuditHead(trail.shop.company_id, "t", number, digest.hex(), SystemClock().now())


async def test_every_one_of_many_random_falsifications_is_found(
    database: Database, database_url: str, reached: Reach
) -> None:
    """Each by the row where it begins, a cut end by the head."""
    chance, found = Random(SEED), Counter[str]()
    trail = await trail_of(database, database_url, products=20)
    head, seals = await head_of(trail), await trail.seals()
    by_name: dict[str, Falsification] = {column: partial(edit, column) for column in COLUMNS}
    by_name |= {one.__name__: one for one in FALSIFICATIONS}
    ways = [*by_name, "cut"]
    order = (ways * (EDITS // len(ways) + 1))[:EDITS]
    chance.shuffle(order)
    with kept(trail) as owner:
        for way in order:
            if way == "cut":
                cut(trail, chance.randrange(1, len(seals)))
                assert await trail.faults() == []  # the rest is sound, so nothing inside can show it
                assert len(await trail.chain.contradictions(head)) == 1
            else:
                expected = by_name[way](trail, seals, chance)
                first, *_ = await trail.faults()
                assert first.startswith(expected), (way, first)
            found[way] += 1
            restore(owner)
        assert await trail.faults() == []
        assert await trail.chain.contradictions(head) == []
    assert found.keys() == set(ways)
    reached("I10", f"{EDITS:,} random edits, deletions, swaps, insertions and cut ends (seed {SEED}): all found")


async def test_a_trail_that_was_cut_and_has_grown_again_is_told_from_its_head(
    database: Database, database_url: str
) -> None:
    """Seen to fail when a head was held against the number alone."""
    trail = await trail_of(database, database_url, products=6)
    head = await head_of(trail)
    cut(trail, head.number - 2)
    for sku in ("X", "Y", "Z"):
        await trail.shop.product(sku)
    await trail.seal()
    assert await trail.faults() == []
    (said,) = await trail.chain.contradictions(head)
    assert said.startswith(f"entry number {head.number} was another on ")


# ------------------------------------------------------------------ as an operator does it


@pytest.fixture
def pirwa(
    shop: Shop, capsys: pytest.CaptureFixture[str], database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> CommandLine:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PIRWA_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("PIRWA_DATABASE_URL", as_url(database_url))
    return CommandLine(shop, capsys)


async def test_a_cut_end_is_found_by_the_heads_that_an_operator_keeps(
    pirwa: CommandLine, database_url: str, tmp_path: Path
) -> None:
    """Seen to fail when `verify` did not look at the heads, and when it took those for good that nobody had signed."""
    chain = PostgresAuditChain(pirwa.shop.database, audit_key(None, tmp_path / "data"))
    trail = Trail(pirwa.shop, chain, database_url)
    for sku in ("A", "B", "C"):
        await pirwa.shop.product(sku)
    await trail.seal()
    company = await pirwa.company_code()
    status, line, _ = await pirwa.run("audit", "head", "--company", company)
    assert status == 0
    heads = tmp_path / "heads.jsonl"
    heads.write_text(f"{line}\n{line}", encoding="utf-8")
    verify = ("verify", "--company", company)
    assert (await pirwa.run(*verify, "--heads", str(heads)))[:2] == (0, "1 company verified: no difference.\n")
    number, _ = await chain.last(pirwa.shop.company_id)
    cut(trail, number - 1)
    assert (await pirwa.run(*verify))[0] == 0
    status, out, _ = await pirwa.run(*verify, "--heads", str(heads))
    assert status == 1
    assert (
        f"the audit trail has come as far as the heads say that are kept elsewhere: entry number {number} was there"
        in out
    )
    heads.write_text(line.replace(f'"number":{number}', f'"number":{number - 1}'), encoding="utf-8")
    status, _, err = await pirwa.run(*verify, "--heads", str(heads))
    assert (status, err) == (1, f"pirwa: {heads}: line 1 was not signed by the audit key that is in use\n")


async def test_a_head_is_checked_by_the_public_key_alone(pirwa: CommandLine) -> None:
    """As whoever keeps the heads can, who has no other key."""
    own = HeadSigner(KEY)
    line = msgspec.json.decode(
        own.signed(AuditHead(new_id(), "techcorp", 7, "00", SystemClock().now())), type=dict[str, msgspec.Raw]
    )
    public = Ed25519PublicKey.from_public_bytes(b64decode(own.public_key))
    public.verify(b64decode(msgspec.json.decode(line["signature"])), bytes(line["head"]))
    shown = (await pirwa.run("audit", "key"))[1].strip()
    assert len(b64decode(shown)) == 32
    assert shown != own.public_key


def test_what_is_no_head_is_refused() -> None:
    line = HeadSigner(KEY).signed(AuditHead(new_id(), "techcorp", 7, "00", SystemClock().now()))
    assert [head.number for head in HeadSigner(KEY).read([line, "", line])] == [7, 7]
    for wrong in ("nothing", "{}", line + "x", line[:-1], line.replace("techcorp", "comercia")):
        with pytest.raises(UnsoundHead, match="line 2"):
            list(HeadSigner(KEY).read([line, wrong]))
    with pytest.raises(UnsoundHead, match="line 1"):
        list(HeadSigner(bytes(32)).read([line]))
