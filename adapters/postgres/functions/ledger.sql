-- The stock ledger's writer. Nothing else writes postings, moves, balances, cost layers or their events; it runs with its
-- owner's rights (the application has no write grant on those tables) and inside the company of the transaction, because
-- row-level security is forced on the owner too.
--
-- Lock order: idempotency keys, then site_stock rows sorted by (product, site), then serial numbers. Whoever writes a balance
-- holds the site_stock row of its product and site, so balances need no lock of their own.

DO $$
BEGIN
    IF to_regtype('ledger_line') IS NULL THEN
        CREATE TYPE ledger_line AS (
            posting integer, posting_id uuid, kind text, line integer, number integer,
            product_id uuid, tracking text, lot_id uuid, lot_number text, expires_on date,
            from_location uuid, from_home uuid, from_physical boolean, from_allocatable boolean,
            to_location uuid, to_home uuid, to_physical boolean, to_allocatable boolean,
            quantity numeric, given_cost numeric, unit_price numeric, total numeric,
            kit_id uuid, kit_quantity numeric, reservation_id uuid, is_fact boolean, effective_at timestamptz
        );
    END IF;
END $$;

CREATE OR REPLACE FUNCTION ledger_refuse(code text, faults json) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', code USING ERRCODE = 'PW001', DETAIL = coalesce(faults, '[]'::json)::text;
END $$;

-- Every fault of every line, for the answer to a refused request. Kept apart so that a sound posting pays nothing for it.
CREATE OR REPLACE FUNCTION ledger_faults(headers json, entries json, locked_through timestamptz)
RETURNS json LANGUAGE sql STABLE AS $$
    WITH company AS (SELECT app_company() AS id),
    header AS (SELECT * FROM json_to_recordset(headers) AS h(posting int, kind text, reach uuid[], effective_at timestamptz, reversal_of uuid)),
    entry AS (
        SELECT e.*, h.kind, h.reach, h.reversal_of, p.id AS found_product, p.active, p.kind AS product_kind, p.tracking,
               coalesce(fi.id, fa.id) AS found_from, coalesce(fi.site_id, fa.site_id) AS from_home,
               coalesce(ti.id, ta.id) AS found_to, coalesce(ti.site_id, ta.site_id) AS to_home,
               NOT coalesce(fi.active, fa.active, true) OR NOT coalesce(ti.active, ta.active, true) AS closed
        FROM json_to_recordset(entries) AS e(posting int, line int, product_id uuid, sku text, from_id uuid, from_address text,
             to_id uuid, to_address text, lot text, lot_id uuid, quantity numeric)
        CROSS JOIN company c
        JOIN header h USING (posting)
        LEFT JOIN product p ON p.company_id = c.id AND (p.id = e.product_id OR p.sku_key = e.sku)
        LEFT JOIN location fi ON fi.company_id = c.id AND fi.id = e.from_id
        LEFT JOIN location fa ON fa.company_id = c.id AND fa.address = e.from_address
        LEFT JOIN location ti ON ti.company_id = c.id AND ti.id = e.to_id
        LEFT JOIN location ta ON ta.company_id = c.id AND ta.address = e.to_address
    ),
    fault AS (
        SELECT posting, line, 'product' AS field, 'not_found' AS code, 'no product has this id or SKU' AS detail
        FROM entry WHERE found_product IS NULL
        UNION ALL
        SELECT posting, line, CASE WHEN strpos(coalesce(from_address, to_address, ''), '/') > 0 THEN 'location' ELSE 'site' END,
               'not_found', 'no site or location has this id or code'
        FROM entry WHERE found_from IS NULL OR found_to IS NULL
        UNION ALL
        SELECT posting, line, 'site', 'closed', 'the site or location is closed' FROM entry WHERE closed
        UNION ALL
        SELECT posting, line, 'site', 'forbidden', 'outside the sites that you may write'
        FROM entry WHERE from_home <> ALL (reach) OR to_home <> ALL (reach)
        UNION ALL
        SELECT posting, line, 'product', 'inactive', 'the product is inactive'
        FROM entry WHERE NOT active AND reversal_of IS NULL AND kind IN ('receipt', 'issue', 'sale', 'opening', 'assembly')
        UNION ALL
        SELECT posting, line, 'product', 'kit', 'a kit holds no stock of its own: move its components'
        FROM entry WHERE product_kind = 'kit' AND kind NOT IN ('sale', 'issue', 'customer_return')
        UNION ALL
        SELECT posting, line, 'lot', 'required', 'this product is tracked: name the lot or serial number'
        FROM entry WHERE tracking <> 'none' AND lot IS NULL AND lot_id IS NULL AND found_from IS NOT NULL AND from_home IS NULL
        UNION ALL
        SELECT posting, line, 'lot', 'unexpected', 'this product is not tracked by lot or serial number'
        FROM entry WHERE tracking = 'none' AND (lot IS NOT NULL OR lot_id IS NOT NULL)
        UNION ALL
        SELECT posting, line, 'quantity', 'serial', 'a serial number is exactly one unit'
        FROM entry WHERE tracking = 'serial' AND (quantity <> trunc(quantity) OR (coalesce(lot, lot_id::text) IS NOT NULL AND quantity <> 1))
        UNION ALL
        SELECT posting, NULL, 'effective_at', 'period_locked', 'the period is locked through ' || to_char(locked_through, 'YYYY-MM-DD"T"HH24:MI:SSOF')
        FROM header WHERE effective_at <= locked_through
    )
    SELECT json_agg(json_build_object('posting', posting, 'line', line, 'field', field, 'code', code, 'detail', detail)
                    ORDER BY posting, line NULLS FIRST, field) FROM fault
