"""`RecommendationReader` on PostgreSQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from adapters.postgres.engine import Database, Row, Scope
from core.domain.access import Actor
from core.domain.figures import Signs, signs_for
from core.domain.ids import parse_id
from core.domain.recommendation import NEEDED_TO_SEE, READ, Decided, RecommendationKind, liking, weight
from core.domain.recommendation_words import recommendation_words
from core.ports.recommendations import COSTS, Action, Numbers, obstacle
from core.queries.paging import Page, decode_cursor, encode_cursor, page_of
from core.queries.recommendations import RecommendationFilter, RecommendationView, RecommendedProduct

# What a person, those of their role and everybody in the company made of each kind; the language they read, and how the company writes.
_DECIDED = """
    SELECT u.locale, c.locale, l.kind, l.accepted, l.dismissed, l.as_of, l.user_id = %(user)s, m.role IS NOT NULL AND m.role = me.role
    FROM app_user u
    JOIN company c ON c.id = %(company)s
    LEFT JOIN membership me ON me.company_id = %(company)s AND me.user_id = u.id
    LEFT JOIN recommendation_liking l ON l.company_id = %(company)s
    LEFT JOIN membership m ON m.company_id = l.company_id AND m.user_id = l.user_id
    WHERE u.id = %(user)s
"""
# Proposals of replenishment are recommendations of their own accord. An alternative to one stands as long as it.
_SEEN = """
    SELECT r.id, r.kind, r.product_id, r.site_id, r.worth::numeric
    FROM recommendation r
    WHERE r.company_id = %(company)s AND r.state = 'open' AND r.kind = ANY (%(kinds)s)
      AND (r.kind <> 'transfer' OR EXISTS (
          SELECT FROM replenishment_proposal p WHERE p.company_id = r.company_id AND p.product_id = r.product_id AND p.site_id = r.site_id
            AND p.state IN ('proposed', 'blocked')))
    UNION ALL
    SELECT p.id, k.kind, p.product_id, p.site_id, round(p.quantity * p.unit_price * p.exchange_rate, 4)
    FROM replenishment_proposal p
    CROSS JOIN LATERAL (SELECT CASE WHEN p.source_site_id IS NULL THEN 'restock' ELSE 'transfer' END AS kind) k
    WHERE p.company_id = %(company)s AND p.state = 'proposed' AND %(purchases)s AND k.kind = ANY (%(kinds)s)
"""
# What is shown of those that are.
_SHOWN = """
    SELECT r.numbers, r.action, r.since, r.updated_at, r.version FROM recommendation r WHERE r.company_id = %(company)s AND r.id = s.id
    UNION ALL
    SELECT jsonb_strip_nulls(jsonb_build_object('quantity', trim_scale(p.quantity)::text, 'on_hand', p.why ->> 'on_hand',
               'available', p.why ->> 'available', 'position', p.why ->> 'position', 'minimum', p.why ->> 'minimum',
               'target', p.why ->> 'target', 'needed', p.why ->> 'needed', 'stock_out_on', p.why ->> 'stock_out_on',
               'source', f.code, 'supplier', v.name, 'currency', v.currency, 'unit_price', trim_scale(p.unit_price)::text)),
           jsonb_strip_nulls(jsonb_build_object('type', 'accept_proposal', 'site', p.site_id, 'proposal', p.id, 'source', p.source_site_id,
               'quantity', trim_scale(p.quantity)::text)),
           p.proposed_at, p.updated_at, p.version
    FROM replenishment_proposal p
    LEFT JOIN supplier v ON v.company_id = p.company_id AND v.id = p.supplier_id
    LEFT JOIN site f ON f.company_id = p.company_id AND f.id = p.source_site_id
    WHERE p.company_id = %(company)s AND p.id = s.id
"""
_KEPT = f"""
    below AS MATERIALIZED (
        WITH RECURSIVE tree AS (
            SELECT c.id FROM category c WHERE c.company_id = %(company)s AND c.id = %(category)s
            UNION ALL
            SELECT c.id FROM tree t JOIN category c ON c.company_id = %(company)s AND c.parent_id = t.id
        ) SELECT id FROM tree
    ),
    kept AS MATERIALIZED (
        SELECT s.*, g.sku, g.name, g.category_id, h.code, z.until
        FROM ({_SEEN}) s
        JOIN product g ON g.company_id = %(company)s AND g.id = s.product_id
        LEFT JOIN site h ON h.company_id = %(company)s AND h.id = s.site_id
        LEFT JOIN recommendation_snooze z ON z.company_id = %(company)s AND z.user_id = %(user)s AND z.recommendation_id = s.id
             AND z.until > (%(now)s::timestamptz AT TIME ZONE (SELECT c.time_zone FROM company c WHERE c.id = %(company)s))::date
        WHERE (%(reach)s::uuid[] IS NULL OR s.site_id IS NULL OR s.site_id = ANY (%(reach)s::uuid[]))
          AND (z.until IS NOT NULL) = %(snoozed)s
          AND (%(product)s::text IS NULL OR g.id = %(product_id)s OR g.sku_key = lower(%(product)s))
          AND (%(site)s::text IS NULL OR h.id = %(site_id)s OR h.code = upper(%(site)s))
          AND (%(category)s::uuid IS NULL OR g.category_id IN (SELECT id FROM below))
    )
