"""`StockCountReader` on PostgreSQL."""

from collections.abc import Mapping
from uuid import UUID

import msgspec

from adapters.postgres.engine import Database, Row, Scope
from core.domain.access import Actor
from core.domain.errors import Forbidden, NotFound
from core.domain.ids import parse_id
from core.domain.stock_count import CountState
from core.domain.stock_count_access import APPROVE
from core.domain.stock_count_scope import ScopeKind
from core.ports.order_requests import PersonName
from core.ports.stock_counts import CountLineView, StockCountView
from core.ports.transfers import SiteName
from core.queries.paging import Page, decode_cursor, encode_cursor, page_of
from core.queries.stock_counts import CountFilter, CountSummary, LineFilter

_VISIBLE = "(%(reach)s::uuid[] IS NULL OR c.site_id = ANY (%(reach)s::uuid[]))"
# Whether the books, and what differs from them, are shown: of a blind count only to those who decide about it.
SHOWS = "(NOT c.blind OR %(decides)s)"
LARGE = """
    (l.state IN ('counted', 'zero') AND (coalesce(abs(l.variance) > c.tolerance_quantity, false)
        OR coalesce(abs(l.variance) * 100 > c.tolerance_percent * abs(l.expected), false)
        OR coalesce(abs(l.value) > c.tolerance_value, false)))
"""


def _person(alias: str) -> str:
    return f"CASE WHEN {alias}.id IS NOT NULL THEN json_build_object('id', {alias}.id, 'name', {alias}.name) END"


