"""`Recommender` on PostgreSQL: a handful of statements for each company, each of which finds, writes and tells."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from adapters.postgres.engine import Connection, Database, Scope
from adapters.postgres.overstock_levels import LEVEL_RULE, TODAY
from adapters.postgres.recommending.books import MISCOUNTS, POLICIES
from adapters.postgres.recommending.prices import COSTS, PRICES
from adapters.postgres.recommending.stock import OVERSTOCK, SLOW, TRANSFER
from core.domain import recommendation as rule
from core.domain.recommendation import RecommendationKind as Kind

# What is found anew, or is so much graver than when somebody decided, or stands although something was done about it, is open, and told:
# how many there are of each kind at each site. What is found as before is written only where it differs.
_WRITE = """
    missing AS MATERIALIZED (
        SELECT r.id, r.state, r.gone_at FROM recommendation r
        WHERE r.company_id = %(company)s AND r.kind = ANY (%(kinds)s) AND NOT EXISTS (
            SELECT FROM found f WHERE f.kind = r.kind AND f.product_id = r.product_id AND f.site_id IS NOT DISTINCT FROM r.site_id)
    ),
    ended AS (
        DELETE FROM recommendation r USING missing m WHERE r.company_id = %(company)s AND r.id = m.id
            AND (m.state = 'open' OR m.gone_at <= %(now)s - %(remembered_days)s * interval '1 day')
    ),
    paused AS (
        UPDATE recommendation r SET gone_at = %(now)s FROM missing m
        WHERE r.company_id = %(company)s AND r.id = m.id AND m.state <> 'open' AND m.gone_at IS NULL
    ),
    written AS (
        INSERT INTO recommendation AS r (company_id, kind, product_id, site_id, measure, worth, numbers, action, since, updated_at)
        SELECT %(company)s, f.kind, f.product_id, f.site_id, f.measure, f.worth, jsonb_strip_nulls(f.numbers), jsonb_strip_nulls(f.action),
               %(now)s, %(now)s
        FROM found f WHERE f.measure > 0 ORDER BY f.kind, f.product_id, f.site_id
        ON CONFLICT ON CONSTRAINT recommendation_key DO UPDATE SET
            measure = excluded.measure, worth = excluded.worth, numbers = excluded.numbers, action = excluded.action, gone_at = NULL,
            updated_at = excluded.updated_at, version = r.version + 1,
            state = CASE WHEN {reopens} THEN 'open' ELSE r.state END, since = CASE WHEN {reopens} THEN excluded.since ELSE r.since END
        WHERE (r.numbers, r.action, r.worth) IS DISTINCT FROM (excluded.numbers, excluded.action, excluded.worth) OR r.gone_at IS NOT NULL
              OR ({reopens})
        RETURNING r.kind, r.site_id, r.since, r.state
    )
    INSERT INTO outbox_event (company_id, type, subject_type, subject_id, data)
    SELECT %(company)s, 'recommendation_found', 'company', %(company)s, json_build_object('kind', w.kind, 'site', w.site_id, 'count', count(*))
    FROM written w WHERE w.since = %(now)s AND w.state = 'open' GROUP BY w.kind, w.site_id
""".replace(
    "{reopens}",
    "r.state <> 'open' AND (excluded.measure > r.judged * %(graver)s"
    " OR (r.state = 'accepted' AND r.decided_at <= %(now)s - %(no_help_days)s * interval '1 day'))",
)
_LOOKS: Sequence[tuple[Sequence[Kind], str]] = (
    ((Kind.SLOW_STOCK, Kind.DEAD_STOCK), SLOW),
    ((Kind.OVERSTOCK,), OVERSTOCK),
    ((Kind.TRANSFER,), TRANSFER),
    ((Kind.PRICE_ANOMALY, Kind.PRICE_BELOW_COST), PRICES),
    ((Kind.COST_ANOMALY,), COSTS),
    ((Kind.LIKELY_MISCOUNT,), MISCOUNTS),
    ((Kind.POLICY,), POLICIES),
)
_RULE: Mapping[str, object] = {
    **LEVEL_RULE,
    "graver": rule.GRAVER,
    "no_help_days": rule.NO_HELP_DAYS,
    "remembered_days": rule.REMEMBERED_DAYS,
    "slow_days": rule.SLOW_DAYS,
    "dead_days": rule.DEAD_DAYS,
    "slow_gaps": rule.SLOW_GAPS,
    "outlet_days": rule.OUTLET_DAYS,
    "markdown": rule.MARKDOWN,
    "strays_by": rule.STRAYS_BY,
    "deviations": rule.DEVIATIONS,
    "sigma": rule.SIGMA_OF_MAD,
    "least_sales": rule.LEAST_SALES,
    "least_receipts": rule.LEAST_RECEIPTS,
    "slip": rule.SLIP,
    "least_corrections": rule.LEAST_CORRECTIONS,
    "still_days": rule.STILL_DAYS,
    "still_gaps": rule.STILL_GAPS,
    "least_sold": rule.LEAST_SOLD,
    "service_level": rule.SERVICE_LEVEL,
    "level_share": rule.LEVEL_SHARE,
    "level_units": rule.LEVEL_UNITS,
    "level_weeks": rule.LEVEL_WEEKS,
    "selling_off": [Kind.OVERSTOCK.value, Kind.SLOW_STOCK.value, Kind.DEAD_STOCK.value],
}
_FORGET_SNOOZES = """
    DELETE FROM recommendation_snooze
    WHERE company_id = %(company)s AND until < (%(now)s::timestamptz - interval '2 days')::date
"""
# How much a step finds cannot be foretold: it is taken for a row or two. To go through all that was found for each of those rows takes
# the square of the time where there are thousands.
_ROOM = """
    SELECT set_config('work_mem', '64MB', true), set_config('plan_cache_mode', 'force_custom_plan', true),
           set_config('enable_nestloop', 'off', true), set_config('enable_mergejoin', 'off', true)
"""


class PostgresRecommender:
    """`Recommender`. How much there is to look at decides how it is best looked at, hence plans of their own for each look."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def look(self, company_id: UUID, now: datetime) -> None:
        await self._database.fetch(Scope(company_id), _FORGET_SNOOZES, {"company": company_id, "now": now})
        for kinds, found in _LOOKS:
            async with self._database.transaction(Scope(company_id)) as connection:
                await _look(connection, company_id, now, kinds, found)


async def _look(connection: Connection, company_id: UUID, now: datetime, kinds: Sequence[Kind], found: str) -> None:
    names = {**_RULE, "company": company_id, "now": now, "kinds": [kind.value for kind in kinds]}
    await connection.execute(_ROOM.encode())
    await connection.execute(f"WITH {TODAY}, {found}, {_WRITE}".encode(), names)
