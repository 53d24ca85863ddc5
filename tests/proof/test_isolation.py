"""What clients in several processes see of each other's transactions, judged by a checker of histories."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from adapters.postgres.engine import Database
from tests.proof.appenders import CLIENTS, history_of, read_kardex, read_lists
from tests.proof.crowd import Crowd, crowd, told_by
from tests.proof.history import Anomaly, Append, End, Read, Transaction, anomalies
from tests.proof.profile import amount
from tests.proof.recording import Reach
from tests.shop import Shop

pytestmark = pytest.mark.anyio

KEYS = 6
SKUS = ("A", "B", "C", "D", "E")
_CUT = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'crowd' AND datname = current_database() AND pid <> pg_backend_pid()
    ORDER BY random() LIMIT 1
"""


def step(text: str) -> Append | Read:
    """`x+1` appends, `x=12` reads."""
    key, value = text[0], text[2:]
    return Append(key, int(value)) if text[1] == "+" else Read(key, tuple(map(int, value)))


def history(*transactions: str) -> list[Transaction]:
    """Each begins and ends after the one before; `~` before one says that it overlaps with all, `!` that it failed, `?` that nobody knows."""
    made = []
    for at, text in enumerate(transactions):
        end = End.FAILED if "!" in text else End.UNKNOWN if "?" in text else End.OK
        began, ended = (0.0, 1e6) if "~" in text else (at, at + 0.5)
        made.append(Transaction(began, ended, end, tuple(map(step, text.strip("~!?").split()))))
    return made


class TestChecker:
    @pytest.mark.parametrize(
        "transactions",
        [
            ("x+1", "x=1", "x+2 x=12", "x=12"),
            ("?x+1", "?x+2", "x=2"),
            ("!x+1 x=1", "x="),
            ("~x+1 y+1", "x= y=", "x=1 y=1"),
            ("?x+1 x=1", "x=", "x+2", "x=2"),
        ],
    )
    def test_what_some_order_explains_is_no_anomaly(self, transactions: Sequence[str]) -> None:
        assert anomalies(history(*transactions)) == {}

    @pytest.mark.parametrize(
        ("transactions", "anomaly"),
        [
            (("x+1", "x+2", "x=2"), Anomaly.LOST),
            (("x+1", "x=11"), Anomaly.DOUBLED),
            (("x+1", "x=13"), Anomaly.UNKNOWN_VALUE),
            (("~x+1", "~x+2", "x=2", "x=12"), Anomaly.INCOMPATIBLE),
            (("!x+1", "x=1", "x="), Anomaly.ABORTED_READ),
            (("~x+1 x+2", "x=1", "x=12"), Anomaly.INTERMEDIATE_READ),
            (("~x+1 y+1", "~x+2 y+2", "x=12 y=21"), Anomaly.WRITE_CYCLE),
            (("~x+1 y=2", "~y+2 x=1", "x=1 y=2"), Anomaly.INFORMATION_CYCLE),
            (("~x= y+1", "~y= x+1", "x=1 y=1"), Anomaly.CYCLE),
            (("x+1", "x=", "x=1"), Anomaly.REAL_TIME_CYCLE),
        ],
    )
    def test_every_anomaly_is_found(self, transactions: Sequence[str], anomaly: Anomaly) -> None:
        assert anomaly in anomalies(history(*transactions))


@pytest.fixture
def lists(database_url: str) -> Iterator[str]:
    """A table of lists that the application's role may write, gone afterwards. The address of the database, for a crowd."""
    with psycopg.connect(database_url, autocommit=True) as owner:
        owner.execute("CREATE SCHEMA proof")
        try:
            owner.execute("CREATE TABLE proof.list (k text PRIMARY KEY, v bigint[] NOT NULL)")
            owner.execute("GRANT USAGE ON SCHEMA proof TO pirwa_app")
            owner.execute("GRANT SELECT, INSERT, UPDATE ON proof.list TO pirwa_app")
            yield make_conninfo(database_url, application_name="crowd")
        finally:
            owner.execute("DROP SCHEMA proof CASCADE")