_PROGRESS = f"""
    SELECT json_build_object('lines', count(*), 'open', count(*) FILTER (WHERE l.state = 'open'),
        'counted', count(*) FILTER (WHERE l.state = 'counted'), 'zero', count(*) FILTER (WHERE l.state = 'zero'),
        'kept', count(*) FILTER (WHERE l.state = 'kept'),
        'differing', CASE WHEN {SHOWS} THEN count(*) FILTER (WHERE l.variance <> 0) END,
        'large', CASE WHEN {SHOWS} THEN count(*) FILTER (WHERE {LARGE}) END,
        'surplus', CASE WHEN {SHOWS} AND %(costs)s THEN trim_scale(coalesce(sum(l.value) FILTER (WHERE l.value > 0), 0))::text END,
        'shortage', CASE WHEN {SHOWS} AND %(costs)s THEN trim_scale(coalesce(-sum(l.value) FILTER (WHERE l.value < 0), 0))::text END) AS shown
    FROM stock_count_line l WHERE l.company_id = c.company_id AND l.count_id = c.id
"""
_POSTINGS = """
    SELECT json_agg(p.posting_id ORDER BY p.posting_id) FROM stock_count_posting p
    WHERE p.company_id = c.company_id AND p.count_id = c.id
"""
COUNT = f"""
    SELECT json_build_object('id', c.id, 'number', c.number, 'state', c.state,
        'site', json_build_object('id', s.id, 'code', s.code, 'name', s.name), 'scope', c.scope, 'blind', c.blind,
        'tolerance', json_build_object('quantity', trim_scale(c.tolerance_quantity)::text,
            'percent', trim_scale(c.tolerance_percent)::text, 'value', trim_scale(c.tolerance_value)::text),
        'note', c.note, 'round', c.round, 'created_by', {_person("m")}, 'created_at', c.created_at, 'started_at', c.started_at,
        'submitted_by', {_person("h")}, 'submitted_at', c.submitted_at, 'decided_by', {_person("d")}, 'decided_at', c.decided_at,
        'reason', c.reason, 'currency', o.currency, 'updated_at', c.updated_at, 'version', c.version, 'progress', g.shown,
        'postings', coalesce(({_POSTINGS}), '[]'::json))::text
    FROM stock_count c
    JOIN site s ON s.company_id = c.company_id AND s.id = c.site_id
    JOIN company o ON o.id = c.company_id
    JOIN app_user m ON m.id = c.created_by
    LEFT JOIN app_user h ON h.id = c.submitted_by
    LEFT JOIN app_user d ON d.id = c.decided_by
    CROSS JOIN LATERAL ({_PROGRESS}) g
    WHERE c.company_id = %(company)s AND c.id = %(id)s AND {_VISIBLE}
"""
_LIST = f"""
    WITH found AS NOT MATERIALIZED (
        SELECT c.id, c.number, c.state, s.id AS site, s.code AS site_code, s.name AS site_name, c.scope ->> 'kind' AS scope, c.blind,
               c.note, c.round, u.id AS person, u.name AS person_name, c.created_at, c.updated_at, c.version
        FROM stock_count c
        JOIN site s ON s.company_id = c.company_id AND s.id = c.site_id
        JOIN app_user u ON u.id = c.created_by
        WHERE c.company_id = %(company)s AND {_VISIBLE}
          AND (%(states)s::text[] = '{{}}' OR c.state = ANY (%(states)s::text[]))
          AND (%(site)s::text IS NULL OR s.id = %(site_id)s OR s.code = upper(%(site)s))
    )
    SELECT page.*, CASE WHEN %(total)s THEN (SELECT count(*) FROM found) END
    FROM (SELECT) one LEFT JOIN (
        SELECT * FROM found WHERE %(before)s::bigint IS NULL OR number < %(before)s ORDER BY number DESC LIMIT %(limit)s) page ON true
    ORDER BY page.number DESC
"""
_ENTRIES = f"""
    SELECT coalesce(json_agg(json_build_object('round', e.round, 'mode', e.mode, 'quantity', trim_scale(e.quantity)::text,
        'counted', trim_scale(e.counted)::text, 'expected', CASE WHEN {SHOWS} THEN trim_scale(e.expected)::text END,
        'counted_at', e.counted_at, 'recorded_at', e.recorded_at, 'counted_by', {_person("w")}) ORDER BY e.number), '[]'::json)
    FROM stock_count_entry e JOIN app_user w ON w.id = e.counted_by
    WHERE e.company_id = l.company_id AND e.line_id = l.id
"""
_LINE = f"""
    json_build_object('id', l.id, 'product', l.product_id, 'sku', p.sku, 'name', p.name, 'location', x.address,
        'lot', nullif(l.lot, ''), 'planned', l.is_planned, 'state', l.state, 'round', l.round,
        'counted', trim_scale(l.counted)::text, 'counted_at', l.counted_at, 'counted_by', {_person("u")},
        'expected', CASE WHEN {SHOWS} THEN trim_scale(l.expected)::text END,
        'variance', CASE WHEN {SHOWS} THEN trim_scale(l.variance)::text END,
        'value', CASE WHEN {SHOWS} AND %(costs)s THEN trim_scale(l.value)::text END,
        'large', CASE WHEN {SHOWS} AND l.counted IS NOT NULL THEN {LARGE} END,
        'entries', CASE WHEN %(entries)s THEN ({_ENTRIES}) END)
"""
_LINE_NAMES = """
    JOIN product p ON p.company_id = l.company_id AND p.id = l.product_id
    JOIN location x ON x.company_id = l.company_id AND x.id = l.location_id
    LEFT JOIN app_user u ON u.id = l.counted_by
"""
SOME_LINES = f"""
    SELECT coalesce(json_agg({_LINE} ORDER BY l.place), '[]'::json)::text
    FROM stock_count_line l
    JOIN stock_count c ON c.company_id = l.company_id AND c.id = l.count_id
    {_LINE_NAMES}
    WHERE l.company_id = %(company)s AND l.id = ANY (%(lines)s::uuid[])
"""
_COUNT_HEAD = f"SELECT c.blind FROM stock_count c WHERE c.company_id = %(company)s AND c.id = %(id)s AND {_VISIBLE}"
_LINES = f"""
    SELECT l.place, {_LINE}::text
    FROM stock_count c
    JOIN stock_count_line l ON l.company_id = c.company_id AND l.count_id = c.id
    {_LINE_NAMES}
    WHERE c.company_id = %(company)s AND c.id = %(id)s AND {_VISIBLE}
      AND (%(after)s::bigint IS NULL OR l.place > %(after)s)
      AND (%(states)s::text[] = '{{}}' OR l.state = ANY (%(states)s::text[]))
      AND (%(product)s::text IS NULL OR p.id = %(product_id)s OR p.sku_key = lower(%(product)s))
      AND (NOT %(differing)s OR ({SHOWS} AND l.variance <> 0))
      AND (NOT %(large)s OR ({SHOWS} AND {LARGE}))
    ORDER BY l.place LIMIT %(limit)s
"""


