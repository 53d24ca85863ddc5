"""`ChannelReader` on PostgreSQL."""

from uuid import UUID

import msgspec

from adapters.postgres.channel_statements import AIMED_AT, STOCKED
from adapters.postgres.engine import Database, Scope
from core.domain.access import Actor
from core.queries.channels import ChannelItemView, ChannelLinkView, ChannelView, ItemState, LinkState
from core.queries.paging import Page, decode_cursor, encode_cursor, page_of

# What is confirmed is due again five hours later.
_CHANNELS = """
    SELECT coalesce(json_agg(json_build_object('plugin', c.plugin_id, 'name', c.name, 'currency', c.currency, 'state', n.state,
        'stage', c.stage, 'problem', n.problem, 'trouble', c.last_error, 'price_problem', c.price_problem,
        'imported', json_build_object('seen', c.import_seen, 'finished_at', c.imported_at, 'next_at', c.import_at, 'problem', c.import_problem),
        'items', (SELECT json_build_object(
                'linked', count(*) FILTER (WHERE i.state = 'linked' AND NOT i.gone), 'unmatched', count(*) FILTER (WHERE i.state = 'unmatched' AND NOT i.gone),
                'ambiguous', count(*) FILTER (WHERE i.state = 'ambiguous' AND NOT i.gone),
                'ignored', count(*) FILTER (WHERE i.state = 'ignored' AND NOT i.gone), 'gone', count(*) FILTER (WHERE i.gone))
            FROM channel_item i WHERE i.company_id = c.company_id AND i.plugin_id = c.plugin_id),
        'levels', (SELECT json_build_object('total', count(*), 'to_push', count(*) FILTER (WHERE l.want_version > l.pushed_version),
                'refused', count(*) FILTER (WHERE l.state = 'clean' AND l.last_error IS NOT NULL),
                'attention', count(*) FILTER (WHERE l.attention IS NOT NULL), 'read', c.levels_read, 'drifted', c.drifts, 'drifted_at', c.drifted_at,
                'oldest_read_at', min(l.read_at) FILTER (WHERE l.read_at > statement_timestamp()) - interval '5 hours')
            FROM channel_link l WHERE l.company_id = c.company_id AND l.plugin_id = c.plugin_id)) ORDER BY c.plugin_id), '[]'::json)::text
    FROM channel c JOIN plugin_installation n ON n.company_id = c.company_id AND n.plugin_id = c.plugin_id
    WHERE c.company_id = %(company)s
"""


def _named(product: str) -> str:
    return f"CASE WHEN {product}.id IS NOT NULL THEN json_build_object('id', {product}.id, 'sku', {product}.sku, 'name', {product}.name) END"


