-- What the application may do, stated as a whole and applied after every migration. pirwa_app serves requests and jobs inside
-- one company; pirwa_dispatch sees the queues of all companies and nothing else. Neither owns a table or bypasses policies.

GRANT USAGE ON SCHEMA public TO pirwa_app, pirwa_dispatch;
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM pirwa_app, pirwa_dispatch;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO pirwa_app;
REVOKE ALL ON alembic_version FROM pirwa_app;

GRANT INSERT, UPDATE ON app_user, company, membership, role, site, location, category, product, barcode, product_image,
    transfer, transfer_line, attachment, idempotency_key, plugin_installation, channel, channel_link,
    company_checkpoint, order_request, order_request_line, order_request_number TO pirwa_app;
GRANT INSERT, UPDATE, DELETE ON kit_component TO pirwa_app;
GRANT DELETE ON membership, role, category, product, barcode, product_image, transfer_line, attachment,
    idempotency_key, channel_link, location, order_request, order_request_line TO pirwa_app;
GRANT INSERT, UPDATE, DELETE ON profile_picture TO pirwa_app;
GRANT DELETE ON channel, channel_order_feed, inbox_message TO pirwa_app;
GRANT INSERT, UPDATE, DELETE ON plugin_secret, plugin_hook, plugin_store, plugin_health TO pirwa_app;
GRANT INSERT, UPDATE ON session, refresh_token, attempt TO pirwa_app;
GRANT INSERT, DELETE ON signing_key TO pirwa_app;
GRANT INSERT, UPDATE, DELETE ON totp, passkey, passkey_challenge TO pirwa_app;
GRANT INSERT, DELETE ON recovery_code TO pirwa_app;
GRANT INSERT, UPDATE ON invitation TO pirwa_app;
GRANT INSERT, DELETE ON password_reset TO pirwa_app;
GRANT INSERT, UPDATE, DELETE ON identity_provider TO pirwa_app;
GRANT INSERT, DELETE ON oidc_login, identity_link TO pirwa_app;
GRANT INSERT, UPDATE ON api_key, oauth_client, oauth_client_secret TO pirwa_app;
GRANT INSERT ON outbox_event, order_request_posting, api_key_address TO pirwa_app;
GRANT INSERT, UPDATE, DELETE ON supplier, supplier_item, supplier_price_break, purchase_order, purchase_order_line TO pirwa_app;
GRANT INSERT, UPDATE ON purchase_order_number, lead_time_stat TO pirwa_app;
GRANT INSERT, UPDATE (reversal_id) ON purchase_receipt TO pirwa_app;
GRANT INSERT ON purchase_receipt_line TO pirwa_app;
GRANT INSERT, UPDATE (digest, state, ended_at, attempts, uncounted, next_at, lease_token, problem) ON purchase_order_sending TO pirwa_app;
GRANT INSERT ON purchase_order_sending_attempt TO pirwa_app;
GRANT INSERT, UPDATE, DELETE ON demand_forecast TO pirwa_app;
GRANT INSERT, UPDATE ON demand_fit, forecast_run, job TO pirwa_app;
GRANT UPDATE (due_at) ON reorder_policy TO pirwa_app;
GRANT INSERT, UPDATE, DELETE ON report_schedule, report_schedule_outcome TO pirwa_app;
GRANT INSERT, UPDATE ON replenishment_proposal TO pirwa_app;
GRANT INSERT, UPDATE, DELETE ON recommendation, recommendation_snooze, recommendation_liking TO pirwa_app;
GRANT UPDATE ON delivery TO pirwa_app;
GRANT INSERT, UPDATE, DELETE ON webhook, webhook_secret TO pirwa_app;
GRANT INSERT ON webhook_attempt TO pirwa_app;
GRANT INSERT, UPDATE, DELETE ON notification_preference TO pirwa_app;
GRANT INSERT, UPDATE, DELETE ON channel_location, channel_item, channel_decision TO pirwa_app;
GRANT INSERT, UPDATE ON notification_reader, notification, notification_delivery TO pirwa_app;
GRANT INSERT ON notification_item TO pirwa_app;
GRANT INSERT, UPDATE, DELETE ON phone_code, interest, user_preference TO pirwa_app;
GRANT INSERT, DELETE ON late_order, overstock, failing_channel TO pirwa_app;
GRANT INSERT, UPDATE ON mail_report TO pirwa_app;
GRANT INSERT, DELETE ON blocked_address TO pirwa_app;
GRANT INSERT, UPDATE ON interest_count, text_message_day, text_message TO pirwa_app;
GRANT INSERT, UPDATE ON inbox_message, text_consent TO pirwa_app;
GRANT INSERT, UPDATE ON channel_order, channel_order_line, channel_order_feed TO pirwa_app;
GRANT INSERT, UPDATE (site_id, problem) ON channel_order_fact TO pirwa_app;
GRANT INSERT, UPDATE (posted, settled) ON channel_order_fact_line TO pirwa_app;
GRANT INSERT ON channel_order_posting, channel_order_step TO pirwa_app;
GRANT INSERT, UPDATE, DELETE ON channel_order_hint TO pirwa_app;
GRANT INSERT ON delivery TO pirwa_app;   -- to people's own webhooks
GRANT INSERT, UPDATE ON stock_count, stock_count_line, stock_count_number TO pirwa_app;
GRANT DELETE ON stock_count, stock_count_line TO pirwa_app;
GRANT INSERT ON stock_count_entry, stock_count_posting TO pirwa_app;
-- Whoever serves requests can post a mail, but not look into the queue.
REVOKE ALL ON mail FROM pirwa_app;
GRANT INSERT (id, content, company_id, addressee, carried_for) ON mail TO pirwa_app;
-- posting, move, stock_balance, site_stock, cost_layer, revaluation, stock_checkpoint, lot, reservation and policy_period have no
-- write grant at all, and reorder_policy none for what it says: the ledger functions, which run with their owner's rights, are the
-- only writers, because alerts follow from what they write; so are the audit functions
-- of audit_entry, audit_seal and audit_unsealed.