def seen_by(actor: Actor, count_id: UUID) -> Mapping[str, object]:
    """What statements about one count need to know of who asks."""
    return {
        "company": actor.company,
        "id": count_id,
        "reach": None if actor.read_sites is None else list(actor.read_sites),
        "decides": actor.may(APPROVE),
        "costs": actor.may("cost:read"),
        "entries": False,
    }


def count_view(rows: list[Row]) -> StockCountView | None:
    """The answer of `COUNT`."""
    return msgspec.json.decode(rows[0][0], type=StockCountView) if rows else None


def _summary(row: Row) -> CountSummary:
    site, person = SiteName(*row[3:6]), PersonName(*row[10:12])
    blind, note, count_round = row[7:10]
    return CountSummary(
        row[0], row[1], CountState(row[2]), site, ScopeKind(row[6]), blind, note, count_round, person, *row[12:15]
    )


class PostgresStockCountReader:
    """`StockCountReader` over the pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def count(self, actor: Actor, count_id: UUID) -> StockCountView | None:
        return count_view(await self._database.fetch(Scope(actor.company), COUNT, seen_by(actor, count_id)))

    async def counts(
        self, actor: Actor, wanted: CountFilter, limit: int, cursor: str | None, *, total: bool
    ) -> Page[CountSummary]:
        before = decode_cursor(cursor, tuple[int])
        rows = await self._database.fetch(
            Scope(actor.company),
            _LIST,
            {
                "company": actor.company,
                "reach": None if actor.read_sites is None else list(actor.read_sites),
                "states": [state.value for state in wanted.states],
                "site": wanted.site,
                "site_id": parse_id(wanted.site or ""),
                "before": before[0] if before else None,
                "limit": limit + 1,
                "total": total,
            },
        )
        found = [_summary(row) for row in rows if row[0] is not None]
        return page_of(found, limit, lambda last: encode_cursor(last.number), rows[0][-1])

    async def lines(
        self, actor: Actor, count_id: UUID, wanted: LineFilter, limit: int, cursor: str | None
    ) -> Page[CountLineView]:
        after = decode_cursor(cursor, tuple[int])
        await self._require_shown(actor, count_id, wanted)
        rows = await self._database.fetch(
            Scope(actor.company),
            _LINES,
            {
                **seen_by(actor, count_id),
                "states": [state.value for state in wanted.states],
                "product": wanted.product,
                "product_id": parse_id(wanted.product or ""),
                "differing": wanted.differing,
                "large": wanted.large,
                "entries": wanted.entries,
                "after": after[0] if after else None,
                "limit": limit + 1,
            },
        )
        shown = [msgspec.json.decode(row[1], type=CountLineView) for row in rows[:limit]]
        return Page(shown, encode_cursor(rows[limit - 1][0]) if len(rows) > limit else None)

    async def _require_shown(self, actor: Actor, count_id: UUID, wanted: LineFilter) -> None:
        rows = await self._database.fetch(Scope(actor.company), _COUNT_HEAD, seen_by(actor, count_id))
        if not rows:
            raise NotFound("count_not_found", "no stock count has this id")
        is_blind = rows[0][0] and not actor.may(APPROVE)
        if is_blind and (wanted.differing or wanted.large):
            raise Forbidden("blind_count", "this count is blind: who counts does not see what differs")
