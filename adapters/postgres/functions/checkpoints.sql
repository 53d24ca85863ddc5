-- Closing balances per product, site and day, so that stock at a past moment costs what the products cost, not the moves.

-- Writes the checkpoints of all days after the last ones up to `last_day` (UTC), in one pass over their moves.
CREATE OR REPLACE FUNCTION ledger_checkpoint(last_day date) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    company uuid := app_company();
    closed_through date;
    written bigint;
BEGIN
    -- Exclusive against postings dated in the past, which correct the checkpoints that exist.
    PERFORM pg_advisory_xact_lock(hashtextextended('period:' || company, 0));
    INSERT INTO company_checkpoint (company_id) VALUES (company) ON CONFLICT DO NOTHING;
    SELECT through INTO STRICT closed_through FROM company_checkpoint WHERE company_id = company FOR UPDATE;
    IF closed_through >= last_day THEN
        RETURN 0;
    END IF;
    DELETE FROM stock_checkpoint WHERE company_id = company AND day > closed_through;
    -- A move touches one site at most (move_between_sites_by_transit): it changes what is there if one of its ends lies elsewhere.
    WITH change AS (
        SELECT product_id, coalesce(from_site_id, to_site_id) AS site_id, (effective_at AT TIME ZONE 'UTC')::date AS day,
               sum(CASE WHEN from_site_id IS NULL THEN quantity ELSE -quantity END) AS delta,
               sum(CASE WHEN from_site_id IS NULL THEN cost ELSE -cost END) AS value
        FROM move WHERE company_id = company AND (from_site_id IS NULL) <> (to_site_id IS NULL)
          AND effective_at >= (closed_through + 1)::timestamp AT TIME ZONE 'UTC' AND effective_at < (last_day + 1)::timestamp AT TIME ZONE 'UTC'
        GROUP BY product_id, site_id, day
    ),
    opening AS (
        SELECT c.product_id, c.site_id, closed_through AS day, k.on_hand, k.value
        FROM (SELECT DISTINCT product_id, site_id FROM change) c CROSS JOIN LATERAL (
            SELECT on_hand, value FROM stock_checkpoint WHERE company_id = company AND product_id = c.product_id AND site_id = c.site_id
               AND day <= closed_through ORDER BY day DESC LIMIT 1) k
    ),
    closing AS (
        SELECT product_id, site_id, day, sum(delta) OVER upto AS on_hand, sum(value) OVER upto AS value
        FROM (SELECT * FROM change UNION ALL SELECT * FROM opening) entry
        WINDOW upto AS (PARTITION BY product_id, site_id ORDER BY day)
    )
    -- In the order of the days, so that all are known before the first is written: a plan made for an empty table would else look
    -- through what it has written for each product.
    INSERT INTO stock_checkpoint (company_id, product_id, site_id, day, on_hand, value)
    SELECT company, product_id, site_id, day, on_hand, value FROM closing WHERE day > closed_through ORDER BY day, product_id, site_id;
    GET DIAGNOSTICS written = ROW_COUNT;
    UPDATE company_checkpoint SET through = last_day WHERE company_id = company;
    RETURN written;
END $$;

-- Forgets the checkpoints from `first_day` on: before a long import into the past, which writes them anew in one pass.
CREATE OR REPLACE FUNCTION ledger_reopen_checkpoints(first_day date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('period:' || app_company(), 0));
    DELETE FROM stock_checkpoint WHERE company_id = app_company() AND day >= first_day;
    UPDATE company_checkpoint SET through = least(through, first_day - 1) WHERE company_id = app_company();
END $$;

-- Quantity and value of every product at every site as of a moment: the last checkpoint before it and the moves since.
-- `known_at` asks what was known then: entries recorded later, though dated earlier, are left out.
CREATE OR REPLACE FUNCTION stock_as_of(moment timestamptz, known_at timestamptz DEFAULT NULL, sites uuid[] DEFAULT NULL)
RETURNS TABLE (product_id uuid, site_id uuid, on_hand numeric, value numeric) LANGUAGE plpgsql STABLE
SET search_path = public, pg_temp AS $$
DECLARE
    company uuid := app_company();
    last_day date := least(coalesce((SELECT through FROM company_checkpoint WHERE company_id = app_company()), '-infinity'),
                           ((moment AT TIME ZONE 'UTC')::date - 1));
    since timestamptz := (last_day + 1)::timestamp AT TIME ZONE 'UTC';
BEGIN
    RETURN QUERY
    SELECT x.product_id, x.site_id, sum(x.on_hand), sum(x.value) FROM (
        SELECT s.product_id, s.site_id, k.on_hand::numeric AS on_hand, k.value::numeric AS value
        FROM site_stock s CROSS JOIN LATERAL (
            SELECT c.on_hand, c.value FROM stock_checkpoint c WHERE c.company_id = company AND c.product_id = s.product_id
               AND c.site_id = s.site_id AND c.day <= last_day ORDER BY c.day DESC LIMIT 1) k
        WHERE s.company_id = company
        UNION ALL
        SELECT m.product_id, coalesce(m.from_site_id, m.to_site_id), CASE WHEN m.from_site_id IS NULL THEN m.quantity ELSE -m.quantity END,
               CASE WHEN m.from_site_id IS NULL THEN m.cost ELSE -m.cost END FROM move m
        WHERE m.company_id = company AND m.effective_at >= since AND m.effective_at <= moment
          AND (m.from_site_id IS NULL) <> (m.to_site_id IS NULL)
        UNION ALL
        SELECT r.product_id, r.site_id, 0, r.value FROM revaluation r
        WHERE r.company_id = company AND r.effective_at <= moment AND (known_at IS NULL OR r.recorded_at <= known_at)
        UNION ALL
        SELECT m.product_id, s.site_id, -s.sign * m.quantity, -s.sign * m.cost
        FROM posting p JOIN move m ON m.company_id = company AND m.posting_id = p.id
        CROSS JOIN LATERAL (VALUES (m.from_site_id, -1), (m.to_site_id, 1)) AS s(site_id, sign)
        WHERE known_at IS NOT NULL AND p.company_id = company AND p.recorded_at > known_at AND p.effective_at <= moment
          AND s.site_id IS NOT NULL AND m.from_site_id IS DISTINCT FROM m.to_site_id) x
    WHERE sites IS NULL OR x.site_id = ANY (sites)
    GROUP BY x.product_id, x.site_id;
END $$;
