-- Minimum and target of a product at a site. Setting them looks at the stock at once: a product already at or below its new
-- minimum raises its alert now, not at its next sale. NULL takes the policy away.
CREATE OR REPLACE FUNCTION ledger_set_policy(product uuid, site uuid, new_minimum numeric, new_target numeric) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off
AS $$
DECLARE
    company uuid := app_company();
    stock site_stock;
    low boolean;
BEGIN
    PERFORM ledger_lock_stock(ARRAY[product], ARRAY[site]);
    SELECT * INTO STRICT stock FROM site_stock s WHERE s.company_id = company AND s.product_id = product AND s.site_id = site;
    IF new_minimum IS NULL THEN
        DELETE FROM reorder_policy r WHERE r.company_id = company AND r.product_id = product AND r.site_id = site;
    ELSE
        INSERT INTO reorder_policy (company_id, product_id, site_id, minimum, target) VALUES (company, product, site, new_minimum, new_target)
        ON CONFLICT (company_id, product_id, site_id) DO UPDATE SET minimum = new_minimum, target = new_target,
            version = reorder_policy.version + 1;
    END IF;
    INSERT INTO outbox_event (company_id, type, subject_type, subject_id, data)
    VALUES (company, CASE WHEN new_minimum IS NULL THEN 'policy_removed' ELSE 'policy_set' END, 'product', product,
            json_build_object('product', product, 'site', site, 'minimum', trim_scale(new_minimum)::text,
                               'target', trim_scale(new_target)::text));
    low := coalesce(stock.on_hand <= new_minimum, false);
    IF low <> stock.is_low THEN
        UPDATE site_stock s SET is_low = low, version = s.version + 1
        WHERE s.company_id = company AND s.product_id = product AND s.site_id = site;
        INSERT INTO outbox_event (company_id, type, subject_type, subject_id, data)
        VALUES (company, CASE WHEN low THEN 'low_stock' ELSE 'low_stock_ended' END, 'product', product,
                json_build_object('product', product, 'site', site, 'on_hand', trim_scale(stock.on_hand)::text,
                                   'minimum', trim_scale(new_minimum)::text, 'target', trim_scale(new_target)::text));
    END IF;
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

-- policies: [{line, product_id | sku, site_id | site_code, minimum, target}], all or none.
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
    PERFORM ledger_lock_stock(array_agg(n.product), array_agg(n.site)) FROM ledger_named(policies) n;
    FOR policy IN SELECT n.product, n.site, w.minimum, w.target
                  FROM json_to_recordset(policies) AS w(line int, minimum numeric, target numeric) JOIN ledger_named(policies) n USING (line) LOOP
        PERFORM ledger_set_policy(policy.product, policy.site, policy.minimum, policy.target);
    END LOOP;
END $$;