_ITEMS = f"""
    SELECT json_build_object('id', i.id, 'external_id', i.external_id, 'sku', i.sku, 'barcode', i.barcode, 'title', i.title,
               'price', trim_scale(i.price)::text, 'counted', i.counted, 'state', CASE WHEN i.gone THEN 'gone' ELSE i.state END,
               'matched_by', i.matched_by, 'product', {_named("p")},
               'by_sku', CASE WHEN i.state <> 'linked' THEN {_named("s")} END, 'by_barcode', CASE WHEN i.state <> 'linked' THEN {_named("t")} END,
               'price_error', i.price_error, 'found_at', i.found_at, 'seen_at', i.seen_at)::text, i.sku_key, i.id
    FROM channel_item i
    LEFT JOIN product p ON p.company_id = i.company_id AND p.id = i.product_id
    LEFT JOIN product s ON s.company_id = i.company_id AND s.sku_key = i.sku_key
    LEFT JOIN barcode b ON b.company_id = i.company_id AND b.code = i.barcode_key AND i.barcode_key <> ''
    LEFT JOIN product t ON t.company_id = b.company_id AND t.id = b.product_id
    WHERE i.company_id = %(company)s AND i.plugin_id = %(plugin)s
      AND CASE %(state)s::text WHEN 'gone' THEN i.gone ELSE NOT i.gone AND (%(state)s::text IS NULL OR i.state = %(state)s::text) END
      AND (%(text)s::text IS NULL OR strpos(i.sku_key, %(text)s) > 0 OR strpos(i.title_key, %(text)s) > 0 OR strpos(lower(i.barcode), %(text)s) > 0)
      AND (%(after)s::text IS NULL OR (i.sku_key, i.id) > (%(after)s::text, %(after_id)s::uuid))
    ORDER BY i.sku_key, i.id LIMIT %(limit)s
"""
_LINKS = f"""
    SELECT json_build_object('id', l.id, 'item', l.external_item, 'title', coalesce(i.title, ''), 'location', l.external_location,
               'site', l.site_id, 'product', {_named("p")},
               'state', CASE WHEN l.state = 'clean' AND l.last_error IS NOT NULL THEN 'refused' ELSE l.state END,
               'shown', trim_scale(l.last_seen)::text, 'wanted', trim_scale({AIMED_AT})::text, 'reason', l.attention, 'error', l.last_error,
               'tried_at', CASE WHEN l.tried_at > '-infinity' THEN l.tried_at END)::text, l.id
    FROM channel_link l {STOCKED}
    LEFT JOIN channel_item i ON i.company_id = l.company_id AND i.plugin_id = l.plugin_id AND i.external_id = l.external_item
    WHERE l.company_id = %(company)s AND l.plugin_id = %(plugin)s AND (%(reach)s::uuid[] IS NULL OR l.site_id = ANY (%(reach)s::uuid[]))
      AND CASE WHEN %(state)s::text IS NULL THEN true
               WHEN %(state)s = 'refused' THEN l.state = 'clean' AND l.last_error IS NOT NULL
               WHEN %(state)s = 'clean' THEN l.state = 'clean' AND l.last_error IS NULL ELSE l.state = %(state)s END
      AND (%(after_id)s::uuid IS NULL OR l.id > %(after_id)s::uuid)
    ORDER BY l.id LIMIT %(limit)s
"""


class PostgresChannelReader:
    """`ChannelReader` over the pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def channels(self, actor: Actor) -> list[ChannelView]:
        actor.require("plugin:read")
        rows = await self._database.fetch(Scope(actor.company), _CHANNELS, {"company": actor.company})
        return msgspec.json.decode(rows[0][0], type=list[ChannelView])

    async def items(
        self, actor: Actor, plugin_id: str, state: ItemState | None, text: str | None, limit: int, cursor: str | None
    ) -> Page[ChannelItemView]:
        actor.require("plugin:read")
        after = decode_cursor(cursor, tuple[str, UUID])
        named = {
            "company": actor.company,
            "plugin": plugin_id,
            "state": state,
            "text": text.strip().lower() if text else None,
            "after": after[0] if after else None,
            "after_id": after[1] if after else None,
            "limit": limit + 1,
        }
        rows = await self._database.fetch(Scope(actor.company), _ITEMS, named)
        page = page_of(rows, limit, lambda row: encode_cursor(row[1], row[2]))
        return Page([msgspec.json.decode(row[0], type=ChannelItemView) for row in page.items], page.next_cursor)

    async def links(
        self, actor: Actor, plugin_id: str, state: LinkState | None, limit: int, cursor: str | None
    ) -> Page[ChannelLinkView]:
        actor.require("plugin:read")
        after = decode_cursor(cursor, tuple[UUID])
        named = {
            "company": actor.company,
            "plugin": plugin_id,
            "state": state,
            "reach": None if actor.read_sites is None else list(actor.read_sites),
            "after_id": after[0] if after else None,
            "limit": limit + 1,
        }
        rows = await self._database.fetch(Scope(actor.company), _LINKS, named)
        page = page_of(rows, limit, lambda row: encode_cursor(row[1]))
        return Page([msgspec.json.decode(row[0], type=ChannelLinkView) for row in page.items], page.next_cursor)