$$;

-- Kits move as their components; the price of the kit is spread over them so that the parts add up to it exactly.
CREATE OR REPLACE FUNCTION ledger_explode_kits(lines ledger_line[]) RETURNS ledger_line[] LANGUAGE sql STABLE AS $$
    WITH part AS (
        SELECT l.*, k.component_id, k.quantity AS per_kit, c.tracking AS component_tracking,
               sum(k.quantity * greatest(c.price, 0.0001)) OVER whole AS weight_all,
               sum(k.quantity * greatest(c.price, 0.0001)) OVER so_far AS weight_to_here,
               k.quantity * greatest(c.price, 0.0001) AS weight
        FROM unnest(lines) l
        LEFT JOIN kit_component k ON k.company_id = app_company() AND k.kit_id = l.kit_id AND l.product_id = l.kit_id
        LEFT JOIN product c ON c.company_id = app_company() AND c.id = k.component_id
        WINDOW whole AS (PARTITION BY l.posting, l.line),
               so_far AS (PARTITION BY l.posting, l.line ORDER BY k.component_id)
    ),
    numbered AS (SELECT part.*, (row_number() OVER (PARTITION BY posting ORDER BY line, component_id))::int AS place FROM part)
    SELECT array_agg(ROW(posting, posting_id, kind, line, place, coalesce(component_id, product_id),
        coalesce(component_tracking, tracking), lot_id, lot_number, expires_on, from_location, from_home, from_physical,
        from_allocatable, to_location, to_home, to_physical, to_allocatable, quantity * coalesce(per_kit, 1), given_cost,
        CASE WHEN component_id IS NULL THEN unit_price END,
        CASE WHEN component_id IS NULL THEN total
             ELSE round(total * weight_to_here / weight_all, 4) - round(total * (weight_to_here - weight) / weight_all, 4) END,
        kit_id, CASE WHEN component_id IS NULL THEN kit_quantity ELSE quantity END, reservation_id, is_fact, effective_at
    )::ledger_line ORDER BY posting, place) FROM numbered
$$;

-- Lots: those that arrive are made, those that leave are found, and where none is named the ones that expire first are
-- taken. What cannot be covered keeps no lot and is refused by the caller.
CREATE OR REPLACE FUNCTION ledger_assign_lots(lines ledger_line[]) RETURNS ledger_line[] LANGUAGE plpgsql AS $$
DECLARE
    company uuid := app_company();
    assigned ledger_line[];
    faults json;
