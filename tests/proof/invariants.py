"""What must be so in every committed state, as statements of one company that return no row: a second opinion, written without a look at
those of `pirwa verify`.

`broken(connection, company_id)` looks at all of it in one snapshot; `Watch` does so every second while something else goes on, and
goes on looking when the server was away. The connection is the owner's or a superuser's; the company is set either way.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

import psycopg

SECONDS = 1.0  # between two looks

Books = psycopg.AsyncConnection[tuple[object, ...]]

INVARIANTS: Mapping[str, str] = {
    "I1 a balance is the sum of its moves": """
        WITH flow AS (
            SELECT product_id, to_location_id AS location_id, lot_id, quantity FROM move WHERE company_id = %(company)s
            UNION ALL SELECT product_id, from_location_id, lot_id, -quantity FROM move WHERE company_id = %(company)s),
        summed AS (SELECT product_id, location_id, lot_id, sum(quantity) AS quantity FROM flow GROUP BY 1, 2, 3)
        SELECT s.product_id, s.location_id, s.quantity, b.on_hand
        FROM (SELECT s.* FROM summed s JOIN location l ON l.company_id = %(company)s AND l.id = s.location_id AND l.site_id IS NOT NULL) s
        FULL JOIN (SELECT * FROM stock_balance WHERE company_id = %(company)s) b
          ON b.product_id = s.product_id AND b.location_id = s.location_id AND b.lot_id IS NOT DISTINCT FROM s.lot_id
        WHERE coalesce(s.quantity, 0) <> coalesce(b.on_hand, 0)
    """,
    "I1 what a site has is the sum of its balances": """
        SELECT product_id, site_id, t.on_hand, b.on_hand FROM (SELECT * FROM site_stock WHERE company_id = %(company)s) t
        FULL JOIN (SELECT b.product_id, l.site_id, sum(b.on_hand) AS on_hand FROM stock_balance b
                   JOIN location l ON l.company_id = b.company_id AND l.id = b.location_id AND l.is_physical
                   WHERE b.company_id = %(company)s GROUP BY 1, 2) b USING (product_id, site_id)
        WHERE coalesce(t.on_hand, 0) <> coalesce(b.on_hand, 0)
    """,
    "I2 what a transfer sent has arrived, is accounted for or is on its way": """
        WITH transit AS (
            SELECT o.transfer_id, m.product_id,
                   sum(CASE WHEN i.role = 'transit' THEN m.quantity ELSE 0 END - CASE WHEN f.role = 'transit' THEN m.quantity ELSE 0 END) AS inside
            FROM posting o JOIN move m ON m.company_id = o.company_id AND m.posting_id = o.id
            JOIN location f ON f.company_id = m.company_id AND f.id = m.from_location_id
            JOIN location i ON i.company_id = m.company_id AND i.id = m.to_location_id
            WHERE o.company_id = %(company)s AND o.transfer_id IS NOT NULL GROUP BY 1, 2),
        said AS (SELECT transfer_id, product_id, sum(in_transit) AS inside FROM transfer_line WHERE company_id = %(company)s GROUP BY 1, 2)
        SELECT transfer_id, product_id, s.inside, t.inside FROM said s FULL JOIN transit t USING (transfer_id, product_id)
        WHERE coalesce(s.inside, 0) <> coalesce(t.inside, 0)
    """,
    "I3 nothing is below zero where that is not allowed": """
        SELECT b.product_id, b.location_id, b.on_hand FROM stock_balance b
        JOIN location l ON l.company_id = b.company_id AND l.id = b.location_id
        JOIN site s ON s.company_id = l.company_id AND s.id = l.site_id
        WHERE b.company_id = %(company)s AND b.on_hand < 0 AND NOT s.negative_ok
    """,
    "I4 what is promised is the sum of the open reservations, and there": """
        SELECT t.product_id, t.site_id, t.promised, t.allocatable, r.open FROM site_stock t
        LEFT JOIN (SELECT product_id, site_id, sum(open) AS open FROM reservation
                   WHERE company_id = %(company)s AND state IN ('held', 'committed') GROUP BY 1, 2) r
               ON r.product_id = t.product_id AND r.site_id = t.site_id
        WHERE t.company_id = %(company)s
          AND (t.promised <> coalesce(r.open, 0) OR (t.promised > t.allocatable AND NOT t.negative_ok))
    """,
    "I5 the application may not change what was posted": """
        SELECT t, p FROM unnest(ARRAY['posting', 'move', 'stock_balance', 'site_stock', 'cost_layer']) t,
                         unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) p WHERE has_table_privilege('pirwa_app', t, p)
    """,
    "I6 a serial number is in one place": """
        SELECT b.product_id, b.lot_id, sum(b.on_hand) FROM stock_balance b JOIN lot l ON l.company_id = b.company_id AND l.id = b.lot_id
        WHERE b.company_id = %(company)s AND l.is_serial GROUP BY 1, 2 HAVING sum(b.on_hand) NOT IN (0, 1) OR count(*) FILTER (WHERE b.on_hand <> 0) > 1
    """,
    "I7 the value of stock is what came in less what left": """
        WITH flow AS (
            SELECT product_id, to_site_id AS site_id, cost FROM move
            WHERE company_id = %(company)s AND to_site_id IS NOT NULL AND from_site_id IS DISTINCT FROM to_site_id
            UNION ALL SELECT product_id, from_site_id, -cost FROM move
            WHERE company_id = %(company)s AND from_site_id IS NOT NULL AND from_site_id IS DISTINCT FROM to_site_id
            UNION ALL SELECT product_id, site_id, value FROM revaluation WHERE company_id = %(company)s)
        SELECT product_id, site_id, t.value, f.value FROM (SELECT * FROM site_stock WHERE company_id = %(company)s) t
        FULL JOIN (SELECT product_id, site_id, sum(cost) AS value FROM flow GROUP BY 1, 2) f USING (product_id, site_id)
        WHERE coalesce(t.value, 0) <> coalesce(f.value, 0)
    """,
    "I7 cost layers hold what is on hand": """
        SELECT t.product_id, t.site_id, t.on_hand, t.received_position - t.issued_position FROM site_stock t
        JOIN company c ON c.id = t.company_id AND c.costing_method = 'fifo'
        WHERE t.company_id = %(company)s AND (t.on_hand <> t.received_position - t.issued_position OR t.received_position IS DISTINCT FROM
              coalesce((SELECT max(y.to_position) FROM cost_layer y WHERE y.company_id = t.company_id AND y.product_id = t.product_id
                        AND y.site_id = t.site_id), t.received_position))
    """,
    "I8 whatever refers to something of a company refers to it by company": """
        SELECT c.conrelid::regclass, c.conname FROM pg_constraint c
        JOIN pg_attribute mine ON mine.attrelid = c.conrelid AND mine.attname = 'company_id' AND mine.attnotnull
        JOIN pg_attribute theirs ON theirs.attrelid = c.confrelid AND theirs.attname = 'company_id' AND theirs.attnotnull
        WHERE c.contype = 'f' AND NOT EXISTS (
            SELECT FROM unnest(c.conkey, c.confkey) AS k(here, there) WHERE k.here = mine.attnum AND k.there = theirs.attnum)
    """,
    "I9 a posting has one event of its own": """
        SELECT o.id, o.kind, count(e.id) FROM posting o
        LEFT JOIN outbox_event e ON e.company_id = o.company_id AND e.subject_type = 'posting' AND e.subject_id = o.id
        WHERE o.company_id = %(company)s GROUP BY 1, 2 HAVING count(e.id) <> 1
    """,
    "I9 events are numbered without a gap": """
        SELECT p.last, count(e.position), max(e.position) FROM event_position p
        LEFT JOIN outbox_event e ON e.company_id = p.company_id AND e.position IS NOT NULL
        WHERE p.company_id = %(company)s GROUP BY 1
        HAVING count(e.position) <> p.last OR coalesce(max(e.position), 0) <> p.last OR count(DISTINCT e.position) <> p.last
    """,
    "I9 whoever is told of one sort of event is told of each that follows": """
        WITH told AS (
            SELECT d.subscriber, e.type, min(d.position) AS since, count(*) AS times
            FROM delivery d JOIN outbox_event e ON e.company_id = d.company_id AND e.id = d.event_id
            WHERE d.company_id = %(company)s GROUP BY 1, 2)
        SELECT t.subscriber, t.type, t.times, count(*) FROM told t
        JOIN outbox_event e ON e.company_id = %(company)s AND e.type = t.type AND e.position >= t.since
        GROUP BY 1, 2, 3 HAVING count(*) <> t.times
    """,
}


async def broken(connection: Books, company_id: UUID, *, most: int = 5) -> list[str]:
    """What of the invariants does not hold, each with some of the rows that show it; all of one committed state."""
    async with connection.transaction():
        await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        await connection.execute("SELECT set_config('app.company_id', %s, true)", (str(company_id),))
        return await broken_here(connection, company_id, most)


async def broken_here(connection: Books, company_id: UUID, most: int = 5) -> list[str]:
    """The same as the transaction of this moment sees it, whose company is set."""
    found: list[str] = []
    for name, statement in INVARIANTS.items():
        # Apart from its limit: whoever expects the first rows at once looks for them one by one, and there are none.
        some = f"WITH found AS MATERIALIZED ({statement}) SELECT * FROM found LIMIT {most}"
        cursor = await connection.execute(some, {"company": company_id})
        found += [f"{name}: {row}" for row in await cursor.fetchall()]
    return found


async def broken_at(url: str, company_id: UUID) -> list[str]:
    """The same, over a connection made for it."""
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        return await broken(connection, company_id)


@dataclass
class Watch:
    """How often was looked, and what was found."""

    looks: int = 0
    found: list[str] = field(default_factory=list)
    _look: asyncio.Event = field(default_factory=asyncio.Event)

    async def one_more(self) -> None:
        """Waits for the end of the look that is taken now, or next."""
        await self._look.wait()

    def add(self, found: list[str]) -> None:
        self.found += found
        self.looks += 1
        self._look.set()
        self._look = asyncio.Event()


@asynccontextmanager
async def watching(url: str, company_id: UUID, seconds: float = SECONDS) -> AsyncIterator[Watch]:
    """Looks every so many seconds; a server that is away is asked again."""
    watch = Watch()
    looking = asyncio.create_task(_look(watch, url, company_id, seconds))
    try:
        yield watch
    finally:
        looking.cancel()
        await asyncio.wait([looking])
    if not looking.cancelled() and (error := looking.exception()):
        raise error


async def _look(watch: Watch, url: str, company_id: UUID, seconds: float) -> None:
    while True:
        try:
            async with asyncio.timeout(20), await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
                while True:
                    watch.add(await broken(connection, company_id))
                    await asyncio.sleep(seconds)
        except (psycopg.OperationalError, TimeoutError):
            await asyncio.sleep(seconds)
