"""Statements about storefronts that several adapters share."""

HELD = """
    held AS MATERIALIZED (
        SELECT c.company_id, c.plugin_id, c.on_drift FROM channel c
        WHERE c.company_id = %(company)s AND c.plugin_id = %(plugin)s AND c.lease_token = %(token)s FOR NO KEY UPDATE
    )
"""
"""The storefront, if the lease is still ours."""

AIMED_AT = """
    greatest(CASE
        WHEN NOT p.active THEN 0
        WHEN p.kind = 'unit' THEN coalesce(s.allocatable - s.promised, 0)
        ELSE coalesce((SELECT min(floor(coalesce(c.allocatable - c.promised, 0) / k.quantity)) FROM kit_component k
             LEFT JOIN site_stock c ON c.company_id = k.company_id AND c.product_id = k.component_id AND c.site_id = l.site_id
             WHERE k.company_id = %(company)s AND k.kit_id = l.product_id), 0) END - h.safety_buffer, 0)
"""
"""What the link `l` of the channel `h`, of the product `p` with the stock `s`, is to show at this moment."""

STOCKED = """
    JOIN channel h ON h.company_id = l.company_id AND h.plugin_id = l.plugin_id
    JOIN product p ON p.company_id = l.company_id AND p.id = l.product_id
    LEFT JOIN site_stock s ON s.company_id = l.company_id AND s.product_id = l.product_id AND s.site_id = l.site_id
"""

MATCHED = """
    WITH found AS MATERIALIZED (
        SELECT i.external_id, i.product_id AS before, c.push_prices,
               CASE WHEN d.external_id IS NOT NULL THEN d.product_id
                    WHEN s.id <> b.product_id THEN NULL ELSE coalesce(s.id, b.product_id) END AS product,
               CASE WHEN d.external_id IS NOT NULL AND d.product_id IS NULL THEN 'ignored'
                    WHEN d.external_id IS NOT NULL THEN 'linked'
                    WHEN s.id <> b.product_id THEN 'ambiguous'
                    WHEN s.id IS NULL AND b.product_id IS NULL THEN 'unmatched' ELSE 'linked' END AS state,
               CASE WHEN d.external_id IS NOT NULL THEN 'person'
                    WHEN s.id <> b.product_id THEN NULL
                    WHEN s.id IS NOT NULL THEN 'sku' WHEN b.product_id IS NOT NULL THEN 'barcode' END AS matched_by
        FROM channel_item i JOIN channel c ON c.company_id = i.company_id AND c.plugin_id = i.plugin_id
        LEFT JOIN channel_decision d ON d.company_id = i.company_id AND d.plugin_id = i.plugin_id AND d.external_id = i.external_id
        LEFT JOIN product s ON s.company_id = i.company_id AND s.sku_key = i.sku_key
        LEFT JOIN barcode b ON b.company_id = i.company_id AND b.code = i.barcode_key AND i.barcode_key <> '' AND b.pack_quantity = 1
        WHERE i.company_id = %(company)s AND i.plugin_id = %(plugin)s AND i.external_id = ANY (%(items)s::text[])
        ORDER BY i.external_id FOR NO KEY UPDATE OF i
    ),
    changed AS (
        UPDATE channel_item i SET state = f.state, product_id = f.product, matched_by = f.matched_by,
               price_wanted = i.price_wanted + CASE WHEN f.push_prices AND f.product IS DISTINCT FROM f.before AND f.product IS NOT NULL THEN 1 ELSE 0 END
        FROM found f WHERE i.company_id = %(company)s AND i.plugin_id = %(plugin)s AND i.external_id = f.external_id
          AND (i.state, i.product_id, i.matched_by) IS DISTINCT FROM (f.state, f.product, f.matched_by)
        RETURNING i.external_id, f.before, i.product_id AS after
    )
    SELECT external_id FROM changed WHERE after IS DISTINCT FROM before ORDER BY external_id
"""
"""Gives items the product that a person chose, or that their SKU or their barcode names. Tells which have got another one."""

TIED = """
    WITH wanted AS MATERIALIZED (
        SELECT i.external_id, o.external_location, i.product_id, o.site_id FROM channel_item i
        JOIN channel_location o ON o.company_id = i.company_id AND o.plugin_id = i.plugin_id
        WHERE i.company_id = %(company)s AND i.plugin_id = %(plugin)s AND i.external_id = ANY (%(items)s::text[])
          AND i.state = 'linked' AND i.counted AND NOT i.gone
    ),
    cut AS (
        DELETE FROM channel_link l WHERE l.company_id = %(company)s AND l.plugin_id = %(plugin)s AND l.external_item = ANY (%(items)s::text[])
           AND NOT EXISTS (SELECT FROM wanted w WHERE w.external_id = l.external_item AND w.external_location = l.external_location)
    )
    INSERT INTO channel_link AS l (company_id, plugin_id, external_item, external_location, product_id, site_id)
    SELECT %(company)s, %(plugin)s, w.external_id, w.external_location, w.product_id, w.site_id FROM wanted w
    ORDER BY w.external_id, w.external_location
    ON CONFLICT (company_id, plugin_id, external_item, external_location) DO UPDATE
        SET product_id = excluded.product_id, site_id = excluded.site_id, want_version = l.want_version + 1,
            last_error = NULL, attention = NULL, accepted = NULL, tries = 0
        WHERE (l.product_id, l.site_id) IS DISTINCT FROM (excluded.product_id, excluded.site_id)
"""
"""Ties items to their products at every location, and cuts what is not to be shown any more."""
