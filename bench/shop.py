"""The shop that every application under measurement holds: the same products, sites, stock and history."""

PRODUCTS = 2_000
CATEGORIES = 30
SITES = 3
HISTORY = 50
"""Movements of each product at the first site: one page."""
OPENING_STOCK = 1_000_000
"""Of each product at each site: enough that no posting of one unit is refused."""
