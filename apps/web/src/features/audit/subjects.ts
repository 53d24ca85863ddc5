/** What the trail tells of. A test keeps it as the database has it. */
export const SUBJECTS = [
  "product", "category", "barcode", "kit_component", "product_image", "reorder_policy", "policy_period", "transfer", "transfer_line", "order_request", "order_request_line", "stock_count",
  "supplier", "supplier_item", "supplier_price_break", "purchase_order", "purchase_order_line", "channel_order", "channel_order_fact_line", "channel_decision", "attachment", "recommendation", "report_schedule",
  "company", "site", "location", "membership", "role", "invitation", "app_user", "api_key", "oauth_client", "oauth_client_secret", "identity_provider", "webhook", "webhook_secret", "plugin_installation", "plugin_secret", "blocked_address", "request",
] as const;
