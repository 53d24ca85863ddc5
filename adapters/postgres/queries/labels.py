"""`LabelGoods` on PostgreSQL."""

from collections.abc import Sequence

import msgspec

from adapters.postgres.engine import Database, Scope
from core.domain.access import Actor
from core.domain.ids import parse_id
from core.ports.labels import LabelGood, LabelPlace

_GOODS = """
    WITH site AS (
        SELECT s.id, s.name FROM site s WHERE s.company_id = %(company)s AND (s.id = %(site_id)s OR s.code = upper(%(site)s))
           AND (%(reach)s::uuid[] IS NULL OR s.id = ANY (%(reach)s::uuid[]))
    )
    SELECT c.currency, c.locale, (SELECT name FROM site), coalesce((
        SELECT json_agg(json_build_object('reference', r.reference, 'id', p.id, 'sku', p.sku, 'name', p.name,
            'price', trim_scale(p.price)::text, 'unit', p.unit,
            'codes', (SELECT coalesce(json_agg(json_build_object('code', b.written, 'kind', b.kind,
                    'pack_quantity', trim_scale(b.pack_quantity)::text) ORDER BY b.kind = 'custom', b.written), '[]'::json)
                FROM barcode b WHERE b.company_id = p.company_id AND b.product_id = p.id),
            'on_hand', (SELECT trim_scale(coalesce(sum(s.on_hand), 0))::text FROM site_stock s
                WHERE s.company_id = p.company_id AND s.product_id = p.id AND (%(site)s::text IS NULL OR s.site_id = (SELECT id FROM site))
                  AND (%(reach)s::uuid[] IS NULL OR s.site_id = ANY (%(reach)s::uuid[])))))
        FROM unnest(%(references)s::text[], %(ids)s::uuid[]) AS r(reference, id)
        JOIN product p ON p.company_id = %(company)s AND CASE WHEN r.id IS NULL THEN p.sku_key = lower(r.reference) ELSE p.id = r.id END
    ), '[]'::json)::text
    FROM company c WHERE c.id = %(company)s
"""
_decoder = msgspec.json.Decoder(list[LabelGood])


class PostgresLabelGoods:
    """`LabelGoods`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def goods(
        self, actor: Actor, references: Sequence[str], site: str | None
    ) -> tuple[LabelPlace, list[LabelGood]]:
        names = {
            "company": actor.company,
            "references": list(references),
            "ids": [parse_id(one) for one in references],
            "site": site,
            "site_id": parse_id(site) if site else None,
            "reach": None if actor.read_sites is None else list(actor.read_sites),
        }
        currency, locale, site_name, goods = (await self._database.read(Scope(actor.company), _GOODS, names))[0]
        return LabelPlace(currency, locale, site_name), _decoder.decode(goods)
