-- pirwa_dispatch sees the rows of all companies in the columns of these tables that roles.sql gives it. A policy that is there is let alone,
-- and each is made in a transaction of its own: it takes a lock for which everybody at work in the table has to pause.
DO $$
DECLARE queue text;
BEGIN
    FOREACH queue IN ARRAY ARRAY['outbox_event', 'delivery', 'channel', 'channel_link', 'channel_item', 'event_position', 'plugin_installation', 'plugin_health',
                                 'company', 'reservation', 'idempotency_key', 'audit_unsealed', 'session', 'webhook', 'webhook_attempt',
                                 'notification_reader', 'notification_delivery', 'notification', 'text_message', 'inbox_message', 'mail_report', 'purchase_order_sending', 'forecast_run', 'job', 'report_schedule', 'report_schedule_outcome', 'channel_order', 'channel_order_feed', 'channel_order_hint', 'reorder_policy'] LOOP
        IF NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = queue::regclass AND p.polname = 'dispatch') THEN
            EXECUTE format('CREATE POLICY dispatch ON %I TO pirwa_dispatch USING (true) WITH CHECK (true)', queue);
            COMMIT;
        END IF;
    END LOOP;
END $$;