BEGIN
    INSERT INTO lot (company_id, id, product_id, number, is_serial, expires_on)
    SELECT DISTINCT ON (l.product_id, l.lot_number) company, new_id(), l.product_id, l.lot_number, l.tracking = 'serial',
           coalesce(l.expires_on, (now() + p.shelf_life_days * interval '1 day')::date)
    FROM unnest(lines) l JOIN product p ON p.company_id = company AND p.id = l.product_id
    WHERE l.tracking <> 'none' AND l.lot_number IS NOT NULL AND l.from_home IS NULL
    ORDER BY l.product_id, l.lot_number
    ON CONFLICT (company_id, product_id, number) DO NOTHING;

    WITH known AS (
        SELECT l.*, t.id AS known_lot FROM unnest(lines) l
        LEFT JOIN lot t ON t.company_id = company AND t.product_id = l.product_id AND t.number = l.lot_number
    ),
    needed AS (
        SELECT n.*, sum(n.quantity) OVER (PARTITION BY n.product_id, n.from_location ORDER BY n.posting, n.line) AS upto
        FROM known n WHERE n.tracking <> 'none' AND n.lot_number IS NULL AND n.lot_id IS NULL AND n.from_home IS NOT NULL
    ),
    named AS (
        SELECT product_id, location_id, lot_id, sum(delta) AS delta FROM (
            SELECT product_id, from_location AS location_id, coalesce(known_lot, lot_id) AS lot_id, -quantity AS delta FROM known
            UNION ALL
            SELECT product_id, to_location, coalesce(known_lot, lot_id), quantity FROM known) leg
        WHERE lot_id IS NOT NULL GROUP BY 1, 2, 3
    ),
    shelf AS (
        SELECT b.product_id, b.location_id, b.lot_id, b.on_hand,
               sum(b.on_hand) OVER (PARTITION BY b.product_id, b.location_id ORDER BY t.expires_on NULLS LAST, t.number) AS upto
        FROM (SELECT product_id, location_id, lot_id, sum(on_hand) AS on_hand FROM (
                  SELECT product_id, location_id, lot_id, on_hand FROM stock_balance
                  WHERE company_id = company AND (product_id, location_id) IN (SELECT product_id, from_location FROM needed)
                  UNION ALL SELECT * FROM named) x GROUP BY 1, 2, 3 HAVING sum(on_hand) > 0) b
        JOIN lot t ON t.company_id = company AND t.id = b.lot_id AND t.product_id = b.product_id
        WHERE t.expires_on IS NULL OR t.expires_on >= current_date
    ),
    picked AS (
        SELECT n.posting, n.line, n.product_id, n.from_location, s.lot_id,
               least(n.upto, s.upto) - greatest(n.upto - n.quantity, s.upto - s.on_hand) AS quantity
        FROM needed n JOIN shelf s ON s.product_id = n.product_id AND s.location_id = n.from_location
         AND least(n.upto, s.upto) > greatest(n.upto - n.quantity, s.upto - s.on_hand)
        UNION ALL
        SELECT n.posting, n.line, n.product_id, n.from_location, NULL, least(n.quantity, n.upto - coalesce(s.held, 0))
        FROM needed n LEFT JOIN (SELECT product_id, location_id, sum(on_hand) AS held FROM shelf GROUP BY 1, 2) s
          ON s.product_id = n.product_id AND s.location_id = n.from_location
        WHERE n.upto > coalesce(s.held, 0)
    ),
    spread AS (
        SELECT k.*, coalesce(p.lot_id, k.known_lot, k.lot_id) AS chosen, coalesce(p.quantity, k.quantity) AS moved,
               sum(coalesce(p.quantity, k.quantity)) OVER part AS moved_so_far
        FROM known k LEFT JOIN picked p
          ON k.lot_number IS NULL AND k.lot_id IS NULL AND p.posting = k.posting AND p.line = k.line
         AND p.product_id = k.product_id AND p.from_location = k.from_location
        WINDOW part AS (PARTITION BY k.posting, k.line, k.product_id ORDER BY p.lot_id)
    ),
    numbered AS (SELECT spread.*, (row_number() OVER (PARTITION BY posting ORDER BY number, chosen))::int AS place FROM spread)
    SELECT array_agg(ROW(posting, posting_id, kind, line, place, product_id, tracking, chosen, lot_number, expires_on,
        from_location, from_home, from_physical, from_allocatable, to_location, to_home, to_physical, to_allocatable,
        moved, round(given_cost * moved_so_far / quantity, 4) - round(given_cost * (moved_so_far - moved) / quantity, 4), unit_price,
        round(total * moved_so_far / quantity, 4) - round(total * (moved_so_far - moved) / quantity, 4),
        kit_id, round(kit_quantity * moved_so_far / quantity, 6) - round(kit_quantity * (moved_so_far - moved) / quantity, 6),
        reservation_id, is_fact, effective_at)::ledger_line ORDER BY posting, place)
    INTO assigned FROM numbered;

    SELECT json_agg(json_build_object('posting', a.posting, 'line', a.line, 'field', 'lot', 'code', f.code, 'detail', f.detail)
                    ORDER BY a.posting, a.line)
    INTO faults
    FROM unnest(assigned) a LEFT JOIN lot t ON t.company_id = company AND t.product_id = a.product_id AND t.id = a.lot_id
    CROSS JOIN LATERAL (VALUES
        (a.from_home IS NULL AND a.tracking <> 'none' AND a.lot_id IS NULL, 'required', 'a component is tracked: take back the sale'),
        (a.from_home IS NOT NULL AND a.lot_number IS NOT NULL AND t.id IS NULL, 'not_found',
         'this product has no lot or serial number ' || a.lot_number),
        (a.from_home IS NOT NULL AND a.kind IN ('sale', 'issue', 'assembly') AND t.expires_on < current_date, 'expired',
         'lot ' || t.number || ' expired on ' || t.expires_on)) AS f(holds, code, detail)
    WHERE f.holds;
    IF faults IS NOT NULL THEN
        PERFORM ledger_refuse('invalid_posting', faults);
    END IF;
    -- Who brings a serial number in waits, in the end, for whoever is just bringing it in elsewhere: so all come in one order.
    PERFORM FROM lot t JOIN (SELECT DISTINCT a.product_id, a.lot_id FROM unnest(assigned) a WHERE a.tracking = 'serial') s
      ON t.company_id = company AND t.product_id = s.product_id AND t.id = s.lot_id
    ORDER BY t.product_id, t.id FOR NO KEY UPDATE OF t;
    RETURN assigned;
END $$;

-- How each line changes the value held by a site: the site whose boundary it crosses (NULL where it crosses none).
CREATE OR REPLACE FUNCTION ledger_flows(lines ledger_line[])
RETURNS TABLE (ordinality bigint, product_id uuid, site_id uuid, delta numeric, given_cost numeric, posting_id uuid, number integer)
    LANGUAGE sql STABLE ROWS 10 AS $$
    SELECT l.ordinality, l.product_id,
           CASE WHEN l.from_physical AND NOT l.to_physical THEN l.from_home WHEN l.to_physical AND NOT l.from_physical THEN l.to_home END,
           CASE WHEN l.from_physical THEN -l.quantity ELSE l.quantity END, l.given_cost, l.posting_id, l.number
    FROM unnest(lines) WITH ORDINALITY AS l
$$;

-- The value of the units that each line moves, by moving average, and the revaluation that it sets off. A move that stays
-- inside a site, or between virtual ends, carries only the cost that it was given.
CREATE OR REPLACE FUNCTION ledger_cost_by_average(lines ledger_line[], OUT costs numeric[], OUT changes numeric[])
LANGUAGE plpgsql STABLE AS $$
DECLARE
    company uuid := app_company();
