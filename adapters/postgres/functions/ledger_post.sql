-- Posts any number of postings in one statement: all of them or none. See ledger.sql for the helpers and the lock order.
--
-- keys:    [{principal, key, hash, postings}]  idempotency keys claimed by this call, with the ids of their postings
-- headers: [{posting, id, actor, reach, kind, document_*, reason, note, currency, effective_at, source, source_ref, reversal_of,
--            return_of, transfer_id, is_fact}]            `posting` is the index that entries refer to, `reach` the sites
--                                               that the actor may write (null: all)
-- entries: [{posting, line, product_id | sku, from_id | from_address, to_id | to_address, lot, lot_id, expires_on, quantity,
--            unit_cost, given_cost, unit_price, kit_id, kit_quantity, total, reservation_id}]
-- Refusals are raised as PW001 (detail: the faults), a used key as PW002. Returns the postings as the API shows them when
-- `answer` asks for it.
--
-- Requests come in by `ledger_post` and imports by `ledger_load`, below: the same writer, planned for few lines or for many.
CREATE OR REPLACE FUNCTION ledger_record(keys json, headers json, entries json, answer boolean) RETURNS json LANGUAGE plpgsql
AS $$
DECLARE
    company uuid := app_company();
    rules record;
    lines ledger_line[];
    costs numeric[];
    changes numeric[];
    stamp timestamptz;
    claimed integer;
    expected integer;
    found_rows integer;
    explicit_time boolean;
    has_kits boolean;
    has_lots boolean;
    has_reservations boolean;
    sound boolean;
    promises_hold boolean;
    unchanged json;
    doubts json;
