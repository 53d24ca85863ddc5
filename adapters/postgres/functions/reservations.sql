-- Promises of stock at a site. `promised` on site_stock is always the sum of what active reservations still hold open.

-- requests: [{line, id, product_id | sku, site_id | site_code, quantity, state, expires_at, priority, demand_type, demand_id,
-- demand_line, note}]. A kit is reserved as its components (the first keeps the id). All or none.
CREATE OR REPLACE FUNCTION ledger_reserve(actor uuid, write_sites uuid[], requests json) RETURNS uuid[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    company uuid := app_company();
    faults json;
    wish record;
    made uuid[];
BEGIN
    SELECT json_agg(json_build_object('posting', 0, 'line', r.line, 'field', f.field, 'code', f.code, 'detail', f.detail) ORDER BY r.line)
    INTO faults
    FROM json_to_recordset(requests) AS r(line int, product_id uuid, sku text, site_id uuid, site_code text)
    LEFT JOIN product p ON p.company_id = company AND (p.id = r.product_id OR p.sku_key = r.sku)
    LEFT JOIN site s ON s.company_id = company AND (s.id = r.site_id OR s.code = r.site_code)
    CROSS JOIN LATERAL (VALUES
        (p.id IS NULL, 'product', 'not_found', 'no product has this id or SKU'),
        (NOT p.active, 'product', 'inactive', 'the product is inactive'),
        (s.id IS NULL, 'site', 'not_found', 'no site has this id or code'),
        (s.id <> ALL (write_sites), 'site', 'forbidden', 'outside the sites that you may write')) AS f(holds, field, code, detail)
    WHERE f.holds;
    IF faults IS NOT NULL THEN
        PERFORM ledger_refuse('invalid_reservation', faults);
    END IF;

    CREATE TEMPORARY TABLE IF NOT EXISTS wished (line int, id uuid, product_id uuid, site_id uuid, quantity numeric, state text,
        expires_at timestamptz, priority int, demand_type text, demand_id uuid, demand_line int, note text) ON COMMIT DELETE ROWS;
    TRUNCATE wished;
    INSERT INTO wished
    SELECT r.line, CASE WHEN row_number() OVER (PARTITION BY r.line ORDER BY k.component_id) = 1 THEN r.id ELSE new_id() END,
           coalesce(k.component_id, p.id), s.id, r.quantity * coalesce(k.quantity, 1), r.state, r.expires_at, r.priority,
           r.demand_type, r.demand_id, r.demand_line, r.note
    FROM json_to_recordset(requests) AS r(line int, id uuid, product_id uuid, sku text, site_id uuid, site_code text, quantity numeric,
         state text, expires_at timestamptz, priority int, demand_type text, demand_id uuid, demand_line int, note text)
    JOIN product p ON p.company_id = company AND (p.id = r.product_id OR p.sku_key = r.sku)
    JOIN site s ON s.company_id = company AND (s.id = r.site_id OR s.code = r.site_code)
    LEFT JOIN kit_component k ON k.company_id = company AND k.kit_id = p.id;

    INSERT INTO site_stock (company_id, product_id, site_id)
    SELECT DISTINCT company, w.product_id, w.site_id FROM wished w ORDER BY w.product_id, w.site_id ON CONFLICT DO NOTHING;
    PERFORM FROM site_stock s WHERE s.company_id = company AND (s.product_id, s.site_id) IN (SELECT w.product_id, w.site_id FROM wished w)
        ORDER BY s.product_id, s.site_id FOR NO KEY UPDATE;
    FOR wish IN SELECT w.product_id, w.site_id, sum(w.quantity) AS quantity FROM wished w GROUP BY 1, 2 ORDER BY 1, 2 LOOP
        IF (SELECT NOT s.negative_ok AND s.allocatable - s.promised < wish.quantity FROM site_stock s
            WHERE s.company_id = company AND s.product_id = wish.product_id AND s.site_id = wish.site_id) THEN
            PERFORM ledger_expire_holds(wish.product_id, wish.site_id);
        END IF;
    END LOOP;
    SELECT json_agg(json_build_object('posting', 0, 'line', w.line, 'field', 'quantity', 'code', 'insufficient_stock',
               'detail', 'not enough stock of ' || p.sku || ' at ' || t.code, 'product', p.id, 'sku', p.sku, 'site', t.code,
               'requested', trim_scale(w.quantity)::text, 'available', trim_scale(greatest(s.allocatable - s.promised, 0))::text) ORDER BY w.line)
    INTO faults
    FROM (SELECT min(line) AS line, product_id, site_id, sum(quantity) AS quantity FROM wished GROUP BY 2, 3) w
    JOIN site_stock s ON s.company_id = company AND s.product_id = w.product_id AND s.site_id = w.site_id
    JOIN product p ON p.company_id = company AND p.id = w.product_id
    JOIN site t ON t.company_id = company AND t.id = w.site_id
    WHERE NOT s.negative_ok AND s.allocatable - s.promised < w.quantity;
    IF faults IS NOT NULL THEN
        PERFORM ledger_refuse('insufficient_stock', faults);
    END IF;

    WITH made_rows AS (
        INSERT INTO reservation (company_id, id, product_id, site_id, quantity, open, state, expires_at, priority, demand_type,
                                 demand_id, demand_line, note, actor_id)
        SELECT company, w.id, w.product_id, w.site_id, w.quantity, w.quantity, w.state, w.expires_at, coalesce(w.priority, 0),
               coalesce(w.demand_type, 'manual'), w.demand_id, w.demand_line, coalesce(w.note, ''), actor
        FROM wished w RETURNING id, product_id, site_id, quantity
    ),
    promised AS (
        UPDATE site_stock s SET promised = s.promised + w.quantity, version = s.version + 1
        FROM (SELECT product_id, site_id, sum(quantity) AS quantity FROM wished GROUP BY 1, 2) w
        WHERE s.company_id = company AND s.product_id = w.product_id AND s.site_id = w.site_id
    ),
    told AS (
        INSERT INTO outbox_event (company_id, type, subject_type, subject_id, data)
        SELECT company, 'stock_reserved', 'reservation', m.id, jsonb_build_object('product', m.product_id, 'site', m.site_id,
               'quantity', trim_scale(m.quantity)::text) FROM made_rows m
    )
    SELECT array_agg(w.id ORDER BY w.line, w.product_id) INTO made FROM wished w;
    RETURN made;
END $$;

-- Ends active reservations, by id or by the demand that they serve: 'released' (given back) or 'consumed' (about to be
-- issued in the same transaction). Returns those that were active.
CREATE OR REPLACE FUNCTION ledger_end_reservations(ids uuid[], demand uuid, outcome text, write_sites uuid[]) RETURNS uuid[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    company uuid := app_company();
    ended uuid[];
BEGIN
    PERFORM FROM site_stock s WHERE s.company_id = company AND (s.product_id, s.site_id) IN (
        SELECT r.product_id, r.site_id FROM reservation r WHERE r.company_id = company AND r.open > 0
           AND (r.id = ANY (ids) OR r.demand_id = demand))
    ORDER BY s.product_id, s.site_id FOR NO KEY UPDATE;
    WITH active AS (
        SELECT r.id, r.open FROM reservation r WHERE r.company_id = company AND r.open > 0
           AND (r.id = ANY (ids) OR r.demand_id = demand) AND (write_sites IS NULL OR r.site_id = ANY (write_sites))
    ),
    closed AS (
        UPDATE reservation r SET open = 0, state = outcome, version = r.version + 1
        FROM active a WHERE r.company_id = company AND r.id = a.id
        RETURNING r.id, r.product_id, r.site_id, a.open
    ),
    given_back AS (
        UPDATE site_stock s SET promised = s.promised - t.open, version = s.version + 1
        FROM (SELECT product_id, site_id, sum(open) AS open FROM closed GROUP BY 1, 2) t
        WHERE s.company_id = company AND s.product_id = t.product_id AND s.site_id = t.site_id
    ),
    told AS (
        INSERT INTO outbox_event (company_id, type, subject_type, subject_id, data)
        SELECT company, 'reservation_' || outcome, 'reservation', c.id,
               jsonb_build_object('product', c.product_id, 'site', c.site_id, 'quantity', trim_scale(c.open)::text) FROM closed c
    )
    SELECT coalesce(array_agg(id), '{}') INTO ended FROM closed;
    RETURN ended;
END $$;

-- Turns a hold with a time limit into a commitment without one. Returns whether it was still held.
CREATE OR REPLACE FUNCTION ledger_commit_reservation(reservation_id uuid, write_sites uuid[]) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE reservation r SET state = 'committed', expires_at = NULL, version = r.version + 1
    WHERE r.company_id = app_company() AND r.id = reservation_id AND r.state = 'held' AND r.expires_at > clock_timestamp()
      AND (write_sites IS NULL OR r.site_id = ANY (write_sites));
    IF FOUND THEN
        INSERT INTO outbox_event (company_id, type, subject_type, subject_id, data)
        VALUES (app_company(), 'reservation_committed', 'reservation', reservation_id, '{}');
    END IF;
    RETURN FOUND;
END $$;
