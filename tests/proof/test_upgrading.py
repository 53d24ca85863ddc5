"""Up, down and up again with data: the books stay what they were.

Seen to fail with a downgrade that left deliveries to webhooks behind, on which the way up stopped, and with one that changed a balance.
"""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import psycopg
import pytest

from adapters.postgres.audit_chain import PostgresAuditChain
from adapters.postgres.engine import Database
from adapters.postgres.migrate import downgrade, is_current, migrate
from adapters.postgres.schema import function_names, revisions
from adapters.secrets.audit_key import audit_key
from apps.settings import Settings
from tests.databases import step
from tests.matrix.builder import Side
from tests.proof.books import BOOKS, Digests, columns_of, differences, digests
from tests.proof.profile import FULL
from tests.proof.recording import Reach
from tests.proof.seeded import fill, own_database

pytestmark = [pytest.mark.anyio, pytest.mark.promise("B12")]

AUDITED_SINCE = "0005"  # entries have all their columns from here on


@dataclass
class LivedIn:
    """A database of this version in which a company has done a little of everything."""

    settings: Settings
    side: Side

    @property
    def url(self) -> str:
        return self.settings.database_url or ""


@pytest.fixture(scope="module")
async def lived_in(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LivedIn]:
    with own_database(server_url, "lived_in") as url:
        settings = Settings(data=tmp_path_factory.mktemp("data"), database_url=url)
        yield LivedIn(settings, await fill(settings))


@pytest.fixture
def stairs(server_url: str, lived_in: LivedIn) -> Iterator[str]:
    """A copy of it, to go up and down in."""
    with own_database(server_url, "stairs", lived_in.url) as url:
        yield url


async def test_the_books_survive_every_step_down_and_up(
    server_url: str, stairs: str, lived_in: LivedIn, reached: Reach
) -> None:
    with own_database(server_url, "first") as first:
        step(first, "up", revisions()[0])
        shared = columns_of(first, BOOKS)
    before = digests(stairs, shared)
    wrong = list[str]()
    for above, revision in zip(revisions()[:0:-1], revisions()[-2::-1], strict=True):
        downgrade(stairs, revision)
        wrong += changed(before, digests(stairs, shared), f"down to {revision}")
        if FULL:
            step(stairs, "up", above)
            step(stairs, "down", revision)
            wrong += changed(before, digests(stairs, shared), f"up and down again at {above}")
    assert functions_left(stairs) == []
    migrate(stairs)
    wrong += changed(before, digests(stairs, shared), "up again")
    assert wrong == []
    assert await differences(stairs) == []
    rows = sum(int(told.split()[0]) for told in before.values())
    reached(
        "B12",
        f"{len(revisions())} revisions down and up with {rows} rows of books in {len(before)} tables: 0 changed, 0 differences",
    )


async def test_the_audit_trail_survives_them_too(stairs: str, lived_in: LivedIn) -> None:
    downgrade(stairs, AUDITED_SINCE)
    migrate(stairs)
    database = Database(stairs)
    await database.open()
    settings = lived_in.settings
    chain = PostgresAuditChain(database, audit_key(settings.audit_key, settings.data))
    faults = await chain.faults(lived_in.side.company)
    await database.close()
    assert faults == []


def test_a_version_does_not_touch_the_database_of_a_newer_one(stairs: str) -> None:
    """Seen to fail when Alembic was asked first: it said that it cannot locate a revision."""
    with psycopg.connect(stairs, autocommit=True) as owner:
        owner.execute("UPDATE alembic_version SET version_num = '9999'")
        owner.execute("COMMENT ON SCHEMA public IS 'pirwa of tomorrow'")
    with pytest.raises(SystemExit, match="newer version"):
        migrate(stairs)
    with pytest.raises(SystemExit, match="newer version"):
        downgrade(stairs, revisions()[0])


def test_nobody_goes_down_to_where_there_is_nothing(stairs: str) -> None:
    with pytest.raises(SystemExit, match="there is no revision 9999"):
        downgrade(stairs, "9999")
    downgrade(stairs, revisions()[-2])
    with pytest.raises(SystemExit, match="no way down"):
        downgrade(stairs, revisions()[-1])
    with psycopg.connect(stairs) as owner:
        assert not is_current(owner)


def changed(before: Digests, after: Digests, when: str) -> list[str]:
    """The tables whose rows are not what they were."""
    return [
        f"{when}: {table}: {before[table]} became {after.get(table)}"
        for table in before
        if before[table] != after.get(table)
    ]


def functions_left(url: str) -> list[str]:
    """The functions of the newest version that a version of before would find."""
    with psycopg.connect(url) as owner:
        rows = owner.execute(
            "SELECT proname::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND proname = ANY (%s)",
            (list(function_names()),),
        ).fetchall()
    return [name for (name,) in rows]
