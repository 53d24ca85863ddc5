"""Gives a company a long history by set-based SQL, past the ledger's writer, which would take hours for it.

Every pair of product and site receives 20 units and sells 9 of them by turns, at a cost of 2 each, so the balances that
the ledger would have kept are known. The density is always the same: more moves are a longer history.
"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg

PRODUCTS = 10_000
SITES = 2
DAYS = 365
MOST_MOVES = 10_000_000

_FIRST = datetime(2025, 1, 1, tzinfo=UTC)
_FOREIGN_KEYS = ("move_posting_fkey", "move_product_fkey", "move_lot_fkey", "move_from_fkey", "move_to_fkey")
# Ten moves of one site to a posting.
_POSTINGS = """
    INSERT INTO posting (company_id, id, kind, document_type, currency, effective_at, recorded_at)
    SELECT app_company(), ('00000000-0000-7000-9000-' || lpad(g::text, 12, '0'))::uuid,
           CASE (g * 10 / {pairs}) %% 2 WHEN 0 THEN 'receipt' ELSE 'sale' END, 'other', 'USD', t.at, t.at
    FROM generate_series(%(done)s / 10, %(moves)s / 10 - 1) g
    CROSS JOIN LATERAL (SELECT %(first)s::timestamptz + g * 10 * %(step)s::interval AS at) t
"""
_MOVES = """
    INSERT INTO move (company_id, posting_id, number, line, product_id, from_location_id, to_location_id, from_site_id,
                      to_site_id, quantity, cost, effective_at, recorded_at)
    SELECT app_company(), ('00000000-0000-7000-9000-' || lpad((i / 10)::text, 12, '0'))::uuid, i %% 10 + 1, i %% 10 + 1,
           ('00000000-0000-7000-8000-' || lpad((i %% {products} + 1)::text, 12, '0'))::uuid,
           CASE WHEN comes THEN o.supplier ELSE l.id END, CASE WHEN comes THEN l.id ELSE o.customer END,
           CASE WHEN NOT comes THEN l.site_id END, CASE WHEN comes THEN l.site_id END,
           CASE WHEN comes THEN 20 ELSE 9 END, CASE WHEN comes THEN 40 ELSE 18 END, t.at, t.at
    FROM generate_series(%(done)s, %(moves)s - 1) i
    CROSS JOIN LATERAL (SELECT (i / {pairs}) %% 2 = 0 AS comes,
                               %(first)s::timestamptz + i / 10 * 10 * %(step)s::interval AS at) t
    JOIN location l ON l.address = 'S' || i / {products} %% {sites} + 1
    CROSS JOIN (SELECT min(id::text) FILTER (WHERE address = ':supplier')::uuid AS supplier,
                       min(id::text) FILTER (WHERE address = ':customer')::uuid AS customer FROM location) o
"""
_HELD = """
    SELECT app_company(), product_id, {place}, sum(CASE WHEN to_site_id IS NULL THEN -quantity ELSE quantity END)
    FROM move WHERE seq > %(seen)s GROUP BY product_id, {place}
"""
_BALANCES = f"""
    INSERT INTO stock_balance AS b (company_id, product_id, location_id, on_hand)
    {_HELD.format(place="CASE WHEN to_site_id IS NULL THEN from_location_id ELSE to_location_id END")}
    ON CONFLICT (company_id, product_id, location_id, lot_key) DO UPDATE SET on_hand = b.on_hand + excluded.on_hand
"""
_SITE_STOCK = f"""
    INSERT INTO site_stock AS s (company_id, product_id, site_id, allocatable, on_hand, value, unit_cost)
    SELECT c, p, w, held, held, 2 * held, 2
    FROM ({_HELD.format(place="coalesce(to_site_id, from_site_id)")}) AS x (c, p, w, held)
    ON CONFLICT (company_id, product_id, site_id) DO UPDATE
    SET on_hand = s.on_hand + excluded.on_hand, allocatable = s.allocatable + excluded.on_hand, value = s.value + excluded.value
"""


def moment_of(move: int) -> datetime:
    """When the move with this number, counted from 0, took place."""
    return _FIRST + timedelta(days=DAYS) * (move / MOST_MOVES)


def lengthen_history(url: str, company: UUID, done: int, moves: int) -> None:
    """Add the moves from number `done` up to `moves`, both multiples of twice the pairs, and close all days but the last two."""
    values = {"done": done, "moves": moves, "first": _FIRST, "step": timedelta(days=DAYS) / MOST_MOVES}
    sizes = {"products": PRODUCTS, "sites": SITES, "pairs": PRODUCTS * SITES}
    with psycopg.connect(url) as connection:
        connection.execute("SELECT set_config('app.company_id', %s, false)", (str(company),))
        # Checking ten million rows one by one would take longer than all the rest.
        for name in _FOREIGN_KEYS:
            connection.execute(f"ALTER TABLE move DROP CONSTRAINT IF EXISTS {name}")
        seen = connection.execute("SELECT coalesce(max(seq), 0) FROM move").fetchone()
        connection.execute(_POSTINGS.format(**sizes), values)
        connection.execute(_MOVES.format(**sizes), values)
        for statement in (_BALANCES, _SITE_STOCK):
            connection.execute(statement, {"seen": seen[0] if seen else 0})
        connection.execute("SELECT ledger_checkpoint(%s)", (moment_of(moves).date() - timedelta(days=2),))
