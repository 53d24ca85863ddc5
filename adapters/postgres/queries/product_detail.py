"""The statement behind one product with all that belongs to it, as the JSON of its view."""

PRODUCT_DETAIL = """
    WITH wanted AS (SELECT * FROM product WHERE company_id = %(company)s AND id = %(id)s),
    part AS (
        SELECT k.component_id, k.quantity, p.sku, p.sku_key, p.name FROM kit_component k
        JOIN product p ON p.company_id = k.company_id AND p.id = k.component_id
        WHERE k.company_id = %(company)s AND k.kit_id = %(id)s
    ),
    here AS (
        SELECT s.product_id, s.site_id, s.on_hand, s.promised, s.allocatable - s.promised AS available FROM site_stock s
        WHERE s.company_id = %(company)s AND s.product_id = ANY (ARRAY(SELECT component_id FROM part) || %(id)s::uuid)
          AND (%(reach)s::uuid[] IS NULL OR s.site_id = ANY (%(reach)s::uuid[]))
    ),
    travelling AS (
        SELECT l.site_id, sum(b.on_hand) AS in_transit FROM stock_balance b
        JOIN location l ON l.company_id = b.company_id AND l.id = b.location_id AND l.role = 'transit'
        WHERE b.company_id = %(company)s AND b.product_id = %(id)s
          AND (%(reach)s::uuid[] IS NULL OR l.site_id = ANY (%(reach)s::uuid[]))
        GROUP BY l.site_id
    ),
    at_site AS (
        SELECT site_id, on_hand, promised, available FROM here WHERE product_id = %(id)s
        UNION ALL
        SELECT h.site_id, 0, 0, greatest(min(floor(h.available / part.quantity)), 0)
        FROM here h JOIN part ON part.component_id = h.product_id
        GROUP BY h.site_id HAVING count(*) = (SELECT count(*) FROM part)
    ),
    figure AS (
        SELECT s.id, s.code, s.name, coalesce(a.on_hand, 0) AS on_hand, coalesce(a.promised, 0) AS promised,
               coalesce(a.available, 0) AS available, coalesce(t.in_transit, 0) AS in_transit
        FROM site s
        LEFT JOIN at_site a ON a.site_id = s.id
        LEFT JOIN travelling t ON t.site_id = s.id
        WHERE s.company_id = %(company)s AND (a.site_id IS NOT NULL OR t.in_transit <> 0)
    )
    SELECT json_build_object(
        'id', w.id, 'sku', w.sku, 'name', w.name, 'description', w.description, 'kind', w.kind, 'tracking', w.tracking,
        'unit', w.unit,
        'category', (SELECT json_build_object('id', c.id, 'name', c.name) FROM category c
                     WHERE c.company_id = w.company_id AND c.id = w.category_id),
        'price', trim_scale(w.price)::text, 'cost', CASE WHEN %(costs)s THEN trim_scale(w.cost)::text END,
        'currency', (SELECT currency FROM company WHERE id = %(company)s),
        'shelf_life_days', w.shelf_life_days, 'active', w.active,
        'on_hand', (SELECT trim_scale(coalesce(sum(on_hand), 0))::text FROM figure),
        'available', (SELECT trim_scale(coalesce(sum(available), 0))::text FROM figure),
        'barcodes', (SELECT coalesce(json_agg(json_build_object('code', b.written, 'kind', b.kind,
                         'pack_quantity', trim_scale(b.pack_quantity)::text) ORDER BY b.pack_quantity, b.code), '[]')
                     FROM barcode b WHERE b.company_id = w.company_id AND b.product_id = w.id),
        'images', (SELECT coalesce(json_agg(json_build_object('id', i.id, 'url', %(address)s || i.id,
                       'thumbnail_url', %(address)s || i.id || '/thumbnail', 'width', i.width, 'height', i.height)
                       ORDER BY i.position, i.id), '[]')
                   FROM product_image i WHERE i.company_id = w.company_id AND i.product_id = w.id),
        'components', (SELECT coalesce(json_agg(json_build_object('product', part.component_id, 'sku', part.sku,
                           'name', part.name, 'quantity', trim_scale(part.quantity)::text,
                           'available', (SELECT trim_scale(coalesce(sum(h.available), 0))::text FROM here h
                                         WHERE h.product_id = part.component_id)) ORDER BY part.sku_key), '[]') FROM part),
        'stock', (SELECT coalesce(json_agg(json_build_object('site', f.id, 'code', f.code, 'name', f.name,
                      'on_hand', trim_scale(f.on_hand)::text, 'promised', trim_scale(f.promised)::text,
                      'available', trim_scale(f.available)::text, 'in_transit', trim_scale(f.in_transit)::text)
                      ORDER BY f.code), '[]') FROM figure f),
        'created_at', w.created_at, 'updated_at', w.updated_at, 'version', w.version)::text
    FROM wanted w
"""
