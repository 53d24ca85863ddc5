-- Minimum and target of a product at a site. Setting one looks at the stock at once: a product already at or below its new
-- minimum raises its alert now, not at its next sale.
CREATE OR REPLACE FUNCTION ledger_set_policy(product uuid, site uuid, new_minimum numeric, new_target numeric) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    company uuid := app_company();
    stock site_stock;
    low boolean;
BEGIN
    INSERT INTO site_stock (company_id, product_id, site_id) VALUES (company, product, site) ON CONFLICT DO NOTHING;
    SELECT * INTO STRICT stock FROM site_stock s WHERE s.company_id = company AND s.product_id = product AND s.site_id = site
        FOR NO KEY UPDATE;
    IF new_minimum IS NULL THEN
        DELETE FROM reorder_policy r WHERE r.company_id = company AND r.product_id = product AND r.site_id = site;
    ELSE
        INSERT INTO reorder_policy (company_id, product_id, site_id, minimum, target) VALUES (company, product, site, new_minimum, new_target)
        ON CONFLICT (company_id, product_id, site_id) DO UPDATE SET minimum = new_minimum, target = new_target,
            version = reorder_policy.version + 1;
    END IF;
    low := coalesce(stock.on_hand <= new_minimum, false);
    IF low <> stock.is_low THEN
        UPDATE site_stock s SET is_low = low, version = s.version + 1
        WHERE s.company_id = company AND s.product_id = product AND s.site_id = site;
        INSERT INTO outbox_event (company_id, type, subject_type, subject_id, data)
        VALUES (company, CASE WHEN low THEN 'low_stock' ELSE 'low_stock_ended' END, 'product', product,
                jsonb_build_object('product', product, 'site', site, 'on_hand', trim_scale(stock.on_hand)::text,
                                   'minimum', trim_scale(new_minimum)::text, 'target', trim_scale(new_target)::text));
    END IF;
END $$;
