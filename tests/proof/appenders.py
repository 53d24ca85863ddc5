"""Clients that append to lists and read them: a table of the tests' own through the application's connections, and the ledger itself, where
a posting appends to the history of every product that it moves."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from adapters.postgres.engine import Database, Scope
from adapters.postgres.group_commit import GroupCommitLedger
from adapters.postgres.ledger import PostgresStockLedger
from core.domain.access import PRESETS, Actor
from core.domain.errors import Busy, DomainError, Invalid
from core.domain.ids import new_id
from core.domain.stock import CUSTOMER, SUPPLIER, Line, Posting, PostingKind
from core.ports.stock_ledger import IdempotencyKey, StockLedger
from tests.proof.crowd import Tell
from tests.proof.history import Append, End, Read, Transaction

Steps = list[Append | Read]
CLIENTS = 4  # of each process
_APPEND = (
    "INSERT INTO proof.list AS l (k, v) VALUES (%s, ARRAY[%s]) ON CONFLICT (k) DO UPDATE SET v = l.v || EXCLUDED.v"
)
_READ = "SELECT k, v FROM proof.list WHERE k = ANY (%s)"
_SET = "INSERT INTO proof.list (k, v) VALUES (%s, %s) ON CONFLICT (k) DO UPDATE SET v = EXCLUDED.v"
_KARDEX = """
    SELECT p.sku, o.note FROM move m JOIN posting o ON o.company_id = m.company_id AND o.id = m.posting_id
    JOIN product p ON p.company_id = m.company_id AND p.id = m.product_id
    WHERE m.company_id = %s AND p.sku = ANY (%s) AND o.note <> '' ORDER BY m.seq
"""


async def append_to_lists(number: int, arguments: Mapping[str, Any], tell: Tell) -> None:
    """Transactions of one to four steps on lists of the tests' own, some of which are given up. Where a bug is planted, lists are read
    and then written."""
    database = Database(arguments["url"], size=CLIENTS)
    await database.open()
    planted, keys = bool(arguments.get("planted")), [f"k{key}" for key in range(arguments["keys"])]

    async def transact(chance: random.Random, value: int, steps: Steps) -> None:
        wanted = sorted(chance.choice(keys) for _ in range(1 if planted else chance.randint(1, 4)))
        async with database.transaction(Scope()) as connection:
            for place, key in enumerate(wanted):
                if chance.random() < 0.5 and not planted:
                    cursor = await connection.execute(_READ, ([key],))
                    steps.append(_read(key, await cursor.fetchall()))
                    continue
                steps.append(Append(key, value + place))
                if planted:
                    cursor = await connection.execute(_READ, ([key],))
                    before = _read(key, await cursor.fetchall()).values
                    await connection.execute(_SET, (key, [*before, value + place]))
                else:
                    await connection.execute(_APPEND, (key, value + place))
            if chance.random() < 0.1:
                raise Invalid("changed_their_mind")

    async def append_one(chance: random.Random, value: int, steps: Steps) -> None:
        steps.append(Append(chance.choice(keys), value))
        await database.fetch(Scope(), _APPEND, (steps[0].key, value))

    async def read_some(chance: random.Random, _: int, steps: Steps) -> None:
        wanted = chance.sample(keys, 2)
        rows = await database.read(Scope(), _READ, (wanted,))
        steps += [_read(key, rows) for key in wanted]

    deeds = (transact, append_one, read_some) if not planted else (transact,)
    await _clients(number, arguments, tell, deeds)
    await database.close()


def _read(key: str, rows: Sequence[Any]) -> Read:
    return Read(key, next((tuple(values) for found, values in rows if found == key), ()))


async def post_to_ledger(number: int, arguments: Mapping[str, Any], tell: Tell) -> None:
    """Postings of one to three products, which are appended to the histories of these products, and readings of several histories."""
    database = Database(arguments["url"], size=CLIENTS)
    await database.open()
    ledgers: Sequence[StockLedger] = (PostgresStockLedger(database), GroupCommitLedger(database))
    company, skus = UUID(arguments["company"]), list(arguments["skus"])
    actor = Actor(UUID(arguments["user"]), company, PRESETS["admin"])

    async def post(chance: random.Random, value: int, steps: Steps) -> None:
        moved = chance.sample(skus, chance.randint(1, 3))
        steps += [Append(sku, value) for sku in moved]
        goes = chance.random() < 0.5
        ends = ("UIO", CUSTOMER) if goes else (SUPPLIER, "UIO")
        kind = PostingKind.SALE if goes else PostingKind.RECEIPT
        lines = tuple(Line(sku, *ends, Decimal(1)) for sku in moved)
        key = IdempotencyKey(actor.user_id, str(value), new_id().hex * 2)
        await chance.choice(ledgers).post(actor, [Posting(kind, lines, note=str(value))], key)

    async def look(chance: random.Random, _: int, steps: Steps) -> None:
        wanted = chance.sample(skus, chance.randint(1, 3))
        rows = await database.read(Scope(company), _KARDEX, (company, wanted))
        steps += kardex_of(wanted, rows)

    await _clients(number, arguments, tell, (post, post, look))
    await database.close()


def kardex_of(skus: Sequence[str], rows: Sequence[Any]) -> list[Read]:
    """The histories of products, each posting by the value in its note."""
    return [Read(sku, tuple(int(note) for found, note in rows if found == sku)) for sku in skus]


async def read_kardex(database: Database, company: UUID, skus: Sequence[str]) -> list[Read]:
    return kardex_of(skus, await database.fetch(Scope(company), _KARDEX, (company, list(skus))))


async def read_lists(database: Database, keys: int) -> list[Read]:
    wanted = [f"k{key}" for key in range(keys)]
    rows = await database.fetch(Scope(), _READ, (wanted,))
    return [_read(key, rows) for key in wanted]


_Deed = Callable[[random.Random, int, Steps], Awaitable[None]]


async def _clients(number: int, arguments: Mapping[str, Any], tell: Tell, deeds: Sequence[_Deed]) -> None:
    """The clients of one process, each of which does one thing after the other and tells it."""

    async def client(place: int) -> None:
        chance = random.Random(f"{arguments['seed']} {number} {place}")
        for turn in range(arguments["turns"]):
            value = ((number * CLIENTS + place) * 100_000 + turn) * 10
            steps, began = Steps(), time.monotonic()
            end = await _ended(chance.choice(deeds)(chance, value, steps))
            tell([began, time.monotonic(), end, [_told(step) for step in steps]])

    await asyncio.gather(*map(client, range(CLIENTS)))


async def _ended(deed: Awaitable[None]) -> End:
    try:
        await deed
    except Busy as busy:
        return End.UNKNOWN if busy.code == "database_unavailable" else End.FAILED
    except DomainError:
        return End.FAILED
    return End.OK


def _told(step: Append | Read) -> list[Any]:
    return [step.key, step.value] if isinstance(step, Append) else [step.key, list(step.values)]


def history_of(told: Sequence[Sequence[Any]]) -> list[Transaction]:
    """What a crowd of these clients told, as a history."""
    return [
        Transaction(began, ended, End(end), tuple(map(_step, steps)))
        for each in told
        for began, ended, end, steps in each
    ]


def _step(told: Sequence[Any]) -> Append | Read:
    key, what = told
    return Read(key, tuple(what)) if isinstance(what, list) else Append(key, what)
