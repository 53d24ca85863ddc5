"""What the product is to reach."""

from bench.results import Target

TARGETS = (
    Target("posting, 64 clients", against="pgbench", at_least=0.5),
    Target("posting, 64 clients", against="django", at_least=12),
    Target("product list, 16 clients", against="django", at_least=8),
    Target("product detail, 16 clients", against="django", at_least=5),
    Target("import of 1,000,000 moves", at_least=20_000),
    Target("stock count of 20,000 lines, posting", at_most=30),
    Target("replenishment of 100,000 policies", at_most=10),
    Target("replenishment after one sale, share of the whole run", at_most=5),
    Target("stock as of a moment, 10,000,000 moves", at_most=1.0),
    Target("valuation, 10,000,000 moves", at_most=1.0),
    Target("restore of a large database", at_most=900),
    Target("restore of a large database from an archive", at_most=900),
    Target("oversold units, 200 clients", at_most=0),
    Target("unexplained 5xx, 200 clients", at_most=0),
    Target("sale to storefront, 95 %", at_most=1_000),
    Target("10,000 levels, time over what the cost limit allows", at_most=1.5),
    Target("posting beside a hung storefront, change", at_most=20),
    Target("authorisation, share of a posting in percent", at_most=15),
    Target("page, products, cold, first paint", at_most=1_000),
    Target("page, from the list to a product, again", at_most=200),
    Target("memory of the web process in MB", at_most=150),
)
