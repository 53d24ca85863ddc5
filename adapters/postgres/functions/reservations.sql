-- Promises of stock at a site. `promised` on site_stock is always the sum of what active reservations still hold open; every
-- change of it holds the lock on the site_stock row.

-- Locks the rows of these products at these sites (one pair per position) in the order that all writers keep, after the lock
-- on the period that ledger_post takes first. Call it before a transaction that touches stock in several statements.
CREATE OR REPLACE FUNCTION ledger_lock_stock(products uuid[], sites uuid[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off
AS $$
DECLARE
    company uuid := app_company();
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('period:' || company, 0));
    INSERT INTO site_stock (company_id, product_id, site_id)
    SELECT DISTINCT company, k.product, k.site FROM unnest(products, sites) AS k(product, site)
    WHERE NOT EXISTS (SELECT FROM site_stock s WHERE s.company_id = company AND s.product_id = k.product AND s.site_id = k.site)
    ORDER BY k.product, k.site ON CONFLICT DO NOTHING;
    PERFORM FROM (SELECT DISTINCT product, site FROM unnest(products, sites) AS u(product, site)) k
    JOIN site_stock s ON s.company_id = company AND s.product_id = k.product AND s.site_id = k.site
    ORDER BY s.product_id, s.site_id FOR NO KEY UPDATE OF s;
END $$;

-- Which product and site each wish names, by id or by SKU and code; NULL where there is none. Under row-level security neither
-- one condition over both keys nor a join on coalesce() would use an index, hence two joins and a finished result.
CREATE OR REPLACE FUNCTION ledger_named(wishes json) RETURNS TABLE (line int, product uuid, site uuid) LANGUAGE sql STABLE ROWS 10 AS $$
    WITH named AS MATERIALIZED (
        SELECT w.line, coalesce(pi.id, ps.id), coalesce(si.id, sc.id)
        FROM json_to_recordset(wishes) AS w(line int, product_id uuid, sku text, site_id uuid, site_code text)
        LEFT JOIN product pi ON pi.company_id = app_company() AND pi.id = w.product_id
        LEFT JOIN product ps ON ps.company_id = app_company() AND ps.sku_key = w.sku
        LEFT JOIN site si ON si.company_id = app_company() AND si.id = w.site_id
        LEFT JOIN site sc ON sc.company_id = app_company() AND sc.code = w.site_code
    )
    SELECT * FROM named
$$;

CREATE OR REPLACE FUNCTION ledger_reservation_faults(write_sites uuid[], requests json) RETURNS json LANGUAGE sql STABLE AS $$
    SELECT json_agg(json_build_object('posting', 0, 'line', r.line, 'field', f.field, 'code', f.code, 'detail', f.detail)
                    ORDER BY r.line, f.field)
    FROM json_to_recordset(requests) AS r(line int, demand_type text)
    JOIN ledger_named(requests) n ON n.line = r.line
    LEFT JOIN product p ON p.company_id = app_company() AND p.id = n.product
    LEFT JOIN site s ON s.company_id = app_company() AND s.id = n.site
    CROSS JOIN LATERAL (VALUES
        (p.id IS NULL, 'product', 'not_found', 'no product has this id or SKU'),
        (NOT p.active AND r.demand_type <> 'transfer', 'product', 'inactive', 'the product is inactive'),
        (p.kind = 'kit' AND NOT EXISTS (SELECT FROM kit_component k WHERE k.company_id = p.company_id AND k.kit_id = p.id),
         'product', 'empty_kit', 'this kit has no components'),
        (s.id IS NULL, 'site', 'not_found', 'no site has this id or code'),
        (NOT s.active, 'site', 'closed', 'the site is closed'),
        (s.id <> ALL (write_sites), 'site', 'forbidden', 'outside the sites that you may write')) AS f(holds, field, code, detail)
    WHERE f.holds
$$;

-- Where the stock that is not promised yet does not cover these reservations together.
CREATE OR REPLACE FUNCTION ledger_short_of(wishes reservation[])
RETURNS TABLE (line int, product_id uuid, site_id uuid, quantity numeric, available numeric) LANGUAGE sql STABLE ROWS 10 AS $$
    SELECT w.line, w.product_id, w.site_id, w.quantity, s.allocatable - s.promised
    FROM (SELECT min(demand_line) AS line, product_id, site_id, sum(quantity) AS quantity FROM unnest(wishes) GROUP BY 2, 3) w
    JOIN site_stock s ON s.company_id = app_company() AND s.product_id = w.product_id AND s.site_id = w.site_id
    WHERE NOT s.negative_ok AND s.allocatable - s.promised < w.quantity
$$;

-- requests: [{line, id, product_id | sku, site_id | site_code, quantity, state, expires_at, priority, demand_type, demand_id,
-- note}]. A kit is reserved as its components, the first of which keeps the id. All or none; returns the ids in order.
CREATE OR REPLACE FUNCTION ledger_reserve(actor uuid, write_sites uuid[], requests json) RETURNS uuid[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off
AS $$
DECLARE
    company uuid := app_company();
    wishes reservation[];
    wanted record;
    faults json := ledger_reservation_faults(write_sites, requests);
BEGIN
    IF faults IS NOT NULL THEN
        PERFORM ledger_refuse('invalid_reservation', faults);
    END IF;
    SELECT array_agg(ROW(company, CASE WHEN k.place IS NULL OR k.place = 1 THEN r.id ELSE new_id() END,
               coalesce(k.component_id, n.product), n.site, r.quantity * coalesce(k.quantity, 1), r.quantity * coalesce(k.quantity, 1),
               r.state, coalesce(r.priority, 0), r.expires_at, r.demand_type, r.demand_id, r.line, coalesce(r.note, ''), actor,
               clock_timestamp(), 1, 0)::reservation ORDER BY r.line, k.place)
    INTO wishes
    FROM json_to_recordset(requests) AS r(line int, id uuid, quantity numeric, state text, expires_at timestamptz, priority int,
         demand_type text, demand_id uuid, note text)
    JOIN ledger_named(requests) n ON n.line = r.line
    LEFT JOIN LATERAL (SELECT c.component_id, c.quantity, row_number() OVER (ORDER BY c.component_id) AS place
                       FROM kit_component c WHERE c.company_id = company AND c.kit_id = n.product) k ON true;

    PERFORM ledger_lock_stock(array_agg(w.product_id), array_agg(w.site_id)) FROM unnest(wishes) w;
    FOR wanted IN SELECT s.product_id, s.site_id FROM ledger_short_of(wishes) s ORDER BY 1, 2 LOOP
        PERFORM ledger_expire_holds(wanted.product_id, wanted.site_id);
    END LOOP;
    SELECT json_agg(json_build_object('posting', 0, 'line', w.line, 'field', 'quantity', 'code', 'insufficient_stock',
               'detail', 'not enough stock of ' || p.sku || ' at ' || t.code, 'product', p.id, 'sku', p.sku, 'site', t.code,
               'requested', trim_scale(w.quantity)::text, 'available', trim_scale(greatest(w.available, 0))::text) ORDER BY w.line)
    INTO faults
    FROM ledger_short_of(wishes) w
    JOIN product p ON p.company_id = company AND p.id = w.product_id
    JOIN site t ON t.company_id = company AND t.id = w.site_id;
    IF faults IS NOT NULL THEN
        PERFORM ledger_refuse('insufficient_stock', faults);
    END IF;

    INSERT INTO reservation SELECT w.* FROM unnest(wishes) w;
    UPDATE site_stock s SET promised = s.promised + w.quantity, version = s.version + 1
    FROM (SELECT product_id, site_id, sum(quantity) AS quantity FROM unnest(wishes) GROUP BY 1, 2) w
    WHERE s.company_id = company AND s.product_id = w.product_id AND s.site_id = w.site_id;
    INSERT INTO outbox_event (company_id, type, subject_type, subject_id, data)
    SELECT company, 'stock_reserved', 'reservation', w.id,
           json_build_object('product', w.product_id, 'site', w.site_id, 'quantity', trim_scale(w.quantity)::text,
                              'state', w.state, 'expires_at', w.expires_at, 'demand', w.demand_id)
    FROM unnest(wishes) w;
    RETURN (SELECT array_agg(w.id ORDER BY w.ordinality) FROM unnest(wishes) WITH ORDINALITY AS w);
END $$;

-- Ends the active reservations of a demand: 'released' (given back) or 'consumed' (about to be moved in this transaction).
-- With parts ([{line, quantity, whole, is_last}]) only those of these lines, of each as much as `quantity` is of the `whole` that
-- was reserved for; the last part takes what is left, whatever was rounded or lost on the way. Returns how many gave up something.
CREATE OR REPLACE FUNCTION ledger_end_reservations(demand uuid, outcome text, parts json DEFAULT NULL) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off
AS $$
DECLARE
    company uuid := app_company();
    ended integer;
BEGIN
    PERFORM ledger_lock_stock(array_agg(r.product_id), array_agg(r.site_id))
    FROM reservation r WHERE r.company_id = company AND r.demand_id = demand AND (r.open > 0 OR r.short > 0);
    WITH part AS (
        SELECT r.id, r.open, r.short, parts IS NULL OR p.is_last AS is_last, round(r.quantity * p.quantity / p.whole, 6) AS wanted
        FROM reservation r
        LEFT JOIN json_to_recordset(parts) AS p(line int, quantity numeric, whole numeric, is_last boolean) ON p.line = r.demand_line
        WHERE r.company_id = company AND r.demand_id = demand AND (r.open > 0 OR r.short > 0) AND (parts IS NULL OR p.line IS NOT NULL)
    ),
    active AS (  -- what was short is wanted no more either, as far as what is moved went beyond what was promised
        SELECT p.id, CASE WHEN p.is_last THEN p.open ELSE least(p.open, p.wanted) END AS ended,
               CASE WHEN p.is_last THEN 0 ELSE greatest(p.short - greatest(p.wanted - p.open, 0), 0) END AS short
        FROM part p
    ),
    closed AS (
        UPDATE reservation r SET open = r.open - a.ended, short = a.short, version = r.version + 1,
               state = CASE WHEN r.open > a.ended THEN r.state WHEN a.short > 0 THEN 'short' ELSE outcome END
        FROM active a WHERE r.company_id = company AND r.id = a.id AND (a.ended > 0 OR r.short <> a.short)
        RETURNING r.id, r.product_id, r.site_id, a.ended AS open
    ),
    given_back AS (
        UPDATE site_stock s SET promised = s.promised - t.open, version = s.version + 1
        FROM (SELECT product_id, site_id, sum(open) AS open FROM closed GROUP BY 1, 2) t
        WHERE s.company_id = company AND s.product_id = t.product_id AND s.site_id = t.site_id
    ),
    told AS (
        INSERT INTO outbox_event (company_id, type, subject_type, subject_id, data)
        SELECT company, 'reservation_' || outcome, 'reservation', c.id,
               json_build_object('product', c.product_id, 'site', c.site_id, 'quantity', trim_scale(c.open)::text) FROM closed c
        WHERE c.open > 0
    )
    SELECT count(*) INTO ended FROM closed;
    RETURN ended;
END $$;

-- Turns the holds of a demand, which have a time limit, into commitments without one. Returns how many were still held.
CREATE OR REPLACE FUNCTION ledger_commit_reservations(demand uuid) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off
AS $$
DECLARE
    company uuid := app_company();
    committed integer;
BEGIN
    WITH kept AS (
        UPDATE reservation r SET state = 'committed', expires_at = NULL, version = r.version + 1
        WHERE r.company_id = company AND r.demand_id = demand AND r.state = 'held' AND r.expires_at > statement_timestamp()
        RETURNING r.id, r.product_id, r.site_id, r.open
    ),
    told AS (
        INSERT INTO outbox_event (company_id, type, subject_type, subject_id, data)
        SELECT company, 'reservation_committed', 'reservation', k.id,
               json_build_object('product', k.product_id, 'site', k.site_id, 'quantity', trim_scale(k.open)::text) FROM kept k
    )
    SELECT count(*) INTO committed FROM kept;
    RETURN committed;
END $$;

-- Gives what is free of a product at a site to those who want more than they have, the highest priority and the oldest first.
-- Returns how many got something.
CREATE OR REPLACE FUNCTION ledger_refill_promises(product uuid, site uuid) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off
AS $$
DECLARE
    company uuid := app_company();
    free numeric;
    boundless boolean;
    promise record;
    given numeric;
    served integer := 0;
BEGIN
    SELECT s.allocatable - s.promised, s.negative_ok INTO free, boundless FROM site_stock s
    WHERE s.company_id = company AND s.product_id = product AND s.site_id = site FOR NO KEY UPDATE;
    FOR promise IN SELECT r.id, r.short, r.demand_id, r.state, r.expires_at FROM reservation r
                   WHERE r.company_id = company AND r.product_id = product AND r.site_id = site AND r.short > 0
                     AND (r.expires_at IS NULL OR r.expires_at > statement_timestamp())
                   ORDER BY r.priority DESC, r.created_at, r.id LOOP
        given := CASE WHEN boundless THEN promise.short ELSE least(free, promise.short) END;
        EXIT WHEN given IS NULL OR given <= 0;
        free := free - given;
        served := served + 1;
        UPDATE reservation r SET open = r.open + given, short = r.short - given, version = r.version + 1,
               state = CASE WHEN r.expires_at IS NULL THEN 'committed' ELSE 'held' END
            WHERE r.company_id = company AND r.id = promise.id;
        UPDATE site_stock s SET promised = s.promised + given, version = s.version + 1
            WHERE s.company_id = company AND s.product_id = product AND s.site_id = site;
        INSERT INTO outbox_event (company_id, type, subject_type, subject_id, data)
        VALUES (company, 'stock_reserved', 'reservation', promise.id,
                json_build_object('product', product, 'site', site, 'quantity', trim_scale(given)::text,
                                  'state', CASE WHEN promise.expires_at IS NULL THEN 'committed' ELSE 'held' END,
                                  'expires_at', promise.expires_at, 'demand', promise.demand_id));
    END LOOP;
    RETURN served;
END $$;

-- The same for all sites of these products, under the locks of all of them.
CREATE OR REPLACE FUNCTION ledger_refill(products uuid[]) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off
AS $$
DECLARE
    company uuid := app_company();
    key record;
    served integer := 0;
BEGIN
    PERFORM ledger_lock_stock(array_agg(r.product_id), array_agg(r.site_id))
    FROM reservation r WHERE r.company_id = company AND r.product_id = ANY (products) AND r.short > 0;
    FOR key IN SELECT r.product_id, r.site_id FROM reservation r
               WHERE r.company_id = company AND r.product_id = ANY (products) AND r.short > 0 GROUP BY 1, 2 ORDER BY 1, 2 LOOP
        served := served + ledger_refill_promises(key.product_id, key.site_id);
    END LOOP;
    RETURN served;
END $$;

-- Makes the reservations of a demand what is wanted: [{line, product, site, quantity}], once for each line and site, and nothing of what is
-- not named. What is wanted no more ends as `outcome`; what is wanted beyond what there is, is short. Unless it may grow, nothing is
-- taken that the demand does not have. A kit is reserved as its components.
CREATE OR REPLACE FUNCTION ledger_hold(demand uuid, kind text, urgency integer, wishes json, outcome text, grows boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off
AS $$
DECLARE
    company uuid := app_company();
    target json;
    key record;
BEGIN
    SELECT json_agg(w) INTO target FROM (
        SELECT w.line, coalesce(k.component_id, w.product) AS product, w.site, sum(w.quantity * coalesce(k.quantity, 1)) AS quantity
        FROM json_to_recordset(wishes) AS w(line int, product uuid, site uuid, quantity numeric)
        LEFT JOIN kit_component k ON k.company_id = company AND k.kit_id = w.product
        GROUP BY 1, 2, 3) w;
    PERFORM ledger_lock_stock(array_agg(x.product), array_agg(x.site)) FROM (
        SELECT r.product_id AS product, r.site_id AS site FROM reservation r
        WHERE r.company_id = company AND r.demand_id = demand AND (r.open > 0 OR r.short > 0)
        UNION SELECT w.product, w.site FROM json_to_recordset(target) AS w(product uuid, site uuid)) x;

    WITH standing AS (
        SELECT r.id, r.open, r.short, greatest(r.open + r.short - coalesce(w.quantity, 0), 0) AS surplus
        FROM reservation r
        LEFT JOIN json_to_recordset(target) AS w(line int, product uuid, site uuid, quantity numeric)
          ON w.line = r.demand_line AND w.product = r.product_id AND w.site = r.site_id
        WHERE r.company_id = company AND r.demand_id = demand AND (r.open > 0 OR r.short > 0)
    ),
    reduced AS (
        SELECT s.id, s.short - least(s.short, s.surplus) AS short, s.surplus - least(s.short, s.surplus) AS ended
        FROM standing s WHERE s.surplus > 0
    ),
    closed AS (
        UPDATE reservation r SET open = r.open - d.ended, short = d.short, version = r.version + 1,
               state = CASE WHEN r.open > d.ended THEN r.state WHEN d.short > 0 THEN 'short' ELSE outcome END
        FROM reduced d WHERE r.company_id = company AND r.id = d.id
        RETURNING r.id, r.product_id, r.site_id, d.ended
    ),
    given_back AS (
        UPDATE site_stock s SET promised = s.promised - t.ended, version = s.version + 1
        FROM (SELECT product_id, site_id, sum(ended) AS ended FROM closed GROUP BY 1, 2) t
        WHERE s.company_id = company AND s.product_id = t.product_id AND s.site_id = t.site_id AND t.ended > 0
    )
    INSERT INTO outbox_event (company_id, type, subject_type, subject_id, data)
    SELECT company, CASE outcome WHEN 'consumed' THEN 'reservation_consumed' ELSE 'reservation_released' END, 'reservation', c.id,
           json_build_object('product', c.product_id, 'site', c.site_id, 'quantity', trim_scale(c.ended)::text)
    FROM closed c WHERE c.ended > 0;
    IF NOT grows THEN
        RETURN;
    END IF;

    UPDATE reservation r SET short = r.short + w.quantity - r.open - r.short, quantity = r.quantity + w.quantity - r.open - r.short,
           version = r.version + 1
    FROM json_to_recordset(target) AS w(line int, product uuid, site uuid, quantity numeric)
    WHERE r.company_id = company AND r.demand_id = demand AND (r.open > 0 OR r.short > 0) AND w.line = r.demand_line
      AND w.product = r.product_id AND w.site = r.site_id AND w.quantity > r.open + r.short;
    INSERT INTO reservation (company_id, id, product_id, site_id, quantity, open, short, state, priority, demand_type, demand_id,
                             demand_line, created_at)
    SELECT company, new_id(), w.product, w.site, w.quantity, 0, w.quantity, 'short', urgency, kind, demand, w.line, clock_timestamp()
    FROM json_to_recordset(target) AS w(line int, product uuid, site uuid, quantity numeric)
    WHERE NOT EXISTS (SELECT FROM reservation r WHERE r.company_id = company AND r.demand_id = demand AND (r.open > 0 OR r.short > 0)
                        AND r.demand_line = w.line AND r.product_id = w.product AND r.site_id = w.site)
    ORDER BY w.line, w.product, w.site;
    FOR key IN SELECT r.product_id, r.site_id FROM reservation r
               WHERE r.company_id = company AND r.demand_id = demand AND r.short > 0 GROUP BY 1, 2 ORDER BY 1, 2 LOOP
        PERFORM ledger_refill_promises(key.product_id, key.site_id);
    END LOOP;
END $$;
