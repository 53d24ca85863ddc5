"""Stock, orders and prices of a Vendure shop, for Pirwa."""