BEGIN
    IF company IS NULL THEN
        RAISE EXCEPTION 'no company is set for this transaction';
    END IF;
    IF keys IS NOT NULL THEN
        -- Not ON CONFLICT, which looks for every key twice and writes it in two steps: a used one is rare.
        BEGIN
            INSERT INTO idempotency_key (company_id, principal_id, key, request_hash, postings)
            SELECT company, k.principal, k.key, decode(k.hash, 'hex'), k.postings
            FROM json_to_recordset(keys) AS k(principal uuid, key text, hash text, postings uuid[]) ORDER BY k.principal, k.key;
        EXCEPTION WHEN unique_violation THEN
            RAISE EXCEPTION 'idempotency_key_used' USING ERRCODE = 'PW002';
        END;
    END IF;

    -- Moving the period lock takes this lock exclusively, so no posting slips into a period being closed.
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('period:' || company, 0));
    SELECT c.costing_method, c.currency, c.locked_through INTO STRICT rules FROM company c WHERE c.id = company;

    SELECT array_agg(ROW(e.posting, h.id, h.kind, e.line, e.line, p.id, p.tracking, e.lot_id, e.lot, e.expires_on,
               coalesce(fi.id, fa.id), coalesce(fi.site_id, fa.site_id), coalesce(fi.is_physical, fa.is_physical),
               coalesce(fi.is_allocatable, fa.is_allocatable),
               coalesce(ti.id, ta.id), coalesce(ti.site_id, ta.site_id), coalesce(ti.is_physical, ta.is_physical),
               coalesce(ti.is_allocatable, ta.is_allocatable),
               e.quantity, coalesce(e.given_cost, round(e.unit_cost * e.quantity, 4)), e.unit_price,
               coalesce(e.total, round(e.unit_price * e.quantity, 4)),
               coalesce(e.kit_id, CASE WHEN p.kind = 'kit' THEN p.id END), coalesce(e.kit_quantity, CASE WHEN p.kind = 'kit' THEN e.quantity END),
               e.reservation_id, coalesce(h.is_fact, false), h.effective_at)::ledger_line ORDER BY e.posting, e.line),
           coalesce(bool_and(p.id IS NOT NULL AND coalesce(fi.active, fa.active, false) AND coalesce(ti.active, ta.active, false)
               AND (p.active OR h.reversal_of IS NOT NULL OR h.kind NOT IN ('receipt', 'issue', 'sale', 'opening', 'assembly'))
               AND (p.kind = 'unit' OR h.kind IN ('sale', 'issue', 'customer_return'))
               AND (p.tracking = 'none' OR (e.lot IS NOT NULL OR e.lot_id IS NOT NULL OR coalesce(fi.site_id, fa.site_id) IS NOT NULL)
                    AND (p.tracking = 'lot' OR (e.quantity = trunc(e.quantity) AND (e.quantity = 1 OR (e.lot IS NULL AND e.lot_id IS NULL)))))
               AND (p.tracking <> 'none' OR (e.lot IS NULL AND e.lot_id IS NULL))
               AND (h.reach IS NULL OR (coalesce(fi.site_id, fa.site_id) = ANY (h.reach)) IS NOT FALSE
                                   AND (coalesce(ti.site_id, ta.site_id) = ANY (h.reach)) IS NOT FALSE)
               AND (h.effective_at <= rules.locked_through) IS NOT TRUE), true),
           bool_or(h.effective_at IS NOT NULL), bool_or(p.kind = 'kit'), bool_or(p.tracking <> 'none' OR p.kind = 'kit'),
           bool_or(e.reservation_id IS NOT NULL)
    INTO lines, sound, explicit_time, has_kits, has_lots, has_reservations
    FROM json_to_recordset(entries) AS e(posting int, line int, product_id uuid, sku text, from_id uuid, from_address text, to_id uuid,
         to_address text, lot text, lot_id uuid, expires_on date, quantity numeric, unit_cost numeric, given_cost numeric,
         unit_price numeric, total numeric, kit_id uuid, kit_quantity numeric, reservation_id uuid)
    JOIN json_to_recordset(headers) AS h(posting int, id uuid, reach uuid[], kind text, effective_at timestamptz, reversal_of uuid, is_fact boolean)
      ON h.posting = e.posting
    LEFT JOIN product pi ON pi.company_id = company AND pi.id = e.product_id
    LEFT JOIN product ps ON ps.company_id = company AND ps.sku_key = e.sku
    LEFT JOIN LATERAL (SELECT coalesce(pi.id, ps.id) AS id, coalesce(pi.tracking, ps.tracking) AS tracking,
                              coalesce(pi.kind, ps.kind) AS kind, coalesce(pi.active, ps.active) AS active) p ON true
    LEFT JOIN location fi ON fi.company_id = company AND fi.id = e.from_id
    LEFT JOIN location fa ON fa.company_id = company AND fa.address = e.from_address
    LEFT JOIN location ti ON ti.company_id = company AND ti.id = e.to_id
    LEFT JOIN location ta ON ta.company_id = company AND ta.address = e.to_address;
    IF NOT sound THEN
        PERFORM ledger_refuse('invalid_posting', ledger_faults(headers, entries, rules.locked_through));
    END IF;
    IF has_kits THEN
        lines := ledger_explode_kits(lines);
    END IF;

    -- The lock that serialises every change of a product at a site, taken in one order by all.
    LOOP
        WITH wanted AS (
            SELECT product_id, home, sum(delta) AS delta FROM (
                SELECT product_id, from_home AS home, CASE WHEN from_allocatable THEN -quantity ELSE 0 END AS delta
                FROM unnest(lines) WHERE from_home IS NOT NULL
                UNION ALL
                SELECT product_id, to_home, CASE WHEN to_allocatable THEN quantity ELSE 0 END
                FROM unnest(lines) WHERE to_home IS NOT NULL) leg
            GROUP BY product_id, home
        ),
        locked AS MATERIALIZED (
            SELECT w.delta >= 0 OR s.negative_ok OR s.allocatable - s.promised + w.delta >= 0 AS holds
            FROM wanted w JOIN site_stock s ON s.company_id = company AND s.product_id = w.product_id AND s.site_id = w.home
            ORDER BY s.product_id, s.site_id FOR NO KEY UPDATE OF s
        )
        SELECT (SELECT count(*) FROM wanted), count(*), coalesce(bool_and(holds), true)
        INTO expected, found_rows, promises_hold FROM locked;
        EXIT WHEN expected = found_rows;
        INSERT INTO site_stock (company_id, product_id, site_id)
        SELECT company, k.product_id, k.home
        FROM (SELECT product_id, from_home AS home FROM unnest(lines) UNION SELECT product_id, to_home FROM unnest(lines)) k
        WHERE k.home IS NOT NULL AND NOT EXISTS (
            SELECT FROM site_stock s WHERE s.company_id = company AND s.product_id = k.product_id AND s.site_id = k.home)
        ORDER BY k.product_id, k.home
        ON CONFLICT DO NOTHING;
    END LOOP;
    stamp := clock_timestamp();

    IF has_lots THEN
        SET CONSTRAINTS stock_balance_serial_in_one_place DEFERRED;
        lines := ledger_assign_lots(lines);
    END IF;
    IF has_reservations THEN
        PERFORM ledger_consume_promises(lines);
    END IF;
    IF has_reservations OR NOT promises_hold THEN
        PERFORM ledger_settle_promises(lines);
    END IF;
    IF explicit_time THEN
        SELECT json_agg(d) INTO doubts FROM ledger_doubtful(lines) d;
    END IF;

    -- The guarded update. Every line counts: a single balance that cannot give what is asked refuses the whole posting.
    WITH wanted AS (
        SELECT product_id, location_id, lot_id, sum(delta) AS delta, max(effective_at) AS effective_at FROM (
            SELECT product_id, from_location AS location_id, lot_id, -quantity AS delta, coalesce(effective_at, stamp) AS effective_at
            FROM unnest(lines) WHERE from_home IS NOT NULL
            UNION ALL
            SELECT product_id, to_location, lot_id, quantity, coalesce(effective_at, stamp) FROM unnest(lines) WHERE to_home IS NOT NULL) leg
        GROUP BY product_id, location_id, lot_id
    ),
    changed AS (
        UPDATE stock_balance b SET on_hand = b.on_hand + w.delta, version = b.version + 1,
               last_effective_at = greatest(b.last_effective_at, w.effective_at)
        FROM wanted w
        WHERE b.company_id = company AND b.product_id = w.product_id AND b.location_id = w.location_id
          AND b.lot_key = coalesce(w.lot_id, '00000000-0000-0000-0000-000000000000'::uuid)
          AND (w.delta >= 0 OR b.negative_ok OR b.on_hand + w.delta >= 0)
        RETURNING b.product_id, b.location_id, b.lot_id
    ),
    counted AS (SELECT (SELECT count(*) FROM wanted) AS expected, (SELECT count(*) FROM changed) AS found_rows)
    SELECT c.expected, c.found_rows, CASE WHEN c.found_rows < c.expected THEN
               (SELECT json_agg(u) FROM (SELECT product_id, location_id, lot_id FROM wanted EXCEPT TABLE changed) u) END
    INTO expected, found_rows, unchanged FROM counted c;
    IF found_rows < expected THEN
        WITH wanted AS (
            SELECT product_id, location_id, lot_id, tracking, sum(delta) AS delta, max(effective_at) AS effective_at FROM (
                SELECT product_id, from_location AS location_id, lot_id, tracking, -quantity AS delta, coalesce(effective_at, stamp) AS effective_at
                FROM unnest(lines) WHERE from_home IS NOT NULL
                UNION ALL
                SELECT product_id, to_location, lot_id, tracking, quantity, coalesce(effective_at, stamp) FROM unnest(lines) WHERE to_home IS NOT NULL) leg
            GROUP BY product_id, location_id, lot_id, tracking
        )
        INSERT INTO stock_balance (company_id, product_id, location_id, lot_id, is_serial, on_hand, last_effective_at)
        SELECT company, w.product_id, w.location_id, w.lot_id, w.tracking = 'serial', w.delta, w.effective_at
        FROM wanted w JOIN location l ON l.company_id = company AND l.id = w.location_id
        JOIN site s ON s.company_id = company AND s.id = l.site_id
        WHERE (w.delta >= 0 OR s.negative_ok) AND (w.tracking = 'none' OR w.lot_id IS NOT NULL)
          AND NOT EXISTS (SELECT FROM stock_balance b WHERE b.company_id = company AND b.product_id = w.product_id
                          AND b.location_id = w.location_id AND b.lot_key = coalesce(w.lot_id, '00000000-0000-0000-0000-000000000000'::uuid));
        GET DIAGNOSTICS claimed = ROW_COUNT;
        IF found_rows + claimed < expected THEN
            PERFORM ledger_refuse('insufficient_stock', ledger_shortage(lines, unchanged));
        END IF;
    END IF;

    IF has_lots THEN  -- every line has moved: a serial number now in two places is refused here, not at the commit
        SET CONSTRAINTS stock_balance_serial_in_one_place IMMEDIATE;
    END IF;

    IF rules.costing_method = 'fifo' THEN
        SELECT c.costs, c.changes INTO costs, changes FROM ledger_cost_by_layers(lines, stamp) c;
    ELSE
        SELECT c.costs, c.changes INTO costs, changes FROM ledger_cost_by_average(lines) c;
    END IF;

    INSERT INTO posting (company_id, id, kind, document_type, document_number, document_date, document_party, reason, note, currency,
                         effective_at, recorded_at, actor_id, source, source_ref, reversal_of, return_of, transfer_id)
    SELECT company, h.id, h.kind, h.document_type, coalesce(h.document_number, ''), h.document_date, coalesce(h.document_party, ''),
           coalesce(h.reason, ''), coalesce(h.note, ''), coalesce(h.currency, rules.currency), coalesce(h.effective_at, stamp), stamp, h.actor,
           coalesce(h.source, 'api'), h.source_ref, h.reversal_of, h.return_of, h.transfer_id
    FROM json_to_recordset(headers) AS h(id uuid, actor uuid, kind text, document_type text, document_number text, document_date date,
         document_party text, reason text, note text, currency text, effective_at timestamptz, source text, source_ref text,
         reversal_of uuid, return_of uuid, transfer_id uuid);

    INSERT INTO move (company_id, posting_id, number, line, product_id, lot_id, from_location_id, to_location_id, from_site_id, to_site_id,
                      quantity, cost, unit_price, total, kit_id, kit_quantity, effective_at, recorded_at)
    SELECT company, l.posting_id, l.number, l.line, l.product_id, l.lot_id, l.from_location, l.to_location,
           CASE WHEN l.from_physical THEN l.from_home END, CASE WHEN l.to_physical THEN l.to_home END, l.quantity, l.cost, l.unit_price,
           l.total, l.kit_id, l.kit_quantity, coalesce(l.effective_at, stamp), stamp
    FROM unnest(lines, costs) AS l(posting, posting_id, kind, line, number, product_id, tracking, lot_id, lot_number, expires_on,
         from_location, from_home, from_physical, from_allocatable, to_location, to_home, to_physical, to_allocatable,
         quantity, given_cost, unit_price, total, kit_id, kit_quantity, reservation_id, is_fact, effective_at, cost);

    IF 0 <> ANY (changes) THEN
        INSERT INTO revaluation (company_id, product_id, site_id, value, reason, posting_id, effective_at, recorded_at)
        SELECT company, l.product_id, l.to_home, l.change, 'negative stock covered', l.posting_id, stamp, stamp
        FROM unnest(lines, changes) AS l(posting, posting_id, kind, line, number, product_id, tracking, lot_id, lot_number, expires_on,
             from_location, from_home, from_physical, from_allocatable, to_location, to_home, to_physical, to_allocatable,
             quantity, given_cost, unit_price, total, kit_id, kit_quantity, reservation_id, is_fact, effective_at, change)
        WHERE l.change <> 0;
    END IF;

    -- Quantities and value per product and site, and the alerts that crossing a minimum or zero sets off.
    WITH wanted AS (
        SELECT product_id, site_id, sum(delta) AS delta, sum(allocatable) AS allocatable, sum(value) AS value FROM (
            SELECT l.product_id, l.from_home AS site_id, -l.quantity AS delta,
                   CASE WHEN l.from_allocatable THEN -l.quantity ELSE 0 END AS allocatable,
                   CASE WHEN l.to_physical THEN 0 ELSE -l.cost END AS value
            FROM unnest(lines, costs) AS l(posting, posting_id, kind, line, number, product_id, tracking, lot_id, lot_number, expires_on,
                 from_location, from_home, from_physical, from_allocatable, to_location, to_home, to_physical, to_allocatable,
                 quantity, given_cost, unit_price, total, kit_id, kit_quantity, reservation_id, is_fact, effective_at, cost)
            WHERE l.from_physical
            UNION ALL
            SELECT l.product_id, l.to_home, l.quantity, CASE WHEN l.to_allocatable THEN l.quantity ELSE 0 END,
                   CASE WHEN l.from_physical THEN 0 ELSE l.cost + l.change END
            FROM unnest(lines, costs, changes) AS l(posting, posting_id, kind, line, number, product_id, tracking, lot_id, lot_number, expires_on,
                 from_location, from_home, from_physical, from_allocatable, to_location, to_home, to_physical, to_allocatable,
                 quantity, given_cost, unit_price, total, kit_id, kit_quantity, reservation_id, is_fact, effective_at, cost, change)
            WHERE l.to_physical) leg
        GROUP BY product_id, site_id
    ),
    changed AS (
        UPDATE site_stock s SET on_hand = s.on_hand + w.delta, allocatable = s.allocatable + w.allocatable, value = s.value + w.value,
               unit_cost = CASE WHEN s.on_hand + w.delta > 0 THEN round((s.value + w.value) / (s.on_hand + w.delta), 10)
                                ELSE s.unit_cost END,
               is_low = coalesce(s.on_hand + w.delta <= r.minimum, false),
               has_run_out = s.has_run_out OR (s.on_hand > 0 AND s.on_hand + w.delta <= 0), version = s.version + 1
        FROM wanted w LEFT JOIN reorder_policy r ON r.company_id = company AND r.product_id = w.product_id AND r.site_id = w.site_id
        WHERE s.company_id = company AND s.product_id = w.product_id AND s.site_id = w.site_id
        RETURNING s.product_id, s.site_id, s.on_hand, w.delta, r.minimum, r.target, s.has_run_out
    )
    INSERT INTO outbox_event (company_id, type, subject_type, subject_id, data, occurred_at)
    SELECT company, e.type, 'product', c.product_id,
           json_build_object('product', c.product_id, 'site', c.site_id, 'on_hand', trim_scale(c.on_hand)::text,
                              'minimum', trim_scale(c.minimum)::text, 'target', trim_scale(c.target)::text), stamp
    FROM changed c CROSS JOIN LATERAL (VALUES
        (CASE WHEN c.on_hand <= c.minimum THEN 'low_stock' ELSE 'low_stock_ended' END,
         (c.on_hand <= c.minimum) <> (c.on_hand - c.delta <= c.minimum)),
        (CASE WHEN c.on_hand <= 0 THEN 'out_of_stock' ELSE 'back_in_stock' END,
         (c.on_hand <= 0) <> (c.on_hand - c.delta <= 0) AND c.has_run_out)) AS e(type, is_crossed)
    WHERE e.is_crossed;

    -- The event of a posting bears its id: there cannot be two.
    INSERT INTO outbox_event (company_id, id, type, subject_type, subject_id, data, occurred_at)
    SELECT company, h.id, ledger_event_type(h.kind, h.reversal_of), 'posting', h.id, row_to_json(told), stamp
    FROM json_to_recordset(headers) AS h(posting int, id uuid, kind text, document_type text, document_number text, reversal_of uuid,
         transfer_id uuid)
    JOIN (SELECT m.posting, json_agg(goods) AS lines
          FROM unnest(lines) m CROSS JOIN LATERAL (
              SELECT m.product_id AS product, CASE WHEN m.from_physical THEN m.from_home END AS from_site,
                     CASE WHEN m.to_physical THEN m.to_home END AS to_site, trim_scale(m.quantity)::text AS quantity,
                     trim_scale(m.total)::text AS total) goods
          GROUP BY m.posting) l ON l.posting = h.posting
    CROSS JOIN LATERAL (SELECT h.document_type AS type, h.document_number AS number) document
    CROSS JOIN LATERAL (SELECT h.kind, document, h.reversal_of, h.transfer_id AS transfer, l.lines) told;

    IF explicit_time THEN
        IF doubts IS NOT NULL THEN
            PERFORM ledger_check_past(doubts);
        END IF;
        PERFORM ledger_correct_checkpoints(lines, costs);
    END IF;
    IF answer THEN
        RETURN posting_json((SELECT array_agg(p.id ORDER BY p.place)
                             FROM (SELECT DISTINCT l.posting AS place, l.posting_id AS id FROM unnest(lines) l) p));
    END IF;
    RETURN NULL;
END $$;

-- For requests: few keys against large indexed tables. One plan by index, made once a session, is right, and planning is the
-- cost.
CREATE OR REPLACE FUNCTION ledger_post(keys json, headers json, entries json, answer boolean) RETURNS json LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off
AS $$
BEGIN
    RETURN ledger_record(keys, headers, entries, answer);
END $$;

-- For imports: tens of thousands of lines at once, into tables that grow within the transaction and of which no statistics
-- speak. Every table is read once and hashed, whatever the planner believes of its size. Not in a session that also serves
-- requests, because a session keeps the plans that it made first.
CREATE OR REPLACE FUNCTION ledger_load(headers json, entries json) RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp SET enable_nestloop = off SET work_mem = '128MB'
AS $$
BEGIN
    PERFORM ledger_record(NULL, headers, entries, false);
END $$;
