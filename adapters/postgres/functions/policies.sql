-- Minimum and target of a product at a site, and how they are found. Whoever changes a policy locks first its row, then the stock that
-- it judges: so do the run and those who set policies alike.

-- Says of these products at these sites (one pair per position, their stock locked) anew whether they are low, and tells where that
-- changes: a product already at or below its new minimum raises its alert now, not at its next sale.
CREATE OR REPLACE FUNCTION ledger_judge_stock(products uuid[], sites uuid[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off
AS $$
DECLARE
    company uuid := app_company();
BEGIN
    WITH judged AS (
        UPDATE site_stock s SET is_low = NOT s.is_low, version = s.version + 1
        FROM unnest(products, sites) AS k(product, site)
        LEFT JOIN reorder_policy r ON r.company_id = company AND r.product_id = k.product AND r.site_id = k.site
        WHERE s.company_id = company AND s.product_id = k.product AND s.site_id = k.site
          AND s.is_low <> coalesce(s.on_hand <= r.minimum, false)
        RETURNING s.product_id, s.site_id, s.on_hand, s.is_low, r.minimum, r.target
    )
    INSERT INTO outbox_event (company_id, type, subject_type, subject_id, data)
    SELECT company, CASE WHEN j.is_low THEN 'low_stock' ELSE 'low_stock_ended' END, 'product', j.product_id,
           json_build_object('product', j.product_id, 'site', j.site_id, 'on_hand', trim_scale(j.on_hand)::text,
                              'minimum', trim_scale(j.minimum)::text, 'target', trim_scale(j.target)::text)
    FROM judged j;
END $$;

-- NULL for the minimum takes the policy away, and what was proposed by it. `terms` are what a policy has beside its figures; without
-- them it has the usual ones. A forecast's figures stay in force until the next run finds others.
CREATE OR REPLACE FUNCTION ledger_set_policy(product uuid, site uuid, new_minimum numeric, new_target numeric, terms json DEFAULT '{}')
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off
AS $$
DECLARE
    company uuid := app_company();
BEGIN
    PERFORM FROM reorder_policy r WHERE r.company_id = company AND r.product_id = product AND r.site_id = site FOR UPDATE;
    PERFORM ledger_lock_stock(ARRAY[product], ARRAY[site]);
    IF new_minimum IS NULL THEN
        DELETE FROM reorder_policy r WHERE r.company_id = company AND r.product_id = product AND r.site_id = site;
        UPDATE replenishment_proposal p SET state = 'withdrawn', version = p.version + 1
        WHERE p.company_id = company AND p.product_id = product AND p.site_id = site AND p.state IN ('proposed', 'blocked', 'dismissed');
    ELSE
        INSERT INTO reorder_policy AS r (company_id, product_id, site_id, minimum, target, fixed_minimum, fixed_target, method, service_level,
                                         mode, spending_limit, sources, review_days, cover_days)
        SELECT company, product, site, new_minimum, new_target, new_minimum, new_target, coalesce(t.method, 'fixed'), t.service_level,
               coalesce(t.mode, 'propose'), t.spending_limit, coalesce(t.sources, 'transfer_first'), coalesce(t.review_days, 1),
               coalesce(t.cover_days, 7)
        FROM json_to_record(terms) AS t(method text, service_level numeric, mode text, spending_limit numeric, sources text,
                                        review_days int, cover_days int)
        ON CONFLICT (company_id, product_id, site_id) DO UPDATE SET
            fixed_minimum = excluded.fixed_minimum, fixed_target = excluded.fixed_target, method = excluded.method,
            service_level = excluded.service_level, mode = excluded.mode, spending_limit = excluded.spending_limit,
            sources = excluded.sources, review_days = excluded.review_days, cover_days = excluded.cover_days,
            minimum = CASE WHEN excluded.method = 'service_level' AND r.level_source = 'forecast' THEN r.minimum ELSE excluded.minimum END,
            target = CASE WHEN excluded.method = 'service_level' AND r.level_source = 'forecast' THEN r.target ELSE excluded.target END,
            level_source = CASE WHEN excluded.method = 'service_level' AND r.level_source = 'forecast' THEN 'forecast' ELSE 'fixed' END,
            due_at = '-infinity', version = r.version + 1;
        DELETE FROM policy_period d WHERE d.company_id = company AND d.product_id = product AND d.site_id = site
            AND NOT EXISTS (SELECT FROM json_to_recordset(terms -> 'periods') AS n(valid_from date) WHERE n.valid_from = d.valid_from);
        INSERT INTO policy_period AS d (company_id, product_id, site_id, valid_from, valid_to, minimum, target, service_level)
        SELECT company, product, site, n.valid_from, n.valid_to, n.minimum, n.target, n.service_level
        FROM json_to_recordset(terms -> 'periods')
            AS n(valid_from date, valid_to date, minimum numeric, target numeric, service_level numeric)
        ON CONFLICT (company_id, product_id, site_id, valid_from) DO UPDATE SET valid_to = excluded.valid_to, minimum = excluded.minimum,
            target = excluded.target, service_level = excluded.service_level
        WHERE (d.valid_to, d.minimum, d.target, d.service_level)
              IS DISTINCT FROM (excluded.valid_to, excluded.minimum, excluded.target, excluded.service_level);
    END IF;
    INSERT INTO outbox_event (company_id, type, subject_type, subject_id, data)
    VALUES (company, CASE WHEN new_minimum IS NULL THEN 'policy_removed' ELSE 'policy_set' END, 'product', product,
            json_build_object('product', product, 'site', site, 'minimum', trim_scale(new_minimum)::text,
                               'target', trim_scale(new_target)::text));
    PERFORM ledger_judge_stock(ARRAY[product], ARRAY[site]);
END $$;

CREATE OR REPLACE FUNCTION ledger_policy_faults(write_sites uuid[], policies json) RETURNS json LANGUAGE sql STABLE AS $$
    SELECT json_agg(json_build_object('posting', 0, 'line', r.line, 'field', f.field, 'code', f.code, 'detail', f.detail)
                    ORDER BY r.line, f.field)
    FROM (SELECT n.*, count(*) OVER (PARTITION BY n.product, n.site) > 1 AS repeated FROM ledger_named(policies) n) r
    LEFT JOIN product p ON p.company_id = app_company() AND p.id = r.product
    LEFT JOIN site s ON s.company_id = app_company() AND s.id = r.site
    CROSS JOIN LATERAL (VALUES
        (p.id IS NULL, 'product', 'not_found', 'no product has this id or SKU'),
        (p.kind = 'kit', 'product', 'kit', 'a kit holds no stock of its own: give its components a minimum'),
        (s.id IS NULL, 'site', 'not_found', 'no site has this id or code'),
        (s.id <> ALL (write_sites), 'site', 'forbidden', 'outside the sites that you may write'),
        (r.repeated AND p.id IS NOT NULL AND s.id IS NOT NULL, 'product', 'repeated', 'this product is named twice for this site'))
        AS f(holds, field, code, detail)
    WHERE f.holds
$$;

-- policies: [{line, product_id | sku, site_id | site_code, minimum, target, terms}], all or none.
CREATE OR REPLACE FUNCTION ledger_set_policies(write_sites uuid[], policies json) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off
AS $$
DECLARE
    faults json := ledger_policy_faults(write_sites, policies);
    policy record;
BEGIN
    IF faults IS NOT NULL THEN
        PERFORM ledger_refuse('invalid_policy', faults);
    END IF;
    PERFORM FROM ledger_named(policies) n
    JOIN reorder_policy r ON r.company_id = app_company() AND r.product_id = n.product AND r.site_id = n.site
    ORDER BY r.product_id, r.site_id FOR UPDATE OF r;
    PERFORM ledger_lock_stock(array_agg(n.product), array_agg(n.site)) FROM ledger_named(policies) n;
    FOR policy IN SELECT n.product, n.site, w.minimum, w.target, w.terms
                  FROM json_to_recordset(policies) AS w(line int, minimum numeric, target numeric, terms json)
                  JOIN ledger_named(policies) n USING (line) LOOP
        PERFORM ledger_set_policy(policy.product, policy.site, policy.minimum, policy.target, coalesce(policy.terms, '{}'));
    END LOOP;
END $$;

-- Puts other figures in force: [{product, site, version, minimum, target, source, basis}]. A policy that somebody has changed in the
-- meantime, which has another version, is left alone: it is looked at again anyway.
CREATE OR REPLACE FUNCTION ledger_set_levels(levels json) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off
AS $$
DECLARE
    company uuid := app_company();
    products uuid[];
    sites uuid[];
BEGIN
    SELECT array_agg(l.product_id), array_agg(l.site_id) INTO products, sites FROM (
        SELECT r.product_id, r.site_id
        FROM json_to_recordset(levels) AS n(product uuid, site uuid, version int)
        JOIN reorder_policy r ON r.company_id = company AND r.product_id = n.product AND r.site_id = n.site AND r.version = n.version
        ORDER BY r.product_id, r.site_id FOR NO KEY UPDATE OF r) l;
    PERFORM ledger_lock_stock(products, sites);
    UPDATE reorder_policy r SET minimum = n.minimum, target = n.target, level_source = n.source, basis = n.basis
    FROM json_to_recordset(levels)
        AS n(product uuid, site uuid, version int, minimum numeric, target numeric, source text, basis jsonb)
    WHERE r.company_id = company AND r.product_id = n.product AND r.site_id = n.site AND r.version = n.version;
    PERFORM ledger_judge_stock(products, sites);
END $$;