BEGIN
    SELECT array_agg(coalesce(flow[4], given_cost, 0) ORDER BY ordinality), array_agg(coalesce(flow[5], 0) ORDER BY ordinality)
    INTO costs, changes
    FROM (
        SELECT f.ordinality, f.given_cost, CASE WHEN f.site_id IS NOT NULL THEN
            average_cost(f.delta, f.given_cost, s.on_hand, s.value, coalesce(nullif(s.unit_cost, 0), p.cost))
            OVER (PARTITION BY f.product_id, f.site_id ORDER BY f.ordinality ROWS UNBOUNDED PRECEDING) END AS flow
        FROM ledger_flows(lines) f
        JOIN product p ON p.company_id = company AND p.id = f.product_id
        LEFT JOIN site_stock s ON s.company_id = company AND s.product_id = f.product_id AND s.site_id = f.site_id
    ) x;
END $$;

-- The same by first in, first out: receipts become layers, issues consume the next positions. What leaves below zero is
-- valued at the last unit cost until a receipt covers it.
CREATE OR REPLACE FUNCTION ledger_cost_by_layers(lines ledger_line[], stamp timestamptz, OUT costs numeric[], OUT changes numeric[])
LANGUAGE plpgsql AS $$
DECLARE
    company uuid := app_company();
BEGIN
    INSERT INTO cost_layer (company_id, product_id, site_id, from_position, to_position, value, posting_id, number, recorded_at)
    SELECT company, f.product_id, f.site_id, s.received_position + f.upto - f.delta, s.received_position + f.upto,
           coalesce(f.given_cost, round(f.delta * coalesce(nullif(s.unit_cost, 0), p.cost), 4)), f.posting_id, f.number, stamp
    FROM (SELECT *, sum(delta) OVER (PARTITION BY product_id, site_id ORDER BY ordinality) AS upto
          FROM ledger_flows(lines) WHERE delta > 0 AND site_id IS NOT NULL) f
    JOIN product p ON p.company_id = company AND p.id = f.product_id
    JOIN site_stock s ON s.company_id = company AND s.product_id = f.product_id AND s.site_id = f.site_id;

    WITH flow AS (
        SELECT f.*, s.received_position, s.issued_position, s.uncovered_cost,
               coalesce(nullif(s.unit_cost, 0), p.cost) AS unit_cost,
               coalesce(f.given_cost, round(f.delta * coalesce(nullif(s.unit_cost, 0), p.cost), 4)) AS worth,
               sum(greatest(f.delta, 0)) OVER whole AS incoming,
               s.received_position + sum(greatest(f.delta, 0)) OVER upto AS in_position,
               s.issued_position + sum(greatest(-f.delta, 0)) OVER upto AS out_position,
               -- Keys are made here, not beside the layers, where the computation would keep them from the index as well.
               layer_key(s.issued_position + sum(greatest(-f.delta, 0)) OVER upto + least(f.delta, 0)) AS from_key,
               layer_key(s.issued_position + sum(greatest(-f.delta, 0)) OVER upto) AS to_key
        FROM ledger_flows(lines) f
        JOIN product p ON p.company_id = company AND p.id = f.product_id
        LEFT JOIN site_stock s ON s.company_id = company AND s.product_id = f.product_id AND s.site_id = f.site_id
        WINDOW whole AS (PARTITION BY f.product_id, f.site_id),
               upto AS (PARTITION BY f.product_id, f.site_id ORDER BY f.ordinality ROWS UNBOUNDED PRECEDING)
    ),
    costed AS (
        SELECT f.ordinality, f.product_id, f.site_id, f.delta,
               CASE WHEN f.site_id IS NULL THEN coalesce(f.given_cost, 0)
                    WHEN f.delta > 0 THEN f.worth
                    ELSE covered.value + provisional.value END AS cost,
               CASE WHEN f.delta < 0 THEN provisional.value ELSE 0 END AS uncovered,
               CASE WHEN f.delta > 0 AND f.issued_position > f.in_position - f.delta THEN
                    round(f.uncovered_cost * (least(f.issued_position, f.in_position) - (f.in_position - f.delta))
                          / (f.issued_position - f.received_position), 4) END AS recovered,
               CASE WHEN f.delta > 0 AND f.issued_position > f.in_position - f.delta THEN
                    layer_part(f.worth, f.in_position - f.delta, f.in_position, f.in_position - f.delta, f.issued_position) END AS spent
        FROM flow f
        LEFT JOIN LATERAL (  -- the layer in which what is taken ends
            SELECT coalesce(min(l.to_key), 9223372036854775807) AS to_key FROM cost_layer l
            WHERE f.delta < 0 AND l.company_id = company AND l.product_id = f.product_id AND l.site_id = f.site_id AND l.to_key >= f.to_key) last ON true
        LEFT JOIN LATERAL (
            SELECT coalesce(sum(layer_part(l.value, l.from_position, l.to_position, f.out_position + f.delta, f.out_position)), 0) AS value
            FROM cost_layer l WHERE f.delta < 0 AND l.company_id = company AND l.product_id = f.product_id AND l.site_id = f.site_id
              AND l.to_key > f.from_key AND l.to_key <= last.to_key) covered ON true
        LEFT JOIN LATERAL (
            SELECT round(greatest(f.out_position - greatest(f.out_position + f.delta, f.received_position + f.incoming), 0)
                         * f.unit_cost, 4) AS value) provisional ON true
    ),
    positions AS (
        UPDATE site_stock s SET received_position = s.received_position + t.incoming, issued_position = s.issued_position + t.outgoing,
               uncovered_cost = s.uncovered_cost + t.uncovered - t.recovered
        FROM (SELECT product_id, site_id, sum(greatest(delta, 0)) AS incoming, sum(greatest(-delta, 0)) AS outgoing,
                     sum(uncovered) AS uncovered, coalesce(sum(costed.recovered), 0) AS recovered
              FROM costed WHERE site_id IS NOT NULL GROUP BY product_id, site_id) t
        WHERE s.company_id = company AND s.product_id = t.product_id AND s.site_id = t.site_id
    )
    SELECT array_agg(cost ORDER BY ordinality), array_agg(coalesce(recovered - spent, 0) ORDER BY ordinality)
    INTO costs, changes FROM costed;
