"""A storefront with items that nobody has decided about, and levels that wait for somebody."""

from adapters.postgres.engine import Scope
from core.domain.ids import new_id
from tests.matrix.builder import Builder
from tests.matrix.calls.channels import SHOP

_INSTALLED = "INSERT INTO plugin_installation (company_id, plugin_id, state) VALUES (%s, %s, 'disabled')"
_OPENED = "INSERT INTO channel (company_id, plugin_id, stage, name) VALUES (%s, %s, 'ready', %s)"
_ITEM = """
    INSERT INTO channel_item (company_id, plugin_id, external_id, id, sku, sku_key, title, title_key, import_run)
    VALUES (%s, %s, %s, %s, 'OF-THE-SHOP', 'of-the-shop', %s, 'title', 1)
"""
_LINK = """
    INSERT INTO channel_link (company_id, plugin_id, external_item, external_location, id, product_id, site_id, last_seen, attention)
    SELECT company_id, %s, 'i2', %s, %s, id, %s, 3, 'drift' FROM product WHERE company_id = %s AND sku = 'TEA'
"""


async def build_channel(builder: Builder) -> None:
    """Both sites are shown at a location of their own."""
    side, database = builder.side, builder.registry.database
    company, item = side.company, new_id()
    undecided = {"i1": item, "i3": new_id()}
    for statement, values in (
        (_INSTALLED, (company, SHOP)),
        (_OPENED, (company, SHOP, side.mark)),
        *((_ITEM, (company, SHOP, external, each, side.mark)) for external, each in undecided.items()),
    ):
        await database.fetch(Scope(company), statement, values)
    builder.name("channel_item", own=item)
    links = dict(zip(("UIO", "GYE"), sorted(new_id() for _ in range(2)), strict=True))  # they are listed by their ids
    for site in links:
        place = side.at(site)
        await database.fetch(Scope(company), _LINK, (SHOP, place, links[site], side.sites[site], company))
    builder.name("channel_link", own=links["UIO"], other=links["GYE"])
