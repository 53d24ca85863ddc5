"""The tables as SQLAlchemy Core sees them: names only, so that statements are composed and checked by name.

Types, keys and guards live in the migrations; a test compares these names with the migrated database.
"""

from sqlalchemy import TableClause, column, table


def _table(name: str, columns: str) -> TableClause:
    return table(name, *(column(each) for each in columns.split()))


app_user = _table(
    "app_user",
    "id login name password_hash locale is_platform_owner active loopback_only created_at email time_zone "
    "must_change_password version proven_email phone",
)
api_key = _table(
    "api_key",
    "company_id id public_id secret_digest name scopes site_ids networks expires_at created_by created_at last_used_at "
    "revoked_at version",
)
api_key_address = _table("api_key_address", "public_id company_id key_id")
attempt = _table("attempt", "name times forget_at")
attachment = _table(
    "attachment",
    "company_id id subject_type subject_id name media_type size digest uploaded_by uploaded_at",
)
audit_entry = _table(
    "audit_entry",
    "company_id id at actor_id origin_address request_id action subject_type subject_id site_ids before after agent reason",
)
audit_seal = _table("audit_seal", "company_id seq entry_id hash")
audit_unsealed = _table("audit_unsealed", "company_id at entry_id")
barcode = _table("barcode", "company_id code written kind product_id pack_quantity")
blocked_address = _table("blocked_address", "company_id id address reason since")
category = _table("category", "company_id id parent_id name depth parent_depth version")
channel = _table(
    "channel",
    "company_id plugin_id failures next_at lease_token last_error stage name currency safety_buffer on_drift take_orders push_prices "
    "listening import_run import_cursor import_seen import_failures import_problem import_at import_wanted imported_at price_problem price_at "
    "levels_read drifts drifted_at",
)
channel_decision = _table("channel_decision", "company_id plugin_id external_id product_id decided_by decided_at")
channel_item = _table(
    "channel_item",
    "company_id plugin_id external_id id sku sku_key barcode barcode_key title title_key price counted state matched_by product_id "
    "found_at seen_at import_run gone price_wanted price_pushed price_error",
)
channel_link = _table(
    "channel_link",
    "company_id plugin_id external_item external_location product_id site_id want_version pushed_version "
    "last_pushed tried_at last_error id last_seen unsure read_at expected flight_key flight_version flight_quantity flight_seen "
    "flight_tries tries attention accepted state",
)
channel_location = _table("channel_location", "company_id plugin_id external_location site_id")
channel_order = _table(
    "channel_order",
    "company_id id channel external_id number placed_at changed_at currency location by_location site_id buyer cancelled_at state "
    "problem problem_code lacks priority attempts look_at imported_at updated_at version",
)
channel_order_fact = _table("channel_order_fact", "company_id order_id kind external_id at location site_id problem")
channel_order_fact_line = _table(
    "channel_order_fact_line", "company_id order_id kind fact line quantity posted settled owed"
)
channel_order_feed = _table(
    "channel_order_feed", "company_id plugin_id cursor next_at lease_token leased_until failures last_error read_at"
)
channel_order_hint = _table("channel_order_hint", "company_id plugin_id external_id wanted attempts next_at last_error")
channel_order_line = _table(
    "channel_order_line",
    "company_id order_id line external_id item sku barcode title quantity unit_price seen_at product_id site_id problem",
)
channel_order_posting = _table("channel_order_posting", "company_id order_id kind fact number posting_id")
channel_order_step = _table("channel_order_step", "company_id order_id number at what state actor_id reason")
company = _table(
    "company",
    "id code name locale time_zone currency costing_method locked_through suspended created_at version "
    "approval_threshold purchase_approval_threshold over_receipt_tolerance sms_daily_limit",
)
company_checkpoint = _table("company_checkpoint", "company_id through")
cost_layer = _table(
    "cost_layer",
    "company_id product_id site_id to_key to_position from_position value posting_id number recorded_at",
)
delivery = _table(
    "delivery",
    "company_id event_id subscriber aggregate_key position state attempts next_at lease_token last_error webhook_id",
)
demand_fit = _table("demand_fit", "company_id as_of through pooled")
demand_forecast = _table(
    "demand_forecast",
    "company_id product_id site_id as_of mean q50 q80 q90 q95 q98 q99 basis weeks verdict wape bias pinball coverage "
    "tracking_signal demand_changed state",
)
event_position = _table("event_position", "company_id last")
forecast_run = _table(
    "forecast_run",
    "company_id as_of kind state next_at lease_token attempts series series_done started_at finished_at last_error",
)
failing_channel = _table("failing_channel", "company_id user_id channel since")
idempotency_key = _table("idempotency_key", "company_id principal_id key request_hash postings result created_at")
identity_link = _table("identity_link", "user_id id issuer subject created_at")
identity_provider = _table(
    "identity_provider",
    "company_id id code name issuer client_id client_secret client_secret_hint client_secret_set_at scopes algorithms "
    "domains default_role default_custom_role_id default_site_ids enabled created_at version",
)
inbox_message = _table(
    "inbox_message",
    "company_id id plugin_id event_id received_at url headers body size verified state attempts next_at lease_token last_error",
)
interest = _table("interest", "company_id user_id site_id category_id product_id page report weight")
interest_count = _table("interest_count", "company_id posting_id counted_at")
user_preference = _table("user_preference", "company_id user_id document counted version")
invitation = _table(
    "invitation",
    "company_id id email name locale role_code custom_role_id write_site_ids read_site_ids secret_digest invited_by "
    "created_at sent_at expires_at accepted_at accepted_by revoked_at",
)
job = _table(
    "job",
    "company_id id user_id report format narrowed state rows total attempts next_at lease_token problem problem_code digest size file_name "
    "media_type created_at ended_at schedule_id due_at seen",
)
kit_component = _table("kit_component", "company_id kit_id component_id quantity kit_kind component_kind")
lead_time_stat = _table(
    "lead_time_stat", "company_id supplier_id product_id receipts days days_squared promised on_time"
)
late_order = _table("late_order", "company_id order_id since")
location = _table(
    "location",
    "company_id id site_id code name role address is_physical is_allocatable active version",
)
lot = _table("lot", "company_id id product_id number is_serial expires_on created_at")
mail = _table(
    "mail", "id content state created_at next_at attempts lease_token last_error company_id addressee carried_for"
)
mail_report = _table("mail_report", "company_id mail_id state detail unwanted at")
membership = _table(
    "membership",
    "company_id user_id role write_site_ids created_at read_site_ids custom_role_id active version",
)
move = _table(
    "move",
    "company_id posting_id number line seq product_id lot_id from_location_id to_location_id from_site_id "
    "to_site_id quantity cost unit_price total kit_id kit_quantity effective_at recorded_at",
)
notification = _table("notification", "company_id id user_id kind site_id in_app created_at read_at dismissed_at")
notification_delivery = _table(
    "notification_delivery",
    "company_id user_id event_id channel timing state attempts outcome mail_id created_at text_id mail_to",
)
notification_item = _table(
    "notification_item",
    "company_id user_id event_id notification_id subject_type subject_id category_id data created_at",
)
notification_preference = _table(
    "notification_preference", "company_id user_id kind channels timing site_ids category_ids"
)
notification_reader = _table(
    "notification_reader", "company_id user_id next_at quiet_from quiet_to digest_hour digest_weekday forgotten_at"
)
oauth_client = _table(
    "oauth_client",
    "company_id id name scopes site_ids networks expires_at created_by created_at last_used_at revoked_at version",
)
oauth_client_secret = _table("oauth_client_secret", "company_id client_id number secret_digest created_at revoked_at")
oidc_login = _table(
    "oidc_login",
    "company_id state_hash provider_id browser_hash sealed return_to cookie linking expires_at",
)
order_request = _table(
    "order_request",
    "company_id id number kind state site_id requested_by reason needed_on decided_by decided_at closing_reason "
    "transfer_id purchase_order_id created_at updated_at version",
)
order_request_line = _table(
    "order_request_line", "company_id request_id line product_id quantity granted fulfilled closed"
)
order_request_number = _table("order_request_number", "company_id last")
order_request_posting = _table("order_request_posting", "company_id request_id posting_id")
outbox_event = _table("outbox_event", "company_id id type subject_type subject_id data occurred_at position")
passkey = _table("passkey", "user_id id name credential_id public_key sign_count created_at last_used_at")
overstock = _table("overstock", "company_id product_id site_id since")
passkey_challenge = _table("passkey_challenge", "digest user_id expires_at")
password_reset = _table("password_reset", "user_id digest expires_at")
phone_code = _table("phone_code", "user_id id phone sealed ends_at")
plugin_health = _table("plugin_health", "company_id plugin_id checked_at check_problem resting_since retry_at reason")
plugin_hook = _table("plugin_hook", "hook_hash company_id plugin_id")
plugin_installation = _table(
    "plugin_installation",
    "company_id plugin_id state settings problem version removed_at hook_sealed hook_set_at",
)
plugin_secret = _table("plugin_secret", "company_id plugin_id field sealed hint set_at")
plugin_store = _table("plugin_store", "company_id plugin_id name value set_at")
policy_period = _table(
    "policy_period", "company_id product_id site_id valid_from valid_to minimum target service_level"
)
posting = _table(
    "posting",
    "company_id id kind document_type document_number document_date document_party reason note currency "
    "effective_at recorded_at actor_id source source_ref reversal_of return_of transfer_id",
)
product = _table(
    "product",
    "company_id id sku sku_key name name_key description kind tracking unit category_id price cost "
    "shelf_life_days active created_at updated_at version",
)
product_image = _table(
    "product_image",
    "company_id id product_id position digest thumbnail_digest media_type width height size",
)
recovery_code = _table("recovery_code", "user_id digest")
profile_picture = _table("profile_picture", "user_id media_type content digest")
purchase_order = _table(
    "purchase_order",
    "company_id id number state supplier_id site_id currency exchange_rate over_receipt_tolerance note created_by submitted_by "
    "approved_by approved_at sent_by sent_at sent_by_channel acknowledged_at supplier_reference receipts closing_reason "
    "created_at updated_at version submitted_at ended_at",
)
purchase_order_line = _table(
    "purchase_order_line",
    "company_id order_id line product_id item_id quantity unit_price expected_on promised_on received over_received cancelled "
    "open lead_days on_time",
)
purchase_order_number = _table("purchase_order_number", "company_id last")
purchase_order_sending = _table(
    "purchase_order_sending",
    "company_id order_id number id channel document digest state requested_by requested_at ended_at attempts uncounted next_at "
    "lease_token problem",
)
purchase_order_sending_attempt = _table(
    "purchase_order_sending_attempt", "company_id sending_id number at outcome problem"
)
purchase_receipt = _table(
    "purchase_receipt",
    "company_id order_id number document_number posting_id reversal_id received_by received_at",
)
purchase_receipt_line = _table("purchase_receipt_line", "company_id order_id receipt line quantity")
reorder_policy = _table(
    "reorder_policy",
    "company_id product_id site_id minimum target version fixed_minimum fixed_target method service_level mode spending_limit "
    "sources review_days cover_days level_source basis due_at",
)
recommendation = _table(
    "recommendation",
    "company_id id kind product_id site_id state measure worth numbers action since updated_at judged decided_by decided_at gone_at "
    "version",
)
recommendation_liking = _table("recommendation_liking", "company_id user_id kind accepted dismissed as_of")
recommendation_snooze = _table("recommendation_snooze", "company_id user_id recommendation_id until")
replenishment_proposal = _table(
    "replenishment_proposal",
    "company_id id product_id site_id state reason supplier_id source_site_id quantity unit_price exchange_rate expected_on "
    "is_filler position why proposed_at updated_at dismissed_until dismissed_change decided_by decided_at is_edited order_id "
    "transfer_id version",
)
report_schedule = _table(
    "report_schedule",
    "company_id id owner_id name report format narrowed period every hour weekday month_day language skip_empty readers paused "
    "done next_at created_at version",
)
report_schedule_outcome = _table(
    "report_schedule_outcome", "company_id schedule_id user_id due_at state problem job_id mail_id"
)
reservation = _table(
    "reservation",
    "company_id id product_id site_id quantity open state priority expires_at demand_type demand_id "
    "demand_line note actor_id created_at version short",
)
revaluation = _table(
    "revaluation",
    "company_id id product_id site_id value reason posting_id actor_id effective_at recorded_at",
)
refresh_token = _table("refresh_token", "user_id hash session_id expires_at used_at used_by successor")
role = _table("role", "company_id id code name permissions created_at version")
schedule_run = _table("schedule_run", "job slot started_at finished_at")
session = _table(
    "session",
    "user_id id kind chosen_company_id methods address device cookie_hash authenticated_at created_at last_seen_at "
    "expires_at ended_at",
)
signing_key = _table("signing_key", "kid sealed signs_from")
site = _table("site", "company_id id code name type negative_ok active created_at version")
site_stock = _table(
    "site_stock",
    "company_id product_id site_id on_hand allocatable promised value unit_cost received_position "
    "issued_position uncovered_cost is_low negative_ok version has_run_out",
)
stock_balance = _table(
    "stock_balance",
    "company_id product_id location_id lot_key lot_id is_serial on_hand negative_ok last_effective_at version",
)
stock_checkpoint = _table("stock_checkpoint", "company_id product_id site_id day on_hand value")
stock_count = _table(
    "stock_count",
    "company_id id number state site_id scope blind tolerance_quantity tolerance_percent tolerance_value note round "
    "opened_at created_by created_at started_at submitted_by submitted_at decided_by decided_at reason updated_at version",
)
stock_count_entry = _table(
    "stock_count_entry",
    "company_id line_id number round mode quantity counted expected counted_at recorded_at counted_by",
)
stock_count_line = _table(
    "stock_count_line",
    "company_id count_id product_id location_id lot id place is_planned state round counted expected unit_cost variance "
    "value counted_at counted_by",
)
stock_count_number = _table("stock_count_number", "company_id last")
stock_count_posting = _table("stock_count_posting", "company_id count_id posting_id")
supplier = _table(
    "supplier",
    "company_id id code name tax_id contacts payment_days currency minimum_order_value note active created_at updated_at version "
    "order_channel order_address order_secret order_secret_set_at",
)
supplier_item = _table(
    "supplier_item",
    "company_id id supplier_id product_id supplier_sku minimum_order_quantity order_multiple lead_time_days valid_from valid_to "
    "created_at updated_at version",
)
supplier_price_break = _table("supplier_price_break", "company_id item_id from_quantity unit_price")
text_consent = _table("text_consent", "company_id number wanted at")
text_message = _table(
    "text_message", "company_id id user_id text state attempts next_at lease_token carrier_id last_error"
)
text_message_day = _table("text_message_day", "company_id day texts surplus")
totp = _table("totp", "user_id sealed begun_at confirmed_at last_step")
transfer = _table(
    "transfer",
    "company_id id number state source_site_id destination_site_id note created_by created_at updated_at version",
)
transfer_line = _table(
    "transfer_line",
    "company_id transfer_id line product_id lot_id requested shipped received resolved in_transit "
    "shipped_cost settled_cost",
)
webhook = _table(
    "webhook",
    "company_id id url description event_types disabled_reason enabled created_by acts_for created_at version failures next_at "
    "lease_token owner_id",
)
webhook_attempt = _table("webhook_attempt", "company_id webhook_id event_id id at status duration_ms error")
webhook_secret = _table("webhook_secret", "company_id webhook_id id sealed created_at ends_at")
