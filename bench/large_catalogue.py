"""Gives a company many products by set-based SQL, and a platform many companies."""

from uuid import UUID

import psycopg

from adapters.postgres.engine import Database
from adapters.postgres.uow import PostgresRun
from core.commands.companies import CreateCompany, CreateSite, create_company, create_site
from core.domain.access import PRESETS, Actor
from core.domain.company import SiteType
from core.domain.ids import new_id

_MORE_PRODUCTS = """
    INSERT INTO product (company_id, id, sku, name, category_id, price, cost)
    SELECT app_company(), ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'SKU-' || lpad(n::text, 7, '0'),
           'Product number ' || n, c.ids[1 + n %% cardinality(c.ids)], 12.5, 7.25
    FROM generate_series(%(done)s + 1, %(products)s) n CROSS JOIN (SELECT array_agg(id) AS ids FROM category) c
"""
_FEW_PRODUCTS = """
    INSERT INTO product (company_id, id, sku, name, price, cost)
    SELECT app_company(), new_id(), 'SKU-' || n, 'Product number ' || n, 12.5, 7.25 FROM generate_series(1, %s) n
"""
_SYSTEM = UUID(int=0)
_PRODUCTS_EACH = 100


def lengthen_catalogue(url: str, company: UUID, done: int, products: int) -> None:
    """Adds the products from number `done` + 1 up to `products`."""
    with psycopg.connect(url) as connection:
        connection.execute("SELECT set_config('app.company_id', %s, false)", (str(company),))
        connection.execute(_MORE_PRODUCTS, {"done": done, "products": products})


async def add_companies(database: Database, url: str, done: int, companies: int) -> None:
    """Adds companies with a site and a hundred products each, from number `done` up to `companies`."""
    run, added = PostgresRun(database), list[UUID]()
    for number in range(done, companies):
        founder = Actor(_SYSTEM, new_id(), PRESETS["platform_owner"])
        await run(create_company, founder, CreateCompany(f"company{number}", f"Company {number}"))
        installer = Actor(_SYSTEM, founder.company, PRESETS["admin"])
        await run(create_site, installer, CreateSite("S1", "Site 1", SiteType.WAREHOUSE))
        added.append(founder.company)
    with psycopg.connect(url) as connection:
        for company in added:
            connection.execute("SELECT set_config('app.company_id', %s, false)", (str(company),))
            connection.execute(_FEW_PRODUCTS, (_PRODUCTS_EACH,))