END $$;

-- Who may not have what they asked for, and how much there is: the answer to a refused posting. A place is short when it does
-- not hold what is taken from it, a site when what is not promised does not cover what is taken from all of its places.
-- `unchanged` are the balances that an update has left as they were; NULL before any update.
CREATE OR REPLACE FUNCTION ledger_shortage(lines ledger_line[], unchanged json) RETURNS json LANGUAGE sql STABLE AS $$
    WITH unpicked AS (
        SELECT product_id, from_location, sum(quantity) AS quantity FROM unnest(lines)
        WHERE from_home IS NOT NULL AND tracking <> 'none' AND lot_id IS NULL GROUP BY 1, 2
    ),
    taken AS (
        SELECT l.product_id, l.from_home AS site_id, l.from_location, CASE WHEN u.quantity IS NULL THEN l.lot_id END AS lot_id,
               u.quantity AS unpicked, sum(l.quantity) AS quantity, min(ARRAY[l.posting, l.line]) AS first,
               bool_and(l.is_fact) AS is_fact
        FROM unnest(lines) l LEFT JOIN unpicked u ON u.product_id = l.product_id AND u.from_location = l.from_location
        WHERE l.from_home IS NOT NULL GROUP BY 1, 2, 3, 4, 5
    ),
    measured AS (
        SELECT k.*, p.sku, s.code AS site, s.negative_ok, l.is_allocatable AND NOT k.is_fact AND NOT s.negative_ok AS of_promised,
               t.allocatable - t.promised AS free,
               coalesce(k.quantity - k.unpicked, b.on_hand, 0) AS on_hand,
               (SELECT coalesce(sum(i.quantity), 0) FROM unnest(lines) i WHERE i.product_id = k.product_id
                   AND i.to_location = k.from_location AND i.lot_id IS NOT DISTINCT FROM k.lot_id) AS arriving,
               (SELECT coalesce(sum(i.quantity), 0) FROM unnest(lines) i WHERE i.product_id = k.product_id
                   AND i.to_home = k.site_id AND i.to_allocatable) AS arriving_at_site,
               (SELECT coalesce(sum(o.quantity), 0) FROM unnest(lines) o WHERE o.product_id = k.product_id
                   AND o.from_home = k.site_id AND o.from_allocatable AND NOT o.is_fact) AS taken_at_site
        FROM taken k JOIN product p ON p.company_id = app_company() AND p.id = k.product_id
        JOIN site s ON s.company_id = app_company() AND s.id = k.site_id
        JOIN location l ON l.company_id = app_company() AND l.id = k.from_location
        LEFT JOIN site_stock t ON t.company_id = app_company() AND t.product_id = k.product_id AND t.site_id = k.site_id
        LEFT JOIN stock_balance b ON b.company_id = app_company() AND b.product_id = k.product_id AND b.location_id = k.from_location
             AND b.lot_key = coalesce(k.lot_id, '00000000-0000-0000-0000-000000000000'::uuid)
    ),
    judged AS (
        SELECT m.*, of_promised AND free + arriving_at_site < taken_at_site AS site_short,
               unpicked IS NOT NULL OR NOT negative_ok AND on_hand + arriving < quantity AND (unchanged IS NULL OR EXISTS (
                   SELECT FROM json_to_recordset(unchanged) AS u(product_id uuid, location_id uuid, lot_id uuid)
                   WHERE u.product_id = m.product_id AND u.location_id = m.from_location
                     AND u.lot_id IS NOT DISTINCT FROM m.lot_id)) AS place_short
        FROM measured m
    )
    SELECT json_agg(json_build_object('posting', first[1], 'line', first[2], 'field', 'quantity', 'code', 'insufficient_stock',
        'detail', 'not enough stock of ' || sku || ' at ' || site, 'product', product_id, 'sku', sku, 'site', site,
        'requested', trim_scale(CASE WHEN place_short THEN quantity ELSE taken_at_site END)::text,
        'available', trim_scale(greatest(CASE WHEN NOT place_short THEN free WHEN of_promised THEN least(on_hand, free)
                                              ELSE on_hand END, 0))::text) ORDER BY first)
    FROM judged WHERE place_short OR site_short
$$;