"""
# What is at stake counts by the middle of what is, so that it means the same in every currency; for those who may not see costs it does
# not count, because an order tells figures too. What one works with counts by its share of all that one works with.
_LIST = f"""
    WITH {_KEPT},
    middle AS MATERIALIZED (SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY k.worth) AS worth FROM kept k WHERE k.worth > 0),
    interested AS MATERIALIZED (
        SELECT i.site_id, i.category_id, (i.weight / sum(i.weight) OVER (PARTITION BY i.site_id IS NULL))::numeric AS share
        FROM interest i
        WHERE i.company_id = %(company)s AND i.user_id = %(user)s AND (i.site_id IS NOT NULL OR i.category_id IS NOT NULL)
    ),
    scored AS (
        SELECT k.*, round(w.weight
               * (1 + CASE WHEN %(costs)s AND k.worth > 0 THEN k.worth / (k.worth + (SELECT m.worth FROM middle m)) ELSE 0 END)
               * (1 + coalesce(a.share, 0) + coalesce(b.share, 0)), 9) AS score
        FROM kept k JOIN unnest(%(kinds)s::text[], %(weights)s::numeric[]) AS w(kind, weight) ON w.kind = k.kind
        LEFT JOIN interested a ON a.site_id = k.site_id
        LEFT JOIN interested b ON b.category_id = k.category_id
    ),
    page AS MATERIALIZED (
        SELECT s.* FROM scored s
        WHERE %(after_score)s::numeric IS NULL OR (s.score, s.id) < (%(after_score)s::numeric, %(after_id)s::uuid)
        ORDER BY s.score DESC, s.id DESC LIMIT %(limit)s
    )
    SELECT s.id, s.kind, s.product_id, s.sku, s.name, s.code, d.numbers::text, d.action::text, trim_scale(s.worth), c.currency, d.since,
           d.updated_at, s.until, d.version, s.score
    FROM page s CROSS JOIN LATERAL ({_SHOWN}) d JOIN company c ON c.id = %(company)s
    ORDER BY s.score DESC, s.id DESC
"""
_TOTAL = f"WITH {_KEPT} SELECT count(*) FROM kept"


@dataclass(frozen=True, slots=True)
class _Reader:
    """Who reads: in which language, with the signs of which place, and what each kind counts for them."""

    locale: str
    signs: Signs
    weights: dict[RecommendationKind, Decimal]


class PostgresRecommendationReader:
    """`RecommendationReader` over the pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def recommendations(
        self, actor: Actor, wanted: RecommendationFilter, now: datetime, limit: int, cursor: str | None, *, total: bool
    ) -> Page[RecommendationView]:
        after, scope = decode_cursor(cursor, tuple[Decimal, str]), Scope(actor.company)
        who = {"company": actor.company, "user": actor.user_id}
        reader = _reader(await self._database.fetch(scope, _DECIDED, who), now)
        kinds = [kind for kind in wanted.kinds or RecommendationKind if actor.may(NEEDED_TO_SEE.get(kind, READ))]
        names = {
            **who,
            **_narrowed(wanted),
            "kinds": [kind.value for kind in kinds],
            "weights": [reader.weights[kind] for kind in kinds],
            "purchases": actor.may("purchase:read"),
            "costs": actor.may("cost:read"),
            "reach": None if actor.read_sites is None else list(actor.read_sites),
            "now": now,
            "after_score": after[0] if after else None,
            "after_id": parse_id(after[1]) if after else None,
            "limit": limit + 1,
        }
        rows = await self._database.fetch(scope, _LIST, names)
        count = (await self._database.fetch(scope, _TOTAL, names))[0][0] if total else None
        page = page_of(rows, limit, lambda last: encode_cursor(last[14], last[0]), count)
        return Page([_view(actor, reader, row) for row in page.items], page.next_cursor, page.total)


def _narrowed(wanted: RecommendationFilter) -> dict[str, Any]:
    return {
        "product": wanted.product,
        "product_id": parse_id(wanted.product or ""),
        "site": wanted.site,
        "site_id": parse_id(wanted.site or ""),
        "category": wanted.category,
        "snoozed": wanted.snoozed,
    }


def _reader(rows: Sequence[Row], now: datetime) -> _Reader:
    """From all that people of the company decided, as it counts now."""
    groups: dict[RecommendationKind, list[Decided]] = {kind: [Decided()] * 3 for kind in RecommendationKind}
    for _, _, kind, accepted, dismissed, as_of, is_own, is_of_role in rows:
        if kind is None:
            continue
        decided = Decided(accepted, dismissed).faded(now - as_of)
        parts = groups[RecommendationKind(kind)]
        for place, counts in enumerate((is_own, is_of_role, True)):
            parts[place] = parts[place] + decided if counts else parts[place]
    locale, of_company = rows[0][:2]
    return _Reader(
        locale, signs_for(locale, of_company), {kind: weight(kind, liking(*parts)) for kind, parts in groups.items()}
    )


def _view(actor: Actor, reader: _Reader, row: Row) -> RecommendationView:
    identity, kind, product, sku, name, site, numbers, action, worth, currency, since, updated, until, version, _ = row
    costs, kind = actor.may("cost:read"), RecommendationKind(kind)
    figures, deed = msgspec.json.decode(numbers, type=Numbers), msgspec.json.decode(action, type=Action)
    shown = figures if costs else msgspec.structs.replace(figures, **dict.fromkeys(COSTS))
    words = recommendation_words(reader.locale)
    known = {"sku": sku, "name": name, "site": site, **msgspec.structs.asdict(shown)}
    facts = words.written(known, reader.signs, currency)
    missing = obstacle(actor, deed)
    return RecommendationView(
        id=identity,
        kind=kind,
        product=RecommendedProduct(product, sku, name),
        site=site,
        title=words.title(kind),
        why=words.why(kind, facts),
        deed=words.deed(deed.type, facts),
        numbers=shown,
        action=deed,
        may_accept=missing is None,
        obstacle=missing,
        worth=worth if costs else None,
        currency=currency,
        since=since,
        updated_at=updated,
        snoozed_until=until,
        version=version,
    )
