"""`TransferReader` on PostgreSQL."""

from uuid import UUID

import msgspec

from adapters.postgres.engine import Database, Row, Scope
from core.domain.access import Actor
from core.domain.ids import parse_id
from core.domain.transfer import TransferState
from core.ports.transfers import SiteName, TransferView
from core.queries.paging import Page, decode_cursor, encode_cursor, page_of
from core.queries.transfers import TransferFilter, TransferSummary

_ENDS = """
    JOIN site s ON s.company_id = t.company_id AND s.id = t.source_site_id
    JOIN site d ON d.company_id = t.company_id AND d.id = t.destination_site_id
"""
_LINES = """
    SELECT json_agg(json_build_object('line', l.line, 'product', l.product_id, 'sku', p.sku, 'name', p.name, 'lot', o.number,
               'requested', trim_scale(l.requested)::text, 'shipped', trim_scale(l.shipped)::text,
               'received', trim_scale(l.received)::text, 'resolved', trim_scale(l.resolved)::text,
               'in_transit', trim_scale(l.in_transit)::text,
               'shipped_cost', CASE WHEN %(costs)s THEN trim_scale(l.shipped_cost)::text END) ORDER BY l.line)
    FROM transfer_line l JOIN product p ON p.company_id = l.company_id AND p.id = l.product_id
    LEFT JOIN lot o ON o.company_id = l.company_id AND o.product_id = l.product_id AND o.id = l.lot_id
    WHERE l.company_id = t.company_id AND l.transfer_id = t.id
"""
_POSTINGS = """
    SELECT json_agg(p.id ORDER BY p.recorded_at, p.id) FROM posting p WHERE p.company_id = t.company_id AND p.transfer_id = t.id
"""
TRANSFER = f"""
    SELECT json_build_object('id', t.id, 'number', t.number, 'state', t.state,
        'source', json_build_object('id', s.id, 'code', s.code, 'name', s.name),
        'destination', json_build_object('id', d.id, 'code', d.code, 'name', d.name),
        'note', t.note, 'created_by', t.created_by, 'created_at', t.created_at, 'updated_at', t.updated_at, 'version', t.version,
        'lines', ({_LINES}), 'postings', coalesce(({_POSTINGS}), '[]'::json))::text
    FROM transfer t {_ENDS}
    WHERE t.company_id = %(company)s AND t.id = %(id)s
      AND (%(reach)s::uuid[] IS NULL OR t.source_site_id = ANY (%(reach)s::uuid[]) OR t.destination_site_id = ANY (%(reach)s::uuid[]))
"""
_LIST = f"""
    WITH found AS NOT MATERIALIZED (
        SELECT t.id, t.number, t.state, s.id AS source, s.code AS source_code, s.name AS source_name, d.id AS destination,
               d.code, d.name, t.note, t.created_by, t.created_at, t.updated_at, t.version
        FROM transfer t {_ENDS}
        WHERE t.company_id = %(company)s AND (%(states)s::text[] = '{{}}' OR t.state = ANY (%(states)s::text[]))
          AND (%(reach)s::uuid[] IS NULL OR s.id = ANY (%(reach)s::uuid[]) OR d.id = ANY (%(reach)s::uuid[]))
          AND (%(site)s::text IS NULL OR %(site)s IN (s.id::text, s.code, d.id::text, d.code))
          AND (%(source)s::text IS NULL OR %(source)s IN (s.id::text, s.code))
          AND (%(destination)s::text IS NULL OR %(destination)s IN (d.id::text, d.code))
          AND (%(product)s::text IS NULL OR EXISTS (
              SELECT FROM transfer_line l JOIN product p ON p.company_id = l.company_id AND p.id = l.product_id
              WHERE l.company_id = t.company_id AND l.transfer_id = t.id AND (p.id = %(product_id)s OR p.sku_key = lower(%(product)s))))
    )
    SELECT page.*, (SELECT count(*) FROM transfer_line l WHERE l.company_id = %(company)s AND l.transfer_id = page.id),
           CASE WHEN %(total)s THEN (SELECT count(*) FROM found) END
    FROM (SELECT) one LEFT JOIN (
        SELECT * FROM found WHERE %(before)s::bigint IS NULL OR number < %(before)s ORDER BY number DESC LIMIT %(limit)s) page ON true
    ORDER BY page.number DESC
"""


def transfer_view(rows: list[Row]) -> TransferView | None:
    """The answer of `TRANSFER`."""
    return msgspec.json.decode(rows[0][0], type=TransferView) if rows else None


def _summary(row: Row) -> TransferSummary:
    source, destination = SiteName(*row[3:6]), SiteName(*row[6:9])
    return TransferSummary(row[0], row[1], TransferState(row[2]), source, destination, *row[9:15])


def _place(reference: str | None) -> str | None:
    """A site's reference as the list compares it: an id in lower case or a code in upper case."""
    if reference is None:
        return None
    found = parse_id(reference)
    return str(found) if found else reference.upper()


class PostgresTransferReader:
    """`TransferReader` over the pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def transfer(self, actor: Actor, transfer_id: UUID) -> TransferView | None:
        costs = actor.may("cost:read")
        parameters = {"company": actor.company, "id": transfer_id, "reach": _reach(actor), "costs": costs}
        return transfer_view(await self._database.fetch(Scope(actor.company), TRANSFER, parameters))

    async def transfers(
        self, actor: Actor, wanted: TransferFilter, limit: int, cursor: str | None, *, total: bool
    ) -> Page[TransferSummary]:
        before = decode_cursor(cursor, tuple[int])
        rows = await self._database.fetch(
            Scope(actor.company),
            _LIST,
            {
                "company": actor.company,
                "reach": _reach(actor),
                "states": [state.value for state in wanted.states],
                "site": _place(wanted.site),
                "source": _place(wanted.source),
                "destination": _place(wanted.destination),
                "product": wanted.product,
                "product_id": parse_id(wanted.product or ""),
                "before": before[0] if before else None,
                "limit": limit + 1,
                "total": total,
            },
        )
        found = [_summary(row) for row in rows if row[0] is not None]
        return page_of(found, limit, lambda last: encode_cursor(last.number), rows[0][-1])


def _reach(actor: Actor) -> list[UUID] | None:
    return None if actor.read_sites is None else list(actor.read_sites)
