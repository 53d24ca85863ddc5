"""Stock, orders and prices of a Shopify shop, for Pirwa."""
