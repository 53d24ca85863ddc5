"""The stock that an order may touch, under its locks."""

from collections.abc import Collection
from decimal import Decimal
from uuid import UUID

from adapters.postgres.engine import Connection
from core.domain.channel_order import ChannelOrder
from core.domain.channel_order_plan import Plan
from core.domain.channel_order_stock import Stock

_RECIPES = (
    "SELECT kit_id, component_id, quantity FROM kit_component WHERE company_id = %s AND kit_id = ANY (%s::uuid[])"
)
_LOCK = """
    SELECT ledger_lock_stock(array_agg(x.product), array_agg(x.site)) FROM (
        SELECT u.product, u.site FROM unnest(%(products)s::uuid[], %(sites)s::uuid[]) AS u(product, site)
        UNION SELECT r.product_id, r.site_id FROM reservation r
        WHERE r.company_id = %(company)s AND r.demand_id = %(order)s AND (r.open > 0 OR r.short > 0)) x
"""
_TRAITS = "SELECT id, tracking FROM product WHERE company_id = %s AND id = ANY (%s::uuid[]) AND tracking <> 'none'"
_PLACES = """
    SELECT l.site_id, l.id, s.negative_ok FROM location l JOIN site s ON s.company_id = l.company_id AND s.id = l.site_id
    WHERE l.company_id = %s AND l.site_id = ANY (%s::uuid[]) AND l.is_allocatable AND l.active
    ORDER BY l.site_id, l.id <> l.site_id, l.address
"""
# Of lots, what has not expired: the same that a sale may take.
_ON_HAND = """
    SELECT b.product_id, b.location_id, sum(b.on_hand) FROM stock_balance b
    JOIN location l ON l.company_id = b.company_id AND l.id = b.location_id
    LEFT JOIN lot t ON t.company_id = b.company_id AND t.product_id = b.product_id AND t.id = b.lot_id
    WHERE b.company_id = %s AND b.product_id = ANY (%s::uuid[]) AND l.site_id = ANY (%s::uuid[]) AND l.is_allocatable
      AND (t.expires_on IS NULL OR t.expires_on >= current_date)
    GROUP BY 1, 2
"""


async def lock_stock(connection: Connection, company_id: UUID, order: ChannelOrder, plan: Plan) -> Stock:
    """What there is of all that the plan may touch; nobody else changes it until the transaction ends."""
    parts = (*plan.sales, *plan.returns)
    wanted = {(one.product, one.site) for one in plan.holds} | {(one.product, one.site) for one in parts}
    recipes = await _recipes(connection, company_id, {product for product, _ in wanted})
    pairs = sorted({(part, site) for product, site in wanted for part in recipes.get(product, (product,))})
    products, sites = [product for product, _ in pairs], [site for _, site in pairs]
    await connection.execute(_LOCK, {"company": company_id, "order": order.id, "products": products, "sites": sites})
    tracking: dict[UUID, str] = dict(await (await connection.execute(_TRAITS, (company_id, products))).fetchall())
    places = await (await connection.execute(_PLACES, (company_id, sites))).fetchall()
    on_hand = await (await connection.execute(_ON_HAND, (company_id, products, sites))).fetchall()
    return Stock(
        {site: [location for home, location, _ in places if home == site] for site in sites},
        {(product, location): quantity for product, location, quantity in on_hand},
        recipes,
        frozenset(product for product, kind in tracking.items() if kind == "serial"),
        frozenset(tracking),
        frozenset(site for site, _, negative_ok in places if negative_ok),
    )


async def _recipes(
    connection: Connection, company_id: UUID, products: Collection[UUID]
) -> dict[UUID, dict[UUID, Decimal]]:
    cursor = await connection.execute(_RECIPES, (company_id, list(products)))
    recipes: dict[UUID, dict[UUID, Decimal]] = {}
    for kit, component, quantity in await cursor.fetchall():
        recipes.setdefault(kit, {})[component] = quantity
    return recipes
