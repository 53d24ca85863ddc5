"""Opening a storefront's channel in the transaction that switches it on, and closing it in the one that switches it off. The set-up is
done by the worker afterwards."""

from uuid import UUID

from adapters.postgres.engine import Connection
from core.domain.errors import Fault, refuse_if
from core.ports.plugins import StorefrontWishes

# Somebody who is still at work there keeps the lease, or their old levels could arrive after the new ones of another.
_OPEN = """
    INSERT INTO channel AS c (company_id, plugin_id, safety_buffer, on_drift, take_orders, push_prices)
    VALUES (%(company)s, %(plugin)s, %(buffer)s, %(on_drift)s, %(orders)s, %(prices)s)
    ON CONFLICT (company_id, plugin_id) DO UPDATE SET failures = 0, last_error = NULL,
        next_at = CASE WHEN c.lease_token IS NULL THEN clock_timestamp() ELSE c.next_at END,
        safety_buffer = excluded.safety_buffer, on_drift = excluded.on_drift, take_orders = excluded.take_orders,
        push_prices = excluded.push_prices, stage = 'connecting', import_run = c.import_run + 1, import_cursor = NULL,
        import_seen = 0, import_failures = 0, import_problem = NULL, import_wanted = false, import_at = clock_timestamp(),
        price_problem = NULL, price_at = clock_timestamp()
"""
_SITES = "SELECT code, id FROM site WHERE company_id = %(company)s AND code = ANY (%(codes)s)"
_UNMAP = "DELETE FROM channel_location WHERE company_id = %(company)s AND plugin_id = %(plugin)s"
_MAP = """
    INSERT INTO channel_location (company_id, plugin_id, external_location, site_id)
    SELECT %(company)s, %(plugin)s, * FROM unnest(%(locations)s::text[], %(sites)s::uuid[])
"""
_LISTEN_ANEW = """
    UPDATE channel SET stage = 'connecting', import_run = import_run + 1, import_cursor = NULL, import_seen = 0, import_at = clock_timestamp()
    WHERE company_id = %(company)s AND plugin_id = %(plugin)s
"""
_CLOSE = """
    UPDATE channel SET next_at = CASE WHEN lease_token IS NULL THEN clock_timestamp() ELSE next_at END, failures = 0
    WHERE company_id = %(company)s AND plugin_id = %(plugin)s AND listening
"""


async def open_channel(connection: Connection, company_id: UUID, plugin_id: str, wishes: StorefrontWishes) -> None:
    """Opens the channel, or opens it anew with other wishes: it begins by connecting. Raises Invalid with every code that names no site."""
    names: dict[str, object] = {"company": company_id, "plugin": plugin_id}
    sites = await _sites(connection, company_id, list(wishes.locations))
    wished = {
        "buffer": wishes.safety_buffer,
        "on_drift": wishes.on_drift,
        "orders": wishes.take_orders,
        "prices": wishes.push_prices,
    }
    await connection.execute(_OPEN, {**names, **wished})
    await connection.execute(_UNMAP, names)
    places = {"locations": [wishes.locations[code] for code in sites], "sites": list(sites.values())}
    await connection.execute(_MAP, {**names, **places})


async def listen_anew(connection: Connection, company_id: UUID, plugin_id: str) -> None:
    """Has the worker tell the storefront, if it is one, the address at which it reaches us now."""
    await connection.execute(_LISTEN_ANEW, {"company": company_id, "plugin": plugin_id})


async def close_channel(connection: Connection, company_id: UUID, plugin_id: str) -> None:
    """Has the worker stop listening at a storefront that was switched off."""
    await connection.execute(_CLOSE, {"company": company_id, "plugin": plugin_id})


async def _sites(connection: Connection, company_id: UUID, codes: list[str]) -> dict[str, UUID]:
    cursor = await connection.execute(_SITES, {"company": company_id, "codes": codes})
    sites: dict[str, UUID] = dict(await cursor.fetchall())
    unknown = [code for code in codes if code not in sites]
    faults = [Fault(f"/settings/locations/{code}", "not_found", "no site has this code") for code in unknown]
    refuse_if(faults, "invalid_settings")
    return sites