def last(reads: Sequence[Read]) -> Transaction:
    """What all lists hold when everybody has ended."""
    return Transaction(1e12, 1e12 + 1, End.OK, tuple(reads))


async def cut_connections(url: str, members: Crowd) -> int:
    """Ends a connection of the crowd every moment, whatever it is doing. How many it ended."""
    cuts = 0
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as owner:
        while not await members.end_within(0.2):
            cuts += (await owner.execute(sql.SQL(_CUT))).rowcount
    return cuts


@pytest.mark.promise("I1", "I3")
async def test_transactions_of_many_processes_lose_nothing_and_see_nothing_unfinished(
    lists: str, database: Database, tmp_path: Path, reached: Reach
) -> None:
    """Lists through the application's own connections: in transactions, alone, and read together with what others read, while connections
    are cut. Below serializable, what one has not seen yet may tie transactions into a cycle; nothing else may. Seen to fail when a
    transaction that failed was committed instead of rolled back."""
    arguments = {"url": lists, "keys": KEYS, "seed": random.randrange(10**6), "turns": amount(60, 500)}
    async with crowd(tmp_path, "tests.proof.appenders:append_to_lists", amount(2, 8), **arguments) as members:
        cuts = await cut_connections(lists, members)
        done = history_of(await members.told())
    done.append(last(await read_lists(database, KEYS)))
    found = anomalies(done)
    ends = Counter(one.end for one in done)
    assert set(found) <= {Anomaly.CYCLE, Anomaly.REAL_TIME_CYCLE}, (found, arguments["seed"])
    assert ends[End.OK] > len(done) * 0.8
    reached(
        "I1", f"list-append: {ends[End.OK]:,} transactions committed while {cuts} connections were cut: 0 lost, 0 torn"
    )


async def test_a_read_followed_by_a_write_is_found(lists: str, database: Database, tmp_path: Path) -> None:
    """The bug that the harness is there for."""
    arguments = {"url": lists, "keys": 2, "seed": 1, "turns": 40, "planted": True}
    done = history_of(await told_by(tmp_path, "tests.proof.appenders:append_to_lists", 2, **arguments))
    done.append(last(await read_lists(database, 2)))
    assert {Anomaly.LOST, Anomaly.INCOMPATIBLE} & set(anomalies(done))


@pytest.mark.promise("I1", "I3")
async def test_postings_are_as_if_one_came_after_the_other(
    shop: Shop, database_url: str, database: Database, tmp_path: Path, reached: Reach
) -> None:
    """A posting appends to the history of every product that it moves. No order of any two postings differs between two products or two
    readers, and who reads after a posting was answered sees it: strictly serializable, also while connections are cut. Seen to fail
    when an answer of a moment before was given to the same question, and when moves got their numbers before the stock was locked."""
    for sku in SKUS:
        await shop.product(sku)
        await shop.post("receipt", sku, 3)
    url = make_conninfo(database_url, application_name="crowd")
    arguments: dict[str, Any] = {
        "company": str(shop.company_id),
        "user": str(shop.user_id),
        "skus": SKUS,
        "turns": amount(60, 500),
    }
    arguments |= {"url": url, "seed": random.randrange(10**6)}
    async with crowd(tmp_path, "tests.proof.appenders:post_to_ledger", amount(2, 8), **arguments) as members:
        cuts = await cut_connections(url, members)
        done = history_of(await members.told())
    done.append(last(await read_kardex(database, shop.company_id, SKUS)))
    assert anomalies(done) == {}, arguments["seed"]
    ends = Counter(one.end for one in done)
    assert ends[End.OK] > len(done) / 2
    processes = len(done) // (arguments["turns"] * CLIENTS)
    reached(
        "I1",
        f"ledger: {ends[End.OK]:,} postings and readings of {processes} processes strictly serializable,"
        f" {ends[End.FAILED]:,} refused, {cuts} connections cut",
    )
