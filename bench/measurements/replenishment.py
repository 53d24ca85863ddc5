"""A run of replenishment over all policies of a large company, three in five of them with figures from the forecast."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from adapters.postgres.bulk_ledger import load_postings
from adapters.postgres.engine import Database
from adapters.postgres.engine import Scope as CompanyScope
from adapters.postgres.policy_desk import PostgresPolicyDesk
from adapters.postgres.repositories.policies import PostgresPolicies
from adapters.postgres.uow import PostgresRun
from bench.product_shop import product_id
from bench.results import Figure
from bench.stage import Stage
from core.commands.policies import PolicyLine, SetPolicies, set_policies
from core.commands.replenishment import Replenishing, RunDone
from core.commands.suppliers import CreateSupplier, create_supplier
from core.domain.access import Actor
from core.domain.policy import Method
from core.domain.stock import ADJUSTMENT, MAX_LINES, Document, DocumentType, Line, Posting, PostingKind
from core.ports.clock import SystemClock
from core.ports.replenishment import Scope, Touched

PRODUCTS, SITES, SUPPLIERS = 20_000, 5, 40
POLICIES = PRODUCTS * SITES
_POLICIES_AT_ONCE = 500
_ONE_IN = 5  # has fallen below its minimum
_FORECASTS = """
    INSERT INTO demand_forecast (company_id, product_id, site_id, as_of, weeks, mean, q50, q80, q90, q95, q98, q99)
    SELECT r.company_id, r.product_id, r.site_id, date_trunc('week', now())::date, 52, f.mean, f.mean, f.q80, f.q90, f.q95, f.q98, f.q99
    FROM reorder_policy r
    CROSS JOIN (SELECT array_agg(7.0 * k ORDER BY k) AS mean, array_agg(7.0 * k + 2 * sqrt(k) ORDER BY k) AS q80,
                       array_agg(7.0 * k + 3 * sqrt(k) ORDER BY k) AS q90, array_agg(7.0 * k + 4 * sqrt(k) ORDER BY k) AS q95,
                       array_agg(7.0 * k + 5 * sqrt(k) ORDER BY k) AS q98, array_agg(7.0 * k + 6 * sqrt(k) ORDER BY k) AS q99
                FROM unnest(ARRAY[1, 2, 3, 4, 6, 8, 13, 26]::numeric[]) AS k) f
    WHERE r.company_id = %s
"""


# Every product is sold by two suppliers, dearer the later, in packs of six and cheaper from twenty on.
_ITEMS = """
    WITH item AS (
        INSERT INTO supplier_item (company_id, id, supplier_id, product_id, order_multiple, lead_time_days)
        SELECT p.company_id, new_id(), %(supplier)s, p.id, 6, %(number)s %% 9 + 1
        FROM product p WHERE p.company_id = %(company)s
          AND right(p.sku, 6)::int %% %(suppliers)s IN (%(number)s %% %(suppliers)s, (%(number)s + 7) %% %(suppliers)s)
        RETURNING company_id, id
    )
    INSERT INTO supplier_price_break (company_id, item_id, from_quantity, unit_price)
    SELECT i.company_id, i.id, b.quantity, %(number)s - b.less FROM item i CROSS JOIN (VALUES (1, 0), (20, 0.5)) AS b(quantity, less)
"""


class RunIncompleteError(Exception):
    """Not every policy was looked at, or not what is low was proposed, so the time that it took would mean nothing."""


def measure(stage: Stage) -> Iterator[Figure]:
    """Seconds of the run that finds every figure and proposes everything that is low, of one that finds nothing new, of the company as
    a whole, and of a turn after one sale."""
    product = stage.new_product("replenishment", PRODUCTS, SITES)
    product.work(lambda database: _fill(database, product.admin))
    product.tidy()
    times = asyncio.run(_run(product.database_url, product.admin))
    details = {f"{name}_seconds": round(seconds, 3) for name, seconds in times.items() if name != "again"}
    yield Figure("replenishment of 100,000 policies", "pirwa", round(times["again"], 2), "s", details)
    share = 100 * times["one"] / times["again"]
    yield Figure("replenishment after one sale, share of the whole run", "pirwa", round(share, 2), "%")


async def _fill(database: Database, admin: Actor) -> None:
    async with database.transaction(CompanyScope(admin.company)) as connection:
        await load_postings(connection, admin, datetime.now(UTC), _openings(), lambda _: None)
    run = PostgresRun(database)
    for number in range(1, SUPPLIERS + 1):
        await _supplier(database, run, admin, number)
    policies = PostgresPolicies(database)
    lines = list(_policies())
    for first in range(0, POLICIES, _POLICIES_AT_ONCE):
        await set_policies(policies, admin, SetPolicies(lines[first : first + _POLICIES_AT_ONCE]))
    await database.fetch(CompanyScope(admin.company), _FORECASTS, (admin.company,))


def _openings() -> Iterator[Posting]:
    for site in range(1, SITES + 1):
        for first in range(1, PRODUCTS + 1, MAX_LINES):
            numbers = range(first, first + MAX_LINES)
            lines = (_opening(number, site) for number in numbers)
            yield Posting(PostingKind.OPENING, tuple(lines), Document(DocumentType.COUNT))


def _opening(number: int, site: int) -> Line:
    quantity = Decimal(3 if (number + site) % _ONE_IN == 0 else 30)
    return Line(product_id(number), ADJUSTMENT, f"S{site}", quantity, unit_cost=Decimal("2.10"))


async def _supplier(database: Database, run: PostgresRun, admin: Actor, number: int) -> None:
    """One in ten wants a minimum order value."""
    least = Decimal(500) if number % 10 == 0 else None
    command = CreateSupplier(code=f"V{number}", name=f"Supplier {number}", currency="USD", minimum_order_value=least)
    made = (await run(create_supplier, admin, command)).result
    named = {"company": admin.company, "supplier": made.id, "number": number, "suppliers": SUPPLIERS}
    await database.fetch(CompanyScope(admin.company), _ITEMS, named)


def _policies() -> Iterator[PolicyLine]:
    for number in range(1, PRODUCTS + 1):
        for site in range(1, SITES + 1):
            method = Method.SERVICE_LEVEL if site % 2 else Method.FIXED
            level = Decimal("0.95") if site % 2 else None
            yield PolicyLine(
                str(product_id(number)), f"S{site}", Decimal(6), Decimal(28), method=method, service_level=level
            )


async def _run(url: str, admin: Actor) -> dict[str, float]:
    """How long each run took, by name."""
    database, times, clock = Database(url, statement_timeout="60s"), dict[str, float](), time.perf_counter
    await database.open()
    desk = PostgresPolicyDesk(database)
    replenishing = Replenishing(desk, PostgresRun(database), SystemClock())
    everything = Scope(only_due=False)
    for name in ("first", "again"):
        start = clock()
        done = await replenishing.whole(admin, everything)
        times[name] = clock() - start
        _require_complete(done)
    await desk.mark_due(admin.company, Touched([(product_id(1), None)]), datetime.now(UTC))
    start = clock()
    one = await replenishing.propose(admin, replace(everything, only_due=True, most=2_000))
    times["one"] = clock() - start
    await database.close()
    if one.policies != SITES:
        raise RunIncompleteError(str(one))
    return times


def _require_complete(done: RunDone) -> None:
    if done.policies != POLICIES or done.proposed < POLICIES // (_ONE_IN + 1):
        raise RunIncompleteError(str(done))
