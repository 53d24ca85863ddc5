"""kill -9 of `pirwa import sales` while it writes: nothing of the file is in the books, and the next run brings in all of it.

Seen to fail with the products committed before the postings were recorded.
"""

import gzip
import os
import sys
from collections.abc import Mapping
from itertools import islice
from pathlib import Path

import anyio
import msgspec
import psycopg
import pytest
from anyio.abc import ByteReceiveStream
from psycopg.rows import dict_row

from adapters.postgres.engine import Database
from tests.apps.command_line import as_url
from tests.shop import Shop, open_shop

pytestmark = pytest.mark.anyio

MONTH = Path(__file__).parents[1] / "data" / "online_retail" / "2010-04.csv.gz"
PIRWA = (sys.executable, "-c", "import sys; from apps.cli.main import main; sys.exit(main(sys.argv[1:]))")
WAITING = "SELECT count(*) FROM pg_locks WHERE relation = 'posting'::regclass AND NOT granted"
WRITTEN = (
    "SELECT (SELECT count(*) FROM product WHERE company_id = app_company()) AS products,"
    " (SELECT count(*) FROM move WHERE company_id = app_company()) AS moves,"
    " (SELECT count(*) FROM stock_balance WHERE company_id = app_company()) AS balances,"
    " (SELECT count(*) FROM outbox_event WHERE company_id = app_company()) AS events"
)
LINES = 8_000


@pytest.fixture
def some_days(tmp_path: Path) -> Path:
    """The beginning of the month."""
    path = tmp_path / "sales.csv"
    with gzip.open(MONTH, "rt", encoding="utf-8", newline="") as month:
        path.write_text("".join(islice(month, LINES + 1)), "utf-8")
    return path


@pytest.fixture
def environment(database_url: str) -> Mapping[str, str]:
    return {**os.environ, "PIRWA_DATABASE_URL": as_url(database_url)}


async def until_told(errors: ByteReceiveStream | None, words: bytes) -> None:
    """Returns when a process has said this on standard error."""
    assert errors is not None
    said = b""
    while words not in said:
        said += await errors.receive()


async def pirwa(environment: Mapping[str, str], *arguments: str) -> bytes:
    """The standard output of a command that must succeed."""
    done = await anyio.run_process([*PIRWA, *arguments], env=environment, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


async def killed_while_posting(arguments: list[str], environment: Mapping[str, str], database_url: str) -> None:
    """Lets an import write until the table of postings holds it up, and kills it there."""
    async with await psycopg.AsyncConnection.connect(database_url) as obstacle:
        await obstacle.execute("LOCK TABLE posting IN SHARE MODE")
        async with await anyio.open_process([*PIRWA, *arguments], env=environment) as process:
            await until_told(process.stderr, b"posting")
            while await (await obstacle.execute(WAITING)).fetchone() == (0,):
                assert process.returncode is None
            process.kill()


async def written(shop: Shop, database_url: str) -> dict[str, int]:
    """What the company has, once the server has noticed that nobody waits for the transaction of the killed import."""
    async with await psycopg.AsyncConnection.connect(database_url, row_factory=dict_row) as books:
        await books.execute("SELECT set_config('app.company_id', %s, true)", (str(shop.company_id),))
        await books.execute("SELECT pg_advisory_xact_lock(hashtextextended('period:' || app_company(), 0))")
        return await (await books.execute(WRITTEN)).fetchone() or {}


@pytest.mark.promise("B2")
async def test_an_import_that_was_killed_left_nothing_and_the_next_one_completes(
    database: Database, database_url: str, environment: Mapping[str, str], some_days: Path
) -> None:
    shop = await open_shop(database)
    [[code]] = await shop.fetch("SELECT code FROM company WHERE id = %s", shop.company_id)
    command = ["import", "sales", str(some_days), "--company", code, "--site", "UIO", "--json"]
    before = await written(shop, database_url)
    with anyio.fail_after(150):
        await killed_while_posting(command, environment, database_url)
        assert await written(shop, database_url) == before
        answer = msgspec.json.decode(await pirwa(environment, *command))
        await pirwa(environment, "verify", "--company", code)
    assert answer["complete"]
    assert answer["file"]["lines"] == LINES
    assert "already_imported" not in answer["skipped"]
    posted = sum(kind["lines"] for kind in answer["posted"].values())
    found = await written(shop, database_url)
    assert (found["products"], found["moves"]) == (answer["products_created"], posted + answer["opening"]["products"])
