"""The statement behind the look-up of a code."""

_VISIBLE_POSTING = """
    (%(reach)s::uuid[] IS NULL OR EXISTS (SELECT FROM move m WHERE m.company_id = o.company_id AND m.posting_id = o.id
        AND (m.from_site_id = ANY (%(reach)s::uuid[]) OR m.to_site_id = ANY (%(reach)s::uuid[]))))
"""
_VISIBLE_TRANSFER = """
    (%(reach)s::uuid[] IS NULL OR t.source_site_id = ANY (%(reach)s::uuid[]) OR t.destination_site_id = ANY (%(reach)s::uuid[]))
"""
_VISIBLE_ORDER = "(%(reach)s::uuid[] IS NULL OR b.site_id = ANY (%(reach)s::uuid[]))"
# The more precise a code is, the earlier it is tried: an id, what is printed on goods, names of the company, documents.
LOOK_UP = f"""
    SELECT type, id, label, trim_scale(pack_quantity) FROM (
        SELECT 1 AS place, 'product' AS type, p.id, p.sku || ' ' || p.name AS label, NULL::numeric AS pack_quantity
        FROM product p WHERE p.company_id = %(company)s AND p.id = %(id)s
        UNION ALL SELECT 1, 'category', c.id, c.name, NULL FROM category c WHERE c.company_id = %(company)s AND c.id = %(id)s
        UNION ALL SELECT CASE WHEN s.id = %(id)s THEN 1 ELSE 4 END, 'site', s.id, s.code || ' ' || s.name, NULL FROM site s
            WHERE s.company_id = %(company)s AND (s.id = %(id)s OR s.code = upper(%(code)s))
              AND (%(reach)s::uuid[] IS NULL OR s.id = ANY (%(reach)s::uuid[]))
        UNION ALL SELECT 1, 'posting', o.id, btrim(o.kind || ' ' || o.document_number), NULL FROM posting o
            WHERE o.company_id = %(company)s AND o.id = %(id)s AND {_VISIBLE_POSTING}
        UNION ALL SELECT 1, 'transfer', t.id, t.number::text, NULL FROM transfer t
            WHERE t.company_id = %(company)s AND t.id = %(id)s AND {_VISIBLE_TRANSFER}
        UNION ALL SELECT 1, 'purchase_order', b.id, b.number::text, NULL FROM purchase_order b
            WHERE b.company_id = %(company)s AND b.id = %(id)s AND {_VISIBLE_ORDER}
        UNION ALL SELECT 2, 'product', p.id, p.sku || ' ' || p.name, b.pack_quantity FROM barcode b
            JOIN product p ON p.company_id = b.company_id AND p.id = b.product_id
            WHERE b.company_id = %(company)s AND b.code = %(key)s
        UNION ALL SELECT 3, 'product', p.id, p.sku || ' ' || p.name, NULL FROM product p
            WHERE p.company_id = %(company)s AND p.sku_key = lower(%(code)s)
        UNION ALL SELECT 5, 'transfer', t.id, t.number::text, NULL FROM transfer t
            WHERE t.company_id = %(company)s AND t.number = %(number)s AND {_VISIBLE_TRANSFER}
        UNION ALL SELECT 6, 'purchase_order', b.id, b.number::text, NULL FROM purchase_order b
            WHERE b.company_id = %(company)s AND b.number = %(number)s AND {_VISIBLE_ORDER}
        UNION ALL SELECT 7, 'posting', o.id, btrim(o.kind || ' ' || o.document_number), NULL FROM posting o
            WHERE o.company_id = %(company)s AND o.document_number = %(code)s AND o.document_number <> '' AND {_VISIBLE_POSTING}
    ) named ORDER BY place, id DESC LIMIT 1
"""