-- A fact (loss, count, expiry) is never refused because stock was promised: the promise is shortened, lowest priority and
-- youngest first, and an event says so.
CREATE OR REPLACE FUNCTION ledger_shorten_promises(product uuid, site uuid, shortfall numeric) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    promise record;
    taken numeric;
BEGIN
    FOR promise IN SELECT * FROM reservation WHERE company_id = app_company() AND product_id = product AND site_id = site AND open > 0
                   ORDER BY priority, created_at DESC, id DESC LOOP
        EXIT WHEN shortfall <= 0;
        taken := least(shortfall, promise.open);
        shortfall := shortfall - taken;
        UPDATE reservation SET open = open - taken, short = short + taken, state = CASE WHEN open = taken THEN 'short' ELSE state END,
               version = version + 1
            WHERE company_id = promise.company_id AND id = promise.id;
        UPDATE site_stock SET promised = promised - taken
            WHERE company_id = promise.company_id AND product_id = product AND site_id = site;
        INSERT INTO outbox_event (company_id, type, subject_type, subject_id, data)
        VALUES (promise.company_id, 'reservation_shortened', 'reservation', promise.id,
                json_build_object('product', product, 'site', site, 'short', trim_scale(taken)::text));
    END LOOP;
END $$;

-- Holds past their time are given back. Returns how many.
CREATE OR REPLACE FUNCTION ledger_expire_holds(product uuid DEFAULT NULL, site uuid DEFAULT NULL) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    company uuid := app_company();
    closed integer;
BEGIN
    PERFORM FROM site_stock s WHERE s.company_id = company AND (s.product_id, s.site_id) IN (
        SELECT r.product_id, r.site_id FROM reservation r WHERE r.company_id = company AND r.state = 'held'
           AND r.expires_at <= statement_timestamp() AND (product IS NULL OR (r.product_id = product AND r.site_id = site)))
    ORDER BY s.product_id, s.site_id FOR NO KEY UPDATE;
    WITH due AS (
        UPDATE reservation r SET state = 'expired', open = 0, short = 0, version = r.version + 1
        FROM (SELECT id, open FROM reservation WHERE company_id = company AND state = 'held' AND expires_at <= statement_timestamp()
                 AND (product IS NULL OR (product_id = product AND site_id = site))) d
        WHERE r.company_id = company AND r.id = d.id AND r.state = 'held'
        RETURNING r.id, r.product_id, r.site_id, d.open
    ),
    given_back AS (
        UPDATE site_stock s SET promised = s.promised - t.open, version = s.version + 1
        FROM (SELECT product_id, site_id, sum(open) AS open FROM due GROUP BY 1, 2) t
        WHERE s.company_id = company AND s.product_id = t.product_id AND s.site_id = t.site_id
    ),
    told AS (
        INSERT INTO outbox_event (company_id, type, subject_type, subject_id, data)
        SELECT company, 'reservation_expired', 'reservation', id,
               json_build_object('product', product_id, 'site', site_id, 'quantity', trim_scale(open)::text) FROM due
    )
    SELECT count(*) INTO closed FROM due;
    RETURN closed;
END $$;

-- The promise that each line names as its own; for a part of a kit, that of the same demand for this part. Promises to documents
-- are kept by those documents, and a hold has ended with its time.
CREATE OR REPLACE FUNCTION ledger_named_promises(lines ledger_line[])
RETURNS TABLE (posting int, line int, quantity numeric, id uuid, product_id uuid, site_id uuid, open numeric)
LANGUAGE sql STABLE ROWS 10 AS $$
    SELECT l.posting, l.line, l.quantity, r.id, l.product_id, l.from_home, r.open
    FROM unnest(lines) l
    LEFT JOIN reservation n ON n.company_id = app_company() AND n.id = l.reservation_id AND n.demand_type = 'manual'
    LEFT JOIN reservation r ON r.company_id = n.company_id AND r.product_id = l.product_id AND r.site_id = l.from_home AND r.open > 0
         AND (r.id = n.id OR (l.kit_id IS NOT NULL AND r.demand_id = n.demand_id))
         AND (r.expires_at IS NULL OR r.expires_at > statement_timestamp())
    WHERE l.reservation_id IS NOT NULL
$$;