GRANT SELECT, UPDATE (position), INSERT (company_id, type, subject_type, subject_id, data) ON outbox_event TO pirwa_dispatch;
GRANT SELECT, INSERT, UPDATE ON event_position TO pirwa_dispatch;
GRANT SELECT, INSERT, DELETE ON delivery TO pirwa_dispatch;
GRANT SELECT (company_id, plugin_id, price_wanted, price_pushed) ON channel_item TO pirwa_dispatch;
GRANT SELECT ON channel, channel_link, plugin_installation, audit_unsealed TO pirwa_dispatch;
GRANT SELECT (company_id, plugin_id, retry_at) ON plugin_health TO pirwa_dispatch;
GRANT SELECT, INSERT, UPDATE, DELETE ON schedule_run TO pirwa_dispatch;
GRANT SELECT, UPDATE (state, next_at, attempts, lease_token, last_error), DELETE ON mail TO pirwa_dispatch;
GRANT SELECT (at), DELETE ON mail_report TO pirwa_dispatch;
GRANT SELECT (company_id, id, state, next_at), DELETE ON text_message TO pirwa_dispatch;
GRANT SELECT (company_id, id, plugin_id, state, next_at, received_at), DELETE ON inbox_message TO pirwa_dispatch;
GRANT SELECT (company_id, next_at) ON notification_reader TO pirwa_dispatch;
GRANT SELECT (mail_id, state), UPDATE (state, attempts, outcome) ON notification_delivery TO pirwa_dispatch;
GRANT SELECT (company_id, id, created_at), DELETE ON notification TO pirwa_dispatch;
GRANT SELECT (id, suspended) ON company TO pirwa_dispatch;
GRANT SELECT (company_id, due_at) ON reorder_policy TO pirwa_dispatch;
GRANT SELECT (company_id, state, expires_at) ON reservation TO pirwa_dispatch;
GRANT SELECT (company_id, principal_id, key, created_at), DELETE ON idempotency_key TO pirwa_dispatch;
GRANT SELECT (user_id, id, expires_at, ended_at), DELETE ON session TO pirwa_dispatch;
GRANT SELECT (name, forget_at), DELETE ON attempt TO pirwa_dispatch;
GRANT SELECT (company_id, id, event_types, enabled, next_at, owner_id) ON webhook TO pirwa_dispatch;
GRANT SELECT (at), DELETE ON webhook_attempt TO pirwa_dispatch;
GRANT SELECT (company_id, state, next_at, channel) ON purchase_order_sending TO pirwa_dispatch;
GRANT SELECT, UPDATE, DELETE ON forecast_run TO pirwa_dispatch;
GRANT SELECT (company_id, look_at) ON channel_order TO pirwa_dispatch;
GRANT SELECT (company_id, plugin_id, next_at, leased_until, failures) ON channel_order_feed TO pirwa_dispatch;
GRANT SELECT (company_id, plugin_id, next_at) ON channel_order_hint TO pirwa_dispatch;
GRANT SELECT, UPDATE (state, attempts, lease_token, next_at), DELETE ON job TO pirwa_dispatch;
GRANT SELECT (company_id, id, owner_id, name, paused, next_at) ON report_schedule TO pirwa_dispatch;
GRANT SELECT (mail_id, state), UPDATE (state, problem) ON report_schedule_outcome TO pirwa_dispatch;
