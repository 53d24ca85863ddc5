-- Which changes are recorded by audit_row(), of which tables.
-- Each table with the key of its rows and, where not every change is recorded, with what is: of a policy what people set and not what the
-- run computes from it, for a hundred thousand policies at a time; of a report that is sent not when it is due next; of what left a shop
-- and came back, which the shop tells, what a person has settled; of what is recommended, which is found by looking, what somebody decided.
-- A trigger that is as it should be is let alone, and each is made in a transaction of its own: it takes a lock for which everybody at work
-- in the table has to pause, and who works in two tables must never have to wait for both.
DO $$
DECLARE
    audited record;
    wanted text;
BEGIN
    FOR audited IN SELECT t.name, t.key, 'INSERT OR UPDATE OR DELETE' AS occasions FROM (VALUES
        ('company', 'id'), ('site', 'id'), ('location', 'id'), ('category', 'id'), ('product', 'id'), ('barcode', 'code'),
        ('kit_component', 'kit_id,component_id'), ('product_image', 'id'), ('membership', 'user_id'), ('role', 'id'),
        ('policy_period', 'product_id,site_id,valid_from'), ('transfer', 'id'), ('transfer_line', 'transfer_id,line'),
        ('order_request', 'id'), ('stock_count', 'id'), ('order_request_line', 'request_id,line'), ('plugin_installation', 'plugin_id'), ('channel_decision', 'plugin_id,external_id'), ('plugin_secret', 'plugin_id,field'),
        ('attachment', 'id'), ('api_key', 'id'), ('oauth_client', 'id'), ('oauth_client_secret', 'client_id,number'),
        ('invitation', 'id'), ('identity_provider', 'id'), ('webhook', 'id'), ('blocked_address', 'id'), ('webhook_secret', 'webhook_id,id'), ('supplier', 'id'), ('supplier_item', 'id'),
        ('channel_order', 'id'), ('supplier_price_break', 'item_id,from_quantity'), ('purchase_order', 'id'), ('purchase_order_line', 'order_id,line')) AS t(name, key)
    UNION ALL SELECT * FROM (VALUES
        ('reorder_policy', 'product_id,site_id', 'INSERT OR DELETE OR UPDATE OF fixed_minimum, fixed_target, method, service_level, mode, '
            'spending_limit, sources, review_days, cover_days'),
        ('report_schedule', 'id', 'INSERT OR DELETE OR UPDATE OF name, format, narrowed, period, every, hour, weekday, month_day, language, '
            'skip_empty, readers, paused'),
        ('channel_order_fact_line', 'order_id,kind,fact,line', 'UPDATE OF settled'),
        ('recommendation', 'id', 'UPDATE OF decided_by')) AS t(name, key, occasions) LOOP
        wanted := format('CREATE OR REPLACE TRIGGER audited AFTER %s ON %I FOR EACH ROW EXECUTE FUNCTION audit_row(%L)',
                         audited.occasions, audited.name, audited.key);
        IF NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = audited.name::regclass AND t.tgname = 'audited'
                       AND obj_description(t.oid, 'pg_trigger') = wanted) THEN
            EXECUTE wanted;
            EXECUTE format('COMMENT ON TRIGGER audited ON %I IS %L', audited.name, wanted);
            COMMIT;
        END IF;
    END LOOP;
END $$;