-- Takes from the promises that lines name as theirs what those lines move.
CREATE OR REPLACE FUNCTION ledger_consume_promises(lines ledger_line[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    company uuid := app_company();
    strangers json;
BEGIN
    SELECT json_agg(json_build_object('posting', n.posting, 'line', n.line, 'field', 'reservation', 'code', 'not_found',
               'detail', 'no active reservation of this product at this site has this id') ORDER BY n.posting, n.line)
    INTO strangers
    FROM (SELECT posting, line FROM ledger_named_promises(lines) GROUP BY 1, 2 HAVING count(id) = 0) n;
    IF strangers IS NOT NULL THEN
        PERFORM ledger_refuse('invalid_posting', strangers);
    END IF;
    WITH used AS (
        SELECT id, product_id, site_id, least(open, sum(quantity)) AS quantity, greatest(sum(quantity) - open, 0) AS beyond
        FROM ledger_named_promises(lines) WHERE id IS NOT NULL GROUP BY id, product_id, site_id, open
    ),
    closed AS (
        UPDATE reservation r SET open = r.open - u.quantity, short = greatest(r.short - u.beyond, 0), version = r.version + 1,
               state = CASE WHEN r.open > u.quantity THEN r.state WHEN r.short > u.beyond THEN 'short' ELSE 'consumed' END
        FROM used u WHERE r.company_id = company AND r.id = u.id
    )
    UPDATE site_stock s SET promised = s.promised - u.quantity
    FROM (SELECT product_id, site_id, sum(quantity) AS quantity FROM used GROUP BY 1, 2) u
    WHERE s.company_id = company AND s.product_id = u.product_id AND s.site_id = u.site_id;
END $$;

-- Called when promises seem to stand in the way: holds past their time are given back, then what would take promised goods is
-- refused, and what was lost shortens the promises.
CREATE OR REPLACE FUNCTION ledger_settle_promises(lines ledger_line[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    company uuid := app_company();
    want record;
BEGIN
    PERFORM ledger_expire_holds(l.product_id, l.from_home) FROM unnest(lines) l WHERE l.from_allocatable
    GROUP BY l.product_id, l.from_home ORDER BY l.product_id, l.from_home;
    FOR want IN
        SELECT w.*, s.promised, s.allocatable + w.arriving - w.taken AS left_over
        FROM (SELECT product_id, from_home AS site_id, coalesce(sum(quantity) FILTER (WHERE is_fact), 0) AS lost,
                     coalesce(sum(quantity) FILTER (WHERE NOT is_fact), 0) AS taken,
                     coalesce((SELECT sum(i.quantity) FROM unnest(lines) i WHERE i.to_allocatable
                               AND i.product_id = l.product_id AND i.to_home = l.from_home), 0) AS arriving
              FROM unnest(lines) l WHERE from_allocatable GROUP BY product_id, from_home) w
        JOIN site_stock s ON s.company_id = company AND s.product_id = w.product_id AND s.site_id = w.site_id AND NOT s.negative_ok
        ORDER BY 1, 2
    LOOP
        IF want.taken > 0 AND want.left_over < want.promised THEN
            PERFORM ledger_refuse('insufficient_stock', ledger_shortage(lines, NULL));
        END IF;
        IF want.left_over - want.lost < want.promised THEN
            PERFORM ledger_shorten_promises(want.product_id, want.site_id, want.promised - greatest(want.left_over - want.lost, 0));
        END IF;
    END LOOP;
END $$;

-- The stretches of time in which an entry dated in the past could have taken what was not there: per balance, since when.
CREATE OR REPLACE FUNCTION ledger_doubtful(lines ledger_line[])
RETURNS TABLE (posting int, line int, product_id uuid, location_id uuid, lot_id uuid, since timestamptz)
LANGUAGE sql STABLE ROWS 10 AS $$
    SELECT k.first[1], k.first[2], k.product_id, k.location_id, k.lot_id, k.first_out
    FROM (
        SELECT min(ARRAY[posting, line]) FILTER (WHERE out) AS first, product_id, location_id, lot_id,
               min(effective_at) FILTER (WHERE out) AS first_out, max(coalesce(effective_at, 'infinity')) FILTER (WHERE NOT out) AS last_in
        FROM (SELECT posting, line, product_id, from_location AS location_id, lot_id, effective_at, true AS out
              FROM unnest(lines) WHERE from_home IS NOT NULL
              UNION ALL
              SELECT posting, line, product_id, to_location, lot_id, effective_at, false FROM unnest(lines) WHERE to_home IS NOT NULL) leg
        GROUP BY product_id, location_id, lot_id
    ) k
    LEFT JOIN stock_balance b ON b.company_id = (SELECT app_company()) AND b.product_id = k.product_id AND b.location_id = k.location_id
         AND b.lot_key = coalesce(k.lot_id, '00000000-0000-0000-0000-000000000000'::uuid)
    WHERE k.first_out IS NOT NULL AND (k.first_out < b.last_effective_at OR k.first_out < k.last_in) AND b.negative_ok IS NOT TRUE
$$;

-- Refuses if any of those balances was below zero at some moment since then. Runs after the moves are written.
CREATE OR REPLACE FUNCTION ledger_check_past(doubts json) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    faults json;
BEGIN
    SELECT json_agg(json_build_object('posting', d.posting, 'line', d.line, 'field', 'quantity', 'code', 'insufficient_stock',
               'detail', 'not enough stock at ' || to_char(w.at, 'YYYY-MM-DD"T"HH24:MI:SSOF'),
               'product', d.product_id, 'at', w.at, 'short', trim_scale(-w.level)::text))
    INTO faults
    FROM json_to_recordset(doubts) AS d(posting int, line int, product_id uuid, location_id uuid, lot_id uuid, since timestamptz)
    JOIN stock_balance b ON b.company_id = app_company() AND b.product_id = d.product_id AND b.location_id = d.location_id
         AND b.lot_key = coalesce(d.lot_id, '00000000-0000-0000-0000-000000000000'::uuid) AND NOT b.negative_ok
    CROSS JOIN LATERAL (
        SELECT at, level FROM (
            SELECT m.effective_at AS at, b.on_hand - sum(sum(m.delta)) OVER () + sum(sum(m.delta)) OVER (ORDER BY m.effective_at) AS level
            FROM (SELECT effective_at, CASE WHEN to_location_id = d.location_id THEN quantity ELSE -quantity END AS delta FROM move
                  WHERE company_id = app_company() AND product_id = d.product_id AND effective_at >= d.since
                    AND d.location_id IN (from_location_id, to_location_id) AND lot_id IS NOT DISTINCT FROM d.lot_id) m
            GROUP BY m.effective_at) run
        WHERE level < 0 ORDER BY level LIMIT 1) w;
    IF faults IS NOT NULL THEN
        PERFORM ledger_refuse('insufficient_stock', faults);
    END IF;
END $$;

-- Entries dated inside days that already have checkpoints correct those of their product and site from that day on.
CREATE OR REPLACE FUNCTION ledger_correct_checkpoints(lines ledger_line[], costs numeric[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    company uuid := app_company();
    closed_through date := (SELECT through FROM company_checkpoint WHERE company_id = company);
    late record;
BEGIN
    FOR late IN
        SELECT l.product_id, l.site_id, l.day, sum(l.delta) AS delta, sum(l.value) AS value FROM (
            SELECT product_id, CASE WHEN from_physical THEN from_home ELSE to_home END AS site_id,
                   (effective_at AT TIME ZONE 'UTC')::date AS day,
                   CASE WHEN from_physical THEN -quantity ELSE quantity END AS delta,
                   CASE WHEN from_physical THEN -cost ELSE cost END AS value
            FROM unnest(lines, costs) AS u(posting, posting_id, kind, line, number, product_id, tracking, lot_id, lot_number, expires_on,
                from_location, from_home, from_physical, from_allocatable, to_location, to_home, to_physical, to_allocatable,
                quantity, given_cost, unit_price, total, kit_id, kit_quantity, reservation_id, is_fact, effective_at, cost)
            WHERE from_physical <> to_physical) l
        WHERE l.day <= closed_through GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    LOOP
        INSERT INTO stock_checkpoint (company_id, product_id, site_id, day, on_hand, value)
        SELECT company, late.product_id, late.site_id, late.day, coalesce(p.on_hand, 0), coalesce(p.value, 0)
        FROM (SELECT) one LEFT JOIN LATERAL (SELECT on_hand, value FROM stock_checkpoint WHERE company_id = company
                AND product_id = late.product_id AND site_id = late.site_id AND day < late.day ORDER BY day DESC LIMIT 1) p ON true
        ON CONFLICT DO NOTHING;
        UPDATE stock_checkpoint SET on_hand = on_hand + late.delta, value = value + late.value
        WHERE company_id = company AND product_id = late.product_id AND site_id = late.site_id AND day >= late.day;
    END LOOP;
END $$;

-- Postings as the API shows them, in the order asked for.
CREATE OR REPLACE FUNCTION posting_json(ids uuid[]) RETURNS json LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        SELECT json_agg(shown ORDER BY i.place)
        FROM unnest(ids) WITH ORDINALITY AS i(id, place)
        JOIN posting p ON p.company_id = app_company() AND p.id = i.id
        CROSS JOIN LATERAL (SELECT p.document_type AS type, p.document_number AS number, p.document_date AS date, p.document_party AS party) document
        CROSS JOIN LATERAL (
            SELECT p.id, p.kind, document, p.reason, p.note, p.currency, p.effective_at, p.recorded_at, p.actor_id AS actor, p.source,
                   p.source_ref, p.reversal_of, p.return_of, p.transfer_id AS transfer, (
                SELECT json_agg(shown_line ORDER BY m.number)
                FROM move m
                JOIN product r ON r.company_id = m.company_id AND r.id = m.product_id
                JOIN location f ON f.company_id = m.company_id AND f.id = m.from_location_id
                JOIN location t ON t.company_id = m.company_id AND t.id = m.to_location_id
                LEFT JOIN lot ON lot.company_id = m.company_id AND lot.product_id = m.product_id AND lot.id = m.lot_id
                CROSS JOIN LATERAL (
                    SELECT m.line, m.product_id AS product, r.sku, f.address AS "from", t.address AS "to", lot.number AS lot,
                           trim_scale(m.quantity)::text AS quantity, trim_scale(m.cost)::text AS cost,
                           trim_scale(m.unit_price)::text AS unit_price, trim_scale(m.total)::text AS total,
                           m.kit_id AS kit, trim_scale(m.kit_quantity)::text AS kit_quantity) shown_line
                WHERE m.company_id = p.company_id AND m.posting_id = p.id) AS lines) shown);
END $$;

CREATE OR REPLACE FUNCTION ledger_event_type(kind text, reversal_of uuid) RETURNS text LANGUAGE sql IMMUTABLE
    RETURN CASE WHEN reversal_of IS NOT NULL THEN 'posting_reversed' ELSE CASE kind
        WHEN 'receipt' THEN 'stock_received' WHEN 'issue' THEN 'stock_issued' WHEN 'sale' THEN 'sale_recorded'
        WHEN 'customer_return' THEN 'sale_returned' WHEN 'supplier_return' THEN 'stock_returned_to_supplier'
        WHEN 'adjustment' THEN 'stock_adjusted' WHEN 'scrap' THEN 'stock_scrapped' WHEN 'transfer' THEN 'stock_transferred'
        WHEN 'opening' THEN 'opening_stock_recorded' WHEN 'assembly' THEN 'stock_assembled' END END;
